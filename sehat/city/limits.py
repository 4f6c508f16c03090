"""Whom a finding or an illness cannot meet, where the catalogue's age bands are too wide to say it.

A rate has five bands: by it alone a girl of six could be pregnant, and a boy of four newborn.
"""

from knowledge.schema import Condition

Ages = tuple[float, float]  # years: from the first on, and below the second

ANY_AGE: Ages = (0.0, 200.0)
FERTILE: Ages = (15.0, 46.0)
GROWN: Ages = (12.0, 200.0)
BABY: Ages = (0.0, 2.0)
CHILD: Ages = (0.0, 6.0)
NEWBORN: Ages = (0.0, 0.08)

_SPECIALTIES: dict[str | None, Ages] = {"obstetrics": FERTILE, "gynaecology": (12.0, 60.0)}
_CONDITIONS: dict[str, Ages] = {
    "neonatal_jaundice": NEWBORN,
    "neonatal_sepsis": NEWBORN,
    "bronchiolitis": BABY,
    "intussusception": BABY,
    "croup": (0.5, 5.0),
    "febrile_seizure": (0.5, 6.0),
    "severe_malnutrition": (0.5, 5.0),
    "rickets": CHILD,
    "acne": GROWN,
    "urethral_discharge_syndrome": GROWN,
    "genital_herpes": GROWN,
    "syphilis": GROWN,
}

# Findings of one sex ("F" or "M") or of both (None), at some ages.
FINDINGS: dict[str, tuple[str | None, Ages]] = {
    **dict.fromkeys(("pregnant", "recent_birth", "missed_period"), ("F", FERTILE)),
    **dict.fromkeys(
        ("heavy_periods", "irregular_periods", "painful_periods", "vaginal_bleeding"),
        ("F", (12.0, 60.0)),
    ),
    "pregnancy_test_positive": ("F", FERTILE),
    "vaginal_discharge": ("F", GROWN),
    "cervix_tender": ("F", GROWN),
    "breast_painful_red": ("F", GROWN),
    "testis_pain": ("M", ANY_AGE),
    "urethral_discharge": ("M", GROWN),
    "unsafe_sex": (None, GROWN),
    **dict.fromkeys(
        ("born_early", "not_breastfed", "poor_feeding", "baby_limp", "baby_cold"), (None, BABY)
    ),
    **dict.fromkeys(
        ("bulging_fontanelle", "navel_pus", "irritable_cry", "jaundice_newborn_palms"),
        (None, BABY),
    ),
    "currant_jelly_stool": (None, BABY),
    **dict.fromkeys(
        ("cannot_drink", "not_growing", "both_feet_swollen_child", "low_muac", "late_walking"),
        (None, CHILD),
    ),
}


def ages(condition: Condition) -> Ages | None:
    """At which ages it can come; None where the bands of its rate say enough."""
    return _CONDITIONS.get(condition.id) or _SPECIALTIES.get(condition.specialty)
