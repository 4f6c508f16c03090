"""A model service for the browser tests: the real one's endpoints, answered by a few lines.

Diagnosis is naive Bayes over the catalogue's own frequencies, demand is a flat fan, faces are compared
by the mean grey of their pictures, notes and handwriting are read by the real readers and dictation is
heard by PocketSphinx. `down` makes every call answer 503.
"""

import base64
import io
import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from PIL import Image, ImageStat, UnidentifiedImageError

from knowledge.catalogue import delhi
from knowledge.schema import Condition
from sehat.city.illness import conditions
from serving.demand.schema import QUANTILES
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest
from serving.notes.schema import NotesAnswer, NotesRequest
from serving.speech.schema import SpeechAnswer, SpeechRequest

REF = {"version": "3", "trained_on": "feed", "trained_at": "2026-11-20T04:30:00Z"}
RARE = 0.006  # visits a thousand residents a year; of what is rarer, this city has no record
BACKGROUND = 0.02  # how often a finding is met with a condition that does not name it
_NORMAL = (-1.96, -1.28, -0.84, -0.52, -0.25, 0.0, 0.25, 0.52, 0.84, 1.28, 1.96)


@dataclass
class Switch:
    down: bool = False
    questions: list[dict[str, Any]] | None = None  # asked instead of the fake's own
    considered: list[str] | None = None  # what belongs into every differential, if that was learned


def _often(condition: Condition, code: str) -> float:
    link = condition.findings.get(code)
    return min(0.98, link.frequency or BACKGROUND) if link else BACKGROUND


def _weight(condition: Condition, code: str, present: bool) -> float:
    """Log-odds of a finding under the condition against the background."""
    p = _often(condition, code)
    return math.log(p / 0.1) if present else math.log((1 - p) / 0.9)


def diagnose(present: list[str], absent: list[str], limit: int) -> dict[str, Any]:
    shares = []
    for condition, rate in conditions():
        told = [(code, True) for code in present] + [(code, False) for code in absent]
        weights = [(code, there, _weight(condition, code, there)) for code, there in told]
        score = math.log(rate.per_thousand) + sum(w for _, _, w in weights)
        shares.append((score, condition, weights, rate.per_thousand < RARE))
    top = max(score for score, *_ in shares)
    total = sum(math.exp(score - top) for score, *_ in shares)
    shares.sort(key=lambda row: -row[0])
    ranked, inside, mass = [], [], 0.0
    for score, condition, weights, rare in shares:
        p = math.exp(score - top) / total
        if mass < 0.95:
            inside.append(condition.id)
        mass += p
        evidence = [{"finding": code, "present": there, "weight": w} for code, there, w in weights]
        ranked.append(
            {
                "condition": condition.id,
                "icd10": condition.icd10,
                "probability": p,
                "evidence_for": [e for e in evidence if e["weight"] > 0],
                "evidence_against": [e for e in evidence if e["weight"] < 0],
                "by_catalogue": rare,
            }
        )
    abstained = len(inside) > 8
    first = shares[0][1]
    return {
        "model": {"name": "diagnosis", **REF},
        "ranked": ranked[:limit],
        "prediction_set": inside if not abstained else [],
        "abstained": abstained,
        "reason": "Too many conditions are still possible. Record more findings."
        if abstained
        else None,
        "urgent": first.severity == 1 and not abstained,
        "specialty": first.specialty,
    }


def _entropy(p: float) -> float:
    return -(p * math.log(p) + (1 - p) * math.log(1 - p))


def ask_next(present: list[str], absent: list[str], limit: int) -> list[dict[str, Any]]:
    """Findings not told yet, by what a yes or no would tell of the condition."""
    now = {row["condition"]: row["probability"] for row in diagnose(present, absent, 999)["ranked"]}
    worth = []
    for code in {f.id for f in delhi().findings if f.answer == "yes_no"} - {*present, *absent}:
        rates = [(now[c.id], _often(c, code)) for c, _ in conditions()]
        yes = sum(share * rate for share, rate in rates)
        worth.append((_entropy(yes) - sum(s * _entropy(rate) for s, rate in rates), code))
    best = sorted(worth, key=lambda row: (-row[0], row[1]))[:limit]
    return [
        {"question": code, "kind": "yes_no", "findings": [code], "gain": max(0.0, gain)}
        for gain, code in best
    ]


def forecast(series: list[dict[str, str]], freq: str, horizon: int) -> dict[str, Any]:
    step = {"D": 1, "W": 7, "M": 30}[freq]
    monday = date(2026, 11, 23) - timedelta(days=date(2026, 11, 23).weekday())
    points = []
    for k in range(horizon):
        middle, spread = 120.0 + 6 * k, 18.0 + 5 * k
        points.append(
            {
                "ds": (monday + timedelta(days=step * k)).isoformat(),
                "mean": middle,
                "quantiles": [max(0.0, middle + z * spread) for z in _NORMAL],
            }
        )
    assert len(_NORMAL) == len(QUANTILES)
    return {
        "model": {"name": "demand", **REF},
        "freq": freq,
        "forecasts": [
            {**key, "history_until": monday.isoformat(), "points": points} for key in series
        ],
    }


def _grey(content: str) -> float | None:
    try:
        with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
            return float(ImageStat.Stat(picture.convert("L")).mean[0])
    except (UnidentifiedImageError, OSError):
        return None


def quality(content: str) -> dict[str, Any]:
    grey = _grey(content)
    if grey is None:
        return {"score": 0.0, "faces": 0, "problems": ["unreadable"]}
    dark = grey < 40
    return {"score": 0.2 if dark else 0.9, "faces": 1, "problems": ["too_dark"] if dark else []}


def compare(probe: str, enrolled: list[str]) -> dict[str, Any]:
    seen, kept = _grey(probe), [_grey(content) for content in enrolled]
    apart = None
    if seen is not None and all(k is not None for k in kept):
        apart = min(abs(seen - k) for k in kept if k is not None)
    sure = apart is not None and not quality(probe)["problems"]
    score = None if not sure or apart is None else max(0.0, 6.0 - apart / 4)
    decision = "refer" if score is None else "match" if score >= 4 else "no_match"
    return {
        "model": {"name": "identity", **REF},
        "score": score,
        "decision": decision,
        "reason": None if sure else "The picture cannot be used.",
        "probe_quality": quality(probe),
        "enrolled_quality": [quality(content) for content in enrolled],
    }


@cache
def speech_engine() -> Any:
    from models.speech.engines import engine

    return engine()


def application(switch: Switch) -> FastAPI:
    """The fake as a web application; `switch` is held by the test."""
    app = FastAPI()

    @app.middleware("http")
    async def _switch(request: Any, call: Any) -> Any:
        return JSONResponse({"error": "down"}, 503) if switch.down else await call(request)

    @app.post("/diagnosis")
    def _diagnosis(request: dict[str, Any] = Body(embed=True)) -> dict[str, Any]:
        found = diagnose(request["present"], request["absent"], request["limit"])
        return found | {"considered": switch.considered}

    @app.post("/next-question")
    def _next_question(request: dict[str, Any] = Body(embed=True)) -> dict[str, Any]:
        asked = ask_next(request["present"], request["absent"], request["limit"])
        chosen = asked if switch.questions is None else switch.questions
        return {"model": {"name": "diagnosis", **REF}, "questions": chosen}

    @app.post("/demand")
    def _demand(request: dict[str, Any] = Body(embed=True)) -> dict[str, Any]:
        return forecast(request["series"], request["freq"], request["horizon"])

    @app.post("/quality")
    def _quality(request: dict[str, Any] = Body(embed=True)) -> dict[str, Any]:
        return {
            "model": {"name": "identity", **REF},
            "quality": quality(request["image"]["content"]),
        }

    @app.post("/verify")
    def _verify(request: dict[str, Any] = Body(embed=True)) -> dict[str, Any]:
        enrolled = [image["content"] for image in request["enrolled"]]
        return compare(request["probe"]["content"], enrolled)

    @app.post("/notes")
    def _notes(request: NotesRequest = Body(embed=True)) -> NotesAnswer:
        from serving.notes.api import notes  # spaCy, for the tests that read a note

        return notes().answer(request)

    @app.post("/speech")
    def _speech(request: SpeechRequest = Body(embed=True)) -> SpeechAnswer:
        from serving.speech.api import answer

        return answer(speech_engine(), request)

    @app.post("/handwriting")
    def _handwriting(request: HandwritingRequest = Body(embed=True)) -> HandwritingAnswer:
        from serving.handwriting import api  # onnxruntime, for the tests that draw a note

        return api.answer(api.engine(), request)

    @app.post("/status")
    def _status() -> dict[str, Any]:
        names = ("diagnosis", "demand", "identity")
        return {"ready": True, "missing": [], "models": {n: {"name": n, **REF} for n in names}}

    return app
