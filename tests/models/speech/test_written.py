"""Numbers and units as a note has them."""

import pytest

from models.speech.written import written


@pytest.mark.parametrize(
    ("spoken", "note"),
    [
        ("give paracetamol five hundred milligrams", "give paracetamol 500 mg"),
        ("paracetamol six fifty milligrams", "paracetamol 650 mg"),
        ("six hundred and twenty five milligrams", "625 mg"),
        ("blood pressure is one hundred and thirty over eighty", "blood pressure is 130/80"),
        ("one twenty by eighty", "120/80"),
        ("haemoglobin seven point five grams", "haemoglobin 7.5 g"),
        ("saturation ninety four percent", "saturation 94%"),
        ("platelets forty thousand", "platelets 40000"),
        ("two lakh", "200000"),
        ("a hundred", "a hundred"),
        ("two and three days", "2 and 3 days"),
        ("one two three", "1 2 3"),
        ("one hundred and chills", "100 and chills"),
        ("one hundred and", "100 and"),
        ("chest x ray", "chest x-ray"),
        ("500 mg", "500 mg"),
        ("", ""),
    ],
)
def test_numbers(spoken: str, note: str) -> None:
    assert written(spoken) == note
