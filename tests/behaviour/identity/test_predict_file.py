"""A file of pairs in, a file of scores out: no row is lost, whatever it names."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from models.identity.predictor import Face, IdentityPredictor, Source
from sehat.predict_identity import COLUMNS, PairsError, predict_file
from tests.behaviour.identity.drawn import jpeg, trained


class CountingPredictor:
    """The trained predictor, keeping note of what it looked at."""

    def __init__(self, inner: IdentityPredictor) -> None:
        self.inner, self.looked = inner, list[Source]()
        self.compare = inner.compare

    def look(self, source: Source) -> Face:
        self.looked.append(source)
        return self.inner.look(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faces").mkdir()
    for person in (1, 2):
        for number in (0, 1):
            (tmp_path / "faces" / f"{person}-{number}.jpg").write_bytes(jpeg(person, number))
    (tmp_path / "faces" / "torn.jpg").write_bytes(jpeg(1, 0)[:700])
    return tmp_path


def predict(folder: Path, pairs: str, predictor: object = None) -> list[dict[str, str]]:
    (folder / "pairs.csv").write_text(pairs)
    out = folder / "out" / "scores.csv"
    chosen: IdentityPredictor = predictor or trained().predictor  # type: ignore[assignment]
    predict_file(chosen, folder / "pairs.csv", out)
    with out.open(newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    return rows


def test_every_row_is_answered_in_order(folder: Path) -> None:
    rows = predict(
        folder,
        "a,b\nfaces/1-0.jpg,faces/1-1.jpg\nfaces/1-0.jpg,faces/none.jpg\n"
        "faces/torn.jpg,faces/2-0.jpg\n,faces/2-0.jpg\nfaces/1-0.jpg,faces/1-0.jpg\n",
    )
    assert [row["a"] for row in rows] == ["faces/1-0.jpg"] * 2 + [
        "faces/torn.jpg",
        "",
        "faces/1-0.jpg",
    ]
    assert [row["reason"] for row in rows[1:4]] == [
        "file not found",
        "damaged picture",
        "file not found",
    ]
    assert all(row["decision"] == "refer" and row["score"] == "" for row in rows[1:4])
    assert rows[4]["decision"] == "match"
    assert float(rows[4]["score"]) >= float(rows[0]["score"])
    assert 0 < float(rows[0]["quality_a"]) <= 1
    assert float(rows[1]["quality_b"]) == 0


def test_each_picture_is_embedded_once(folder: Path) -> None:
    counting = CountingPredictor(trained().predictor)
    predict(folder, "a,b\n" + "faces/1-0.jpg,faces/2-0.jpg\n" * 5, counting)
    assert len(counting.looked) == 2


def test_paths_are_also_looked_for_in_the_working_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(folder)
    rows = predict(elsewhere, f"a,b\nfaces/1-0.jpg,{folder / 'faces' / '1-1.jpg'}\n")
    assert rows[0]["score"] != ""


def test_no_pairs_give_a_header_alone(folder: Path) -> None:
    assert predict(folder, "a,b\n") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"x,b\n1,2\n", "no column a"), ("a,b\nné,b\n".encode("utf-16"), "UTF-8"), (b"", "no column")],
)
def test_what_is_no_file_of_pairs_is_named(folder: Path, content: bytes, message: str) -> None:
    (folder / "bad.csv").write_bytes(content)
    with pytest.raises(PairsError, match=message):
        predict_file(trained().predictor, folder / "bad.csv", folder / "out.csv")
    assert not (folder / "out.csv").exists()


def test_a_missing_file_of_pairs_is_named(folder: Path) -> None:
    with pytest.raises(PairsError, match="does not exist"):
        predict_file(trained().predictor, folder / "none.csv", folder / "out.csv")


def test_a_table_of_pairs_is_answered_row_by_row(folder: Path) -> None:
    """As MLflow hands it to the model."""
    names = [str(folder / "faces" / f"1-{n}.jpg") for n in (0, 1)]
    table = pd.DataFrame({"a": [names[0], names[0]], "b": [names[0], "none.jpg"]})
    rows = trained().predictor.predict(table)
    assert [row["decision"] for row in rows] == ["match", "refer"]
    assert rows[1]["score"] is None
