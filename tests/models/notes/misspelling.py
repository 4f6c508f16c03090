"""Concepts for tests, and a thousand ways to misspell them, the same in every run."""

import random

from models.notes import Concept, Kind, common_complaints

_CONDITIONS = """pneumonia, bronchitis, tonsillitis, appendicitis, hepatitis, gastroenteritis, anaemia,
hypothyroidism, migraine, epilepsy, conjunctivitis, chikungunya, leptospirosis, cholera, measles,
chickenpox, scabies, psoriasis, eczema, arthritis, osteoporosis, cataract, glaucoma, pancreatitis,
cirrhosis, urinary tract infection, kidney stones, heart failure, myocardial infarction, stroke"""
_DRUGS = """paracetamol, ibuprofen, amoxicillin, azithromycin, metformin, amlodipine, atenolol,
omeprazole, pantoprazole, cetirizine, salbutamol, prednisolone, ciprofloxacin, doxycycline,
metronidazole, ondansetron, domperidone, ranitidine, losartan, telmisartan, atorvastatin, aspirin,
clopidogrel, furosemide, insulin glargine, levothyroxine, rifampicin, isoniazid, ethambutol"""


def _named(kind: Kind, names: str) -> list[Concept]:
    return [Concept(name, kind, name) for name in " ".join(names.split()).split(", ")]


CONCEPTS = (
    *common_complaints(),
    *_named(Kind.CONDITION, _CONDITIONS),
    *_named(Kind.DRUG, _DRUGS),
)

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    letter: [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
    for row in _ROWS
    for at, letter in enumerate(row)
}
_VARIANTS = [
    ("aa", "a"), ("a", "aa"), ("ee", "i"), ("i", "ee"), ("oo", "u"), ("u", "oo"), ("kh", "k"),
    ("k", "kh"), ("bh", "b"), ("b", "bh"), ("dh", "d"), ("th", "t"), ("t", "th"), ("gh", "g"),
    ("ph", "f"), ("f", "ph"), ("v", "w"), ("w", "v"), ("z", "j"), ("j", "z"), ("sh", "s"),
]  # fmt: skip


def misspell(term: str, how: str, chance: random.Random) -> str:
    """One slip of a kind: swap, drop, double, neighbour or variant; never in the first letter."""
    places = [at for at in range(1, len(term)) if term[at].isalpha()]
    at = chance.choice(places)
    if how == "swap":
        at = chance.choice([at for at in places if at + 1 in places] or places)
        return term[:at] + term[at : at + 2][::-1] + term[at + 2 :]
    if how == "drop":
        return term[:at] + term[at + 1 :]
    if how == "double":
        return term[:at] + term[at] + term[at:]
    if how == "neighbour":
        return term[:at] + chance.choice(NEIGHBOURS.get(term[at], [term[at]])) + term[at + 1 :]
    fits = [(old, new) for old, new in _VARIANTS if old in term[1:]]
    if not fits:
        return misspell(term, "drop", chance)
    old, new = chance.choice(fits)
    return term[0] + term[1:].replace(old, new, 1)


def misspellings(count: int, seed: int = 7) -> list[tuple[str, str]]:
    """(misspelt, id of the concept meant), each unlike every term; terms of five letters and more."""
    chance = random.Random(seed)
    terms = {term.lower(): concept.id for concept in CONCEPTS for term in concept.terms}
    long = sorted(term for term in terms if len(term) > 4 and term.isascii())
    found: list[tuple[str, str]] = []
    while len(found) < count:
        term = long[len(found) % len(long)]
        how = ("swap", "drop", "double", "neighbour", "variant")[chance.randrange(5)]
        wrong = misspell(term, how, chance)
        if wrong not in terms:
            found.append((wrong, terms[term]))
    return found
