"""How a drug is given, as prescribers write it."""

from typing import Any

import pytest

from models.notes import Dosage
from models.notes.reader import NoteReader
from tests.models.notes.concepts import CONCEPTS

READER = NoteReader(CONCEPTS)


def dosage(text: str) -> Dosage | None:
    return READER.read(text)[0].dosage


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tab paracetamol 500 mg tds x 3d", {"form": "tablet", "strength": 500, "unit": "mg", "per_day": 3, "days": 3}),
        ("Cap. Amoxicillin 250mg BD for 5 days", {"form": "capsule", "strength": 250, "per_day": 2, "days": 5}),
        ("syp paracetamol 5ml q6h sos", {"form": "syrup", "strength": 5, "unit": "ml", "per_day": 4, "as_needed": True}),
        ("inj insulin glargine 10 units HS", {"form": "injection", "strength": 10, "unit": "iu", "per_day": 1}),
        ("T. Metformin 1,000 mg 1-0-1", {"form": "tablet", "strength": 1000, "per_day": 2}),
        ("levothyroxine 12.5 mcg od", {"strength": 12.5, "unit": "mcg", "per_day": 1}),
        ("ibuprofen prn", {"as_needed": True, "per_day": None}),
        ("azithromycin 500 mg once daily x3/7", {"per_day": 1, "days": 3}),
        ("doxycycline 100mg b.d. x 2 weeks", {"per_day": 2, "days": 14}),
        ("paracetamol 650 din mein teen baar 5 din tak", {"per_day": 3, "days": 5}),
        ("cetirizine 10 mg raat ko 3 din", {"per_day": 1, "days": 3}),
        ("ondansetron 4 mg every 8 hours", {"per_day": 3}),
    ],
)  # fmt: skip
def test_an_order(text: str, parts: dict[str, Any]) -> None:
    found = dosage(text)
    assert found is not None
    assert {name: getattr(found, name) for name in parts} == parts
    assert text[found.start : found.end].startswith(text[: found.end])


def test_a_name_alone_has_no_dosage() -> None:
    assert dosage("on metformin since years") is None
    assert dosage("fever 500 mg") is None


def test_each_drug_has_its_own() -> None:
    text = "tab paracetamol 500mg tds, tab ibuprofen 400 mg bd\ncetirizine"
    first, second, third = (mention.dosage for mention in READER.read(text))
    assert first is not None
    assert second is not None
    assert (first.strength, first.per_day) == (500, 3)
    assert (second.strength, second.per_day) == (400, 2)
    assert text[second.start : second.end] == "tab ibuprofen 400 mg bd"
    assert third is None
