"""What a condition's `detail` says, read with patience: anybody with a catalogue may write there, and
a part of another shape than ours is passed over. It is no error of the doctor who asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Source:
    """A published source; `url` only if a browser may follow it."""

    id: str
    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None


@dataclass(frozen=True)
class RedFlag:
    """Findings that together must not be missed in the condition that names them."""

    findings: frozenset[str]
    why: str | None = None


@dataclass(frozen=True)
class Contraindication:
    """`kind`: allergy, pregnancy, kidney, liver, heart, age, drug, disease."""

    kind: str
    text: str


@dataclass(frozen=True)
class Care:
    """First care. The texts are in English, whatever the reader speaks."""

    first_tests: tuple[str, ...] = ()
    treatment: str | None = None
    source: str | None = None  # of the treatment; of the sources, or a word such as "judgement"
    contraindications: tuple[Contraindication, ...] = ()
    refer_when: str | None = None
    refer_where: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.first_tests or self.treatment or self.contraindications or self.refer_when)


@dataclass(frozen=True)
class Condition:
    """`named`: the findings that it is known by, as far as the terminology tells."""

    code: str
    name_en: str
    name_hi: str | None = None
    icd10: str | None = None
    severity: int | None = None
    specialty: str | None = None
    named: frozenset[str] = frozenset()
    red_flags: tuple[RedFlag, ...] = ()
    care: Care = Care()

    def name(self, language: str) -> str:
        return (self.name_hi if language == "hi" else None) or self.name_en


def condition(
    code: str,
    name_en: str,
    name_hi: str | None,
    icd10: str | None,
    severity: int | None,
    specialty: str | None,
    detail: Any,
) -> Condition:
    """A row of the terminology."""
    told = _dict(detail)
    flags = tuple(_red_flags(told.get("red_flags")))
    named = told.get("findings")
    known_by = {*_texts(list(named) if isinstance(named, dict) else named)}
    return Condition(
        code,
        name_en,
        name_hi,
        icd10,
        severity,
        specialty,
        frozenset(known_by.union(*(flag.findings for flag in flags))),
        flags,
        _care(told),
    )


def _care(told: dict[str, Any]) -> Care:
    treatment, referral = _dict(told.get("treatment")), _dict(told.get("referral"))
    return Care(
        first_tests=tuple(_texts(told.get("first_tests"))),
        treatment=_text(treatment.get("text")),
        source=_text(treatment.get("source")),
        contraindications=tuple(
            Contraindication(_text(entry.get("kind")) or "", text)
            for entry in _dicts(told.get("contraindications"))
            if (text := _text(entry.get("text")))
        ),
        refer_when=_text(referral.get("when")),
        refer_where=_text(referral.get("where")),
        sources=tuple(_sources(told.get("citations"))),
    )


def _red_flags(value: Any) -> Iterator[RedFlag]:
    for entry in _dicts(value):
        if findings := frozenset(_texts(entry.get("findings"))):
            yield RedFlag(findings, _text(entry.get("why")))


def _sources(value: Any) -> Iterator[Source]:
    for entry in _dicts(value):
        if title := _text(entry.get("title")):
            year = entry.get("year")
            yield Source(
                _text(entry.get("id")) or title,
                title,
                _text(entry.get("publisher")),
                year if isinstance(year, int) else None,
                _address(entry.get("url")),
            )


def _address(value: Any) -> str | None:
    """An address of the web; never one that runs in the page."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return str(value) if parts and parts.scheme in {"http", "https"} and parts.netloc else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (entry for entry in (value if isinstance(value, list) else ()) if _dict(entry))


def _texts(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else ():
        if text := _text(entry):
            yield text


def _text(value: Any) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
