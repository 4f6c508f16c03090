"""Concepts for tests: common complaints, conditions and drugs."""

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
