"""A catalogue of five findings and two conditions, sound and complete, to break in every way."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge import catalogue
from knowledge.lint import check

FINDINGS = [
    {
        "id": name,
        "kind": "symptom",
        "name_en": name.capitalize(),
        "name_hi": hindi,
        "question_en": f"Do you have {name}?",
        "question_hi": f"क्या आपको {hindi} है?",
        "aliases": [f"{name} word"],
    }
    for name, hindi in (
        ("fever", "बुख़ार"),
        ("cough", "खाँसी"),
        ("rash", "चकत्ते"),
        ("pain", "दर्द"),
        ("pallor", "पीलापन"),
    )
] + [
    {
        "id": "rash_kind",
        "kind": "sign",
        "name_en": "Kind of rash",
        "name_hi": "चकत्तों की क़िस्म",
        "question_en": "What is the rash like?",
        "question_hi": "चकत्ते कैसे हैं?",
        "parent": "rash",
        "answer": "one",
        "values": [
            {"id": "flat", "name_en": "flat", "name_hi": "चपटे"},
            {"id": "raised", "name_en": "raised", "name_hi": "उभरे"},
        ],
    }
]
WEIGHTS = {"fever": 0.9, "cough": 0.2, "rash": 0.6, "pain": 0.4, "pallor": 0.1}


def condition(name: str, hindi: str, icd10: str, findings: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name_en": name.capitalize(),
        "name_hi": hindi,
        "icd10": icd10,
        "severity": 2,
        "specialty": "general medicine",
        "aliases": [f"{name} alias"],
        "rate": {"per_thousand": 4, "source": "judgement"},
        "findings": findings,
        "red_flags": [{"findings": ["pallor", "fever"], "why": "both at once"}],
        "first_tests": ["Blood count"],
        "treatment": {"text": "Rest.", "source": "guide-2020"},
        "contraindications": [{"kind": "age", "text": "Not below one year."}],
        "referral": {"when": "No better in two days", "where": "Hospital"},
        "citations": ["guide-2020"],
    }


CONDITIONS = [
    condition("dengue", "डेंगू", "A97.0", {**WEIGHTS, "rash_kind_@_flat": 0.4}),
    condition("measles", "ख़सरा", "B05.9", {**WEIGHTS, "rash_kind_@_raised": 0.5}),
]
CITATIONS = [{"id": "guide-2020", "title": "A guideline", "publisher": "A body", "year": 2020}]
HEAD = {"name": "Small", "version": "1", "review": "Nobody has reviewed it."}


class Small:
    """The parts of a catalogue, to be changed in place and then written or checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head, self.findings, self.conditions, self.citations = json.loads(
            json.dumps([HEAD, FINDINGS, CONDITIONS, CITATIONS])
        )

    def write(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        for name, content in (
            ("catalogue", self.head),
            ("findings_all", self.findings),
            ("fevers", self.conditions),
            ("citations", self.citations),
        ):
            text = json.dumps(content, ensure_ascii=False)
            (self.folder / f"{name}.json").write_text(text, encoding="utf-8")
        return self.folder

    def faults(self) -> list[str]:
        return [str(fault) for fault in check(catalogue.load(self.write()))]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "small")


Break = Callable[[Small], Any]
