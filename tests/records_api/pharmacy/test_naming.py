"""Which item of the medicine list a note names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.pharmacy.naming import Named, names_item

PCM = Named("paracetamol", 500, "mg", "tablet")


@pytest.mark.parametrize(
    ("said", "item"),
    [
        (PCM, "Paracetamol 500 mg tablet"),
        (PCM, "PARACETAMOL TAB 500MG"),
        (Named("paracetamol", 0.5, "g"), "Paracetamol 500 mg tablet"),
        (Named("levothyroxine", 50, "mcg"), "Levothyroxine 50 microgram tablet"),
        (Named("clotrimazole", 1, "%"), "Clotrimazole 1 % cream"),
        (Named("salbutamol", 2, "puffs", "inhaler"), "Salbutamol inhaler"),
        (Named("paracetamol"), "Paracetamol"),
    ],
)
def test_a_note_names_the_item_that_has_its_drug_strength_and_form(said: Named, item: str):
    assert names_item(said, item)


@pytest.mark.parametrize(
    ("said", "item"),
    [
        (PCM, "Paracetamol 650 mg tablet"),
        (PCM, "Paracetamol 500 mg suppository"),
        (PCM, "Paracetamol 500 mg 125 mg tablet"),
        (PCM, "Paracetamol 500 mg injection"),
        (PCM, "Paracetamol"),  # of which strength the list does not say
        (Named("paracetamol"), "Paracetamol 500 mg tablet"),
        (Named("paracetamol", 500, None), "Paracetamol 500 mg tablet"),
        (Named("iron"), "Iron and folic acid tablet"),
        (Named("amoxicillin", 500, "mg"), "Amoxicillin 500 mg + clavulanate 125 mg tablet"),
        (Named("diclofenac", 50, "mg"), "Diclofenac gel"),
        (Named("diclofenac"), "Diclofenac gel"),
        (Named("para", 500, "mg"), "Paracetamol 500 mg tablet"),
        (Named("paracetamol", 500, "mg"), "Paracetamol500 mg"),
        (Named("insulin", 40, "iu"), "Insulin 40 mg"),
    ],
)
def test_an_item_that_may_be_another_medicine_is_not_named(said: Named, item: str):
    assert not names_item(said, item)


@given(st.text(max_size=60), st.floats(allow_nan=False, min_value=0, max_value=1e7))
def test_any_name_in_the_list_is_read(rest: str, strength: float):
    names_item(Named("iron", strength, "mg"), f"iron{rest}")
