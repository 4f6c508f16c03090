"""The measure of negation, and what it gives on sentences that people marked."""

import json
from pathlib import Path

import pytest

from models.notes import Assertion, Judgement
from training.notes import evaluate
from training.notes.evaluate import Marked, halves, measure, read_marked

ROWS = [Marked("no fever", "fever", True), Marked("fever", "fever", False)]


def test_figures_count_negated_against_all_else() -> None:
    good = measure(ROWS)
    never = measure(ROWS, lambda *_: Judgement())
    always = measure(ROWS, lambda *_: Judgement(Assertion.NEGATED))

    assert (good.precision, good.recall, good.f1) == (1, 1, 1)
    assert (never.precision, never.recall, never.f1) == (0, 0, 0)
    assert (always.precision, always.recall, always.f1) == (0.5, 1, pytest.approx(2 / 3))
    assert always.confusion == {("Negated", "negated"): 1, ("Affirmed", "negated"): 1}
    assert measure([]).f1 == 0


def test_the_command_prints_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"concept": "fever", "sentence": "no fever", "negation": "Negated"}
    (tmp_path / evaluate.FILE).write_text(json.dumps(row) + "\n")
    monkeypatch.setattr("sys.argv", ["evaluate", "--data", str(tmp_path)])
    evaluate.main()
    assert "looked at" in capsys.readouterr().out


def test_a_row_without_a_mark_is_named(tmp_path: Path) -> None:
    (tmp_path / evaluate.FILE).write_text('{"concept": "a", "sentence": "a", "negation": "?"}\n')
    with pytest.raises(ValueError, match="line 1, negation"):
        read_marked(tmp_path)


@pytest.mark.shared_data
def test_negation_in_real_notes(shared_data: Path) -> None:
    parts = halves(read_marked(shared_data / "notes"))
    assert measure(parts["looked at"]).f1 >= 0.98
    assert measure(parts["unseen"]).f1 >= 0.975
