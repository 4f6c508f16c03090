"""What notes are measured by, with the sentences that somebody marked or without."""

import json
from pathlib import Path

import pytest

from tests.models.notes.concepts import CONCEPTS
from training.notes import bench, evaluate


def test_notes_are_measured_with_and_without_marked_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "concepts_of", lambda _: CONCEPTS)
    alone = bench.rows(tmp_path)
    marked = [
        {"concept": "fever", "sentence": f"no fever {n}", "negation": "Negated"} for n in range(12)
    ]
    (tmp_path / evaluate.FILE).write_text("".join(json.dumps(row) + "\n" for row in marked))
    beside = bench.rows(tmp_path)
    assert [row.what for row in alone if "misspelt" in row.what or "five" in row.what] == [
        "linking recall@1, 1,000 misspelt aliases",
        "note of five sentences, composed",
    ]
    assert float(alone[0].ours) >= 0.95
    assert {row.what for row in beside} > {row.what for row in alone}
