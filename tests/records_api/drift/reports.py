"""A drift report as the training side makes one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from records_api.drift.schemas import Report

UNTIL = datetime(2026, 11, 25, tzinfo=UTC)


def group(name: str, rows: int, level: str = "steady") -> dict[str, Any]:
    if level == "few":
        nothing = dict.fromkeys(("confidence", "accuracy", "error", "low", "high", "floor"))
        return {"group": name, "rows": rows, **nothing, "level": level}
    told = {"confidence": 0.81, "accuracy": 0.66, "error": 0.152, "low": 0.11, "high": 0.2}
    return {"group": name, "rows": rows, **told, "floor": 0.07, "level": level}


def moved(name: str, psi: float, level: str, **bins: tuple[float, float]) -> dict[str, Any]:
    shares = [{"label": k, "reference": a, "recent": b} for k, (a, b) in bins.items()]
    return {"name": name, "rows": 412, "psi": psi, "floor": 0.02, "level": level, "bins": shares}


def report(level: str = "alarm", facility: str = "F1", condition: str = "dengue") -> Report:
    pair = {"rows": 180, "only_champion": 9, "only_challenger": 21, "difference": 0.067}
    pair |= {"low": 0.008, "high": 0.124, "p": 0.043, "enough": True}
    ages = {"0-4": (0.12, 0.02), "18-44": (0.5, 0.28), "65+": (0.38, 0.7)}
    content = {
        "capability": "diagnosis",
        "model_version": "3",
        "since": UNTIL - timedelta(days=28),
        "until": UNTIL,
        "level": level,
        "reference_rows": 18_240,
        "answers": 530,
        "visits": 412,
        "confirmed": 180,
        "versions": {"3": 400, "2": 12},
        "stability": [
            moved("age", 0.31, level, **ages),
            moved("sex", 0.004, "steady", F=(0.52, 0.53), M=(0.48, 0.47)),
            moved("score", 0.13, "watch", low=(0.3, 0.45), high=(0.7, 0.55)),
        ],
        "findings_compared": 66,
        "findings": [moved("fever", 0.27, "watch", present=(0.4, 0.66))],
        "calibration": {
            "all": [group("all", 180)],
            "hospital": [group(facility, 140, "watch"), group("unknown", 12, "few")],
            "sex": [group("F", 96), group("M", 84)],
            "age": [group("65+", 120), group("18-44", 50)],
        },
        "rates": [
            {"name": "coverage", "of": 180, "share": 0.93, "low": 0.87, "high": 0.96, "level": "steady"},
            {"name": "abstained", "of": 412, "share": 0.05, "low": 0.03, "high": 0.08, "level": "steady"},
            {"name": "rejected", "of": 150, "share": 0.2, "low": 0.13, "high": 0.3, "level": "steady"},
        ],
        "decisions": [
            {"decision": "accepted", "answers": 120, "confirmed_cases": 118, "top1": 0.9, "top5": 1.0},
            {"decision": "rejected", "answers": 30, "confirmed_cases": 20, "top1": 0.0, "top5": 0.2},
        ],
        "reasons": {"confirmed instead": 18, "own words": 12},
        "agreement": [
            {"condition": condition, "suggested": 140, "accepted": 70, "rejected": 12,
             "confirmed_cases": 80, "confirmed": 66},
        ],
        "duels": [
            {"challenger": "4", "answers": 210, "differ": 0.18, "top1": pair, "top5": pair,
             "champion": group("champion", 180), "shadow": group("challenger", 180),
             "covered_champion": 0.93, "covered_challenger": 0.95},
        ],
    }  # fmt: skip
    return Report.model_validate(content)
