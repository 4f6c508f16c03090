"""Which decisions a person may take on a model's answer, who takes them, when a reason is due."""

DECISIONS: dict[str, tuple[str, ...]] = {
    "diagnosis": ("accepted", "rejected"),
    "triage": ("accepted", "rejected"),
    "demand": ("accepted", "changed", "rejected"),
    "identity": ("match", "no_match", "refer"),
}
DECIDERS: dict[str, tuple[str, ...]] = {
    "diagnosis": ("doctor",),
    "triage": ("clerk", "doctor", "nurse", "resident"),
    "demand": ("planner", "pharmacist"),
    "identity": ("clerk",),
}


def allowed(capability: str, decision: str) -> bool:
    return decision in DECISIONS[capability]


def reason_due(capability: str, decision: str, suggested: str | None) -> bool:
    """Who agrees need not explain. Who rejects, changes or overrules the model says why."""
    if capability == "identity":
        return decision != suggested
    return decision != "accepted"
