"""Which item of the medicine list a note names. No framework here."""

import re
from dataclasses import dataclass
from decimal import Decimal

# What may stand behind a medicine's name in the list: its strength, in this unit and so many of it, and
# its form. Units that only count (puffs, tablets, mL) say how much is taken, not how strong it is.
_UNITS = {
    **dict.fromkeys(("mg", "milligram"), ("mg", Decimal(1))),
    **dict.fromkeys(("g", "gm", "gram"), ("mg", Decimal(1000))),
    **dict.fromkeys(("mcg", "ug", "microgram"), ("mg", Decimal("0.001"))),
    "iu": ("iu", Decimal(1)),
    "%": ("%", Decimal(1)),
}
_FORMS = {
    short: form
    for form, spelt in {
        "tablet": "tab tabs tablet tablets",
        "capsule": "cap caps capsule capsules",
        "injection": "inj injection",
        "syrup": "syp syr syrup",
        "suspension": "susp suspension",
        "ointment": "oint ointment",
        "drops": "drops",
        "cream": "cream",
        "gel": "gel",
        "inhaler": "inhaler",
    }.items()
    for short in spelt.split()
}
_PART = re.compile(r"\s*(?:(\d{1,7}(?:\.\d{1,3})?)\s*(%|[a-z]+)|([a-z]+))(?![^\W\d_])")


@dataclass(frozen=True)
class Named:
    """A medicine as a note names it: its generic name, and strength and form as far as they are said."""

    drug: str
    strength: float | None = None
    unit: str | None = None
    form: str | None = None


def names_item(said: Named, item: str) -> bool:
    """Whether a note names this item of the medicine list, by the item's name.

    The name is the drug's, with nothing behind it but strength and form. A strength must be the same on
    both sides, a form may not differ, and where the item has no strength its form must be said: who
    writes "diclofenac 50 mg" means no gel.
    """
    drug, item = said.drug.casefold(), item.casefold()
    told = _told(item[len(drug) :]) if item.startswith(drug) else None
    if told is None:
        return False
    strength, form = told
    if strength != _strength(said.strength, said.unit) or (form and said.form not in (None, form)):
        return False
    return strength is not None or form in (None, said.form)


def _told(rest: str) -> tuple[tuple[str, Decimal] | None, str | None] | None:
    """Strength and form behind a name; None when something else stands there."""
    strength = form = None
    at = 0
    while rest[at:].strip():
        part = _PART.match(rest, at)
        if part is None or (at == 0 and not rest[0].isspace()):
            return None
        at = part.end()
        if part[1] and strength is None and part[2] in _UNITS:
            strength = _strength(float(part[1]), part[2])
        elif part[3] in _FORMS and form is None:
            form = _FORMS[part[3]]
        else:
            return None
    return strength, form


def _strength(value: float | None, unit: str | None) -> tuple[str, Decimal] | None:
    """In the unit that equal strengths share; None where it is none."""
    if value is None or unit not in _UNITS:
        return None
    base, times = _UNITS[unit]
    return base, Decimal(str(value)) * times
