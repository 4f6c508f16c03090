"""`sehat predict notes`: what goes through, and what it says of a line that has a fault."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sehat import cli, predict_notes
from sehat.predict_notes import NotesInputError, predict_file


def answered(tmp_path: Path, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert predict_file(source, out) == len(rows)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_every_line_comes_back_in_order_with_its_fields(tmp_path: Path) -> None:
    rows = [
        {"report": 7, "concept": "chest pain", "sentence": "Denies CHEST PAIN.", "x": [1, None]},
        {"concept": "TB", "sentence": "h/o DM, mother had TB"},
        {"concept": "डेंगू", "sentence": "बुखार, ?डेंगू"},
    ]
    first, second, third = answered(tmp_path, *rows)

    assert first == rows[0] | {"assertion": "negated", "experiencer": "patient"}
    assert second == rows[1] | {"assertion": "affirmed", "experiencer": "other"}
    assert third == rows[2] | {"assertion": "possible", "experiencer": "patient"}


def test_no_line_is_no_fault(tmp_path: Path) -> None:
    assert answered(tmp_path) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "no fever " * 120_000,
        "x" * 1_000_000,
        "(" * 300_000,
        "a/" * 300_000,
        "\u0301" * 100_000,
        "no\x00 fever\x07\x1b[31m\u202e",
        "\ud800 no fever",
        "bukhar बुखार 発熱 حمى لا 😀\u200d😀",
        "\u2028no fever\u2029\x85",
    ],
)
def test_odd_and_long_sentences_work(tmp_path: Path, sentence: str) -> None:
    [row] = answered(tmp_path, {"sentence": sentence, "concept": "fever"})
    assert row["sentence"] == sentence
    assert row["assertion"] in {"affirmed", "negated", "possible", "historical"}


BAD = {
    "{": "line 2: is not JSON",
    "[1]": "line 2: is not an object",
    '"text"': "line 2: is not an object",
    "[" * 100_000: "line 2: is not JSON",
    '{"concept": "fever"}': "line 2, sentence: is missing",
    '{"sentence": "no fever"}': "line 2, concept: is missing",
    '{"sentence": 5, "concept": "fever"}': "line 2, sentence: 5 is not text",
    '{"sentence": null, "concept": "fever"}': "line 2, sentence: null is not text",
    '{"sentence": "no fever", "concept": ["fever"]}': 'line 2, concept: ["fever"] is not text',
    '{"sentence": "no fever", "concept": " "}': "line 2, concept: is empty",
}


@pytest.mark.parametrize(("line", "message"), BAD.items(), ids=[key[:40] for key in BAD])
def test_a_bad_line_is_named_and_nothing_is_left(tmp_path: Path, line: str, message: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"sentence": "no fever", "concept": "fever"}\n' + line + "\n")

    with pytest.raises(NotesInputError) as fault:
        predict_file(source, out)

    assert message in str(fault.value)
    assert list(tmp_path.iterdir()) == [source]


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'{"sentence": "\xff", "concept": "x"}\n')
    with pytest.raises(NotesInputError, match="line 1: is not UTF-8"):
        predict_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")


def test_blank_lines_windows_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    row = b'{"sentence": "no fever", "concept": "fever"}'
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + row + b"\r\n\r\n" + row)
    assert predict_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl") == 2


def test_an_older_file_stays_when_a_line_is_bad(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")
    (tmp_path / "out.jsonl").write_text("older")
    with pytest.raises(NotesInputError):
        predict_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "older"


def test_the_command_ends_with_2_and_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")
    arguments = ["sehat", "predict", "notes", "--in", str(tmp_path / "in.jsonl")]
    monkeypatch.setattr("sys.argv", [*arguments, "--out", str(tmp_path / "out.jsonl")])

    assert cli._run() == 2
    assert "line 1, sentence: is missing" in capsys.readouterr().err


def test_the_command_runs(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"sentence": "no fever", "concept": "fever"}\n')
    out = tmp_path / "out.jsonl"
    given = ["predict", "notes", "--in", str(tmp_path / "in.jsonl"), "--out", str(out)]

    assert CliRunner().invoke(cli.app, given).exit_code == 0
    assert json.loads(out.read_text())["assertion"] == "negated"
    assert set(predict_notes.NEEDED) < set(json.loads(out.read_text()))
