"""Triage without a model, and how urgent a model's answer is. A nurse could check each line.

Red flags are read in English, Hindi and Hindi in Latin letters. They are looked for first and never
overruled: a model may raise the urgency of a complaint, not lower it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Urgency = Literal["now", "soon", "routine"]
URGENCIES: tuple[Urgency, ...] = ("now", "soon", "routine")
GENERAL, EMERGENCY = "general medicine", "emergency"


def _spelt(text: str) -> str:
    """Hindi without its variants of spelling: no nukta, anusvara for chandrabindu."""
    text = unicodedata.normalize("NFKD", text)
    return text.replace("\u093c", "").replace("\u0901", "\u0902")


def folded(text: str) -> str:
    """Text as the patterns below are written: lower case, single spaces, one spelling of Hindi."""
    text = _spelt(text).casefold().replace("’", "'").replace("\n", " ; ")
    return " ".join(text.split())


def _patterns(*rows: tuple[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(_spelt(pattern))) for name, pattern in rows]


_NOW = _patterns(
    ("chest pain", r"(chest|heart) (pain|tight|pressure|ache|hurt)|pain in (my |the |his |her )?chest|heart attack|(सीने|छाती) में (\S+ )?(दर्द|जकड|दबाव)|दिल का दौरा|(seene|sine|chaa?ti) (me|mein) (\S+ )?dard"),
    ("cannot breathe", r"(can ?not|can't|cant|unable to|not able to|hard to|trouble|difficulty|struggling)( in| to| with)? breath|short(ness)? of breath|breathless|gasping|chok(ing|ed)|सांस (नहीं|लेने में|फूल|में तकलीफ)|दम घुट|sa+ns (nahi|lene|phool|fool|me)"),
    ("not conscious", r"unconscious|not (waking|responding)|passed out|faint(ed|ing)|collapsed|confused|बेहोश|होश नहीं|behosh"),
    ("stroke", r"(face|mouth) (is )?(droop|crooked|twisted)|one side (of (the |my |his |her )?body )?(is )?(weak|numb|paraly)|slurred|paralys|stroke|लकवा|मुंह टेढा|lakwa"),
    ("fit", r"seizure|convuls|having fits?|\bfits\b|मिर्गी|दौरे? पड|mirgi"),
    ("heavy bleeding", r"bleeding (heavily|a lot|badly|won't stop|that won't stop|not stopping)|heavy bleeding|(vomit(ing|ed)?|cough(ing|ed)?( up)?) blood|blood in (the |my )?vomit|खून (की उल्टी|बह|नहीं रुक)|khoon (beh|bah|nahi ruk|ki ulti)"),
    ("poisoning or bite", r"poison|overdose|swallowed (acid|bleach|pesticide|kerosene)|snake|जहर|सांप|zeher|saa?np"),
    ("self-harm", r"suicid|kill (myself|himself|herself)|end my life|want to die|hurt myself|आत्महत्या|मरना चाह|aatmahatya"),
    ("serious injury", r"(road|car|bike|traffic) accident|head injury|fell from|gunshot|stabb|severe burn|electric shock|दुर्घटना|सिर (में|पर) चोट|जल गय|करंट लग"),
    ("severe allergy", r"(throat|tongue|lips?|face) (is |are )?swell(ing|en)|swollen (throat|tongue|lips?)|anaphyla|गला सूज|जीभ सूज"),
    ("birth", r"(labou?r pains?|water(s)? (has |have )?broke)|प्रसव पीडा"),
    ("meningitis", r"(stiff neck|neck (is )?stiff)|गर्दन अकड"),
)  # fmt: skip
_SOON = _patterns(
    ("high fever", r"high fever|fever (above|over|of) (39|40|41|10[2-6])|fever (for|since) (more than )?(a week|[3-9]|1\d)|तेज बुखार|tez bukha+r"),
    ("severe pain", r"(severe|unbearable|terrible|worst) (\w+ )?(pain|headache|ache)|(तेज|बहुत|असहनीय) (\S+ )?(\S+ )?दर्द|bahut (\S+ )?dard"),
    ("losing fluid", r"(vomiting|diarrh\w+|loose (motions?|stools?)) (for|since|many|again|all|\d)|dehydrat|no urine|not passing urine|बार बार उल्टी|पेशाब नहीं"),
    ("possible fracture", r"fractur|broken (bone|arm|leg|wrist|ankle|hip)|हड्डी टूट|haddi to+t"),
    ("blood where none belongs", r"blood in (the |my |his |her )?(urine|stools?|sputum)|black stools?|(मल|पेशाब|थूक|बलगम) में खून"),
    ("pregnant", r"pregnan|गर्भवती|pregnent"),
    ("sudden change of sight", r"(sudden\w*|can ?not|can't) (\w+ )?(see|blind|loss of (vision|sight))|दिखना बंद"),
    ("weight loss", r"(losing|lost|loss of) weight|night sweats|वजन (घट|कम)"),
)  # fmt: skip
_FEVER = re.compile(_spelt(r"\bfever|temperature|बुखार|bukha+r|ज्वर"))
_PREGNANT = re.compile(_spelt(r"pregn[ae]n|गर्भ"))
_BLEEDING_OR_FITS = re.compile(_spelt(r"bleed|\bfits?\b|blurred|severe|खून|तेज दर्द|khoon"))
# In English the word that denies stands before, in Hindi right behind. (\b does not work behind a
# Devanagari vowel sign, which Python counts as no part of a word.)
_DENIED_BEFORE = re.compile(r"(\b(no|not|without|never|denies|nor|neither)|n't)( \w+){0,2} ?$")
_DENIED_BEHIND = re.compile(_spelt(r"^\S*( (हो|है))? (नहीं|nahi)(\s|$)"))
_CLAUSES = re.compile(
    _spelt(r"[,.;:!?।/]| but | however | and | although |लेकिन|मगर| और | aur | lekin ")
)


def _denied(before: str, behind: str) -> bool:
    return bool(_DENIED_BEFORE.search(before) or _DENIED_BEHIND.match(behind))


def _said(pattern: re.Pattern[str], text: str) -> bool:
    for clause in _CLAUSES.split(text):
        for found in pattern.finditer(clause):
            if not _denied(clause[: found.start()], clause[found.end() :]):
                return True
    return False


@dataclass(frozen=True)
class RuleTriage:
    urgency: Urgency
    specialty: str
    flags: tuple[str, ...]


def triage(complaint: str, findings: Iterable[str] = (), age: float | None = None) -> RuleTriage:
    """Urgency by red flags in the complaint and in the names of findings that are present, and by
    age in years. Specialty is general medicine: a rule does not know better."""
    text = " ; ".join(folded(part) for part in (complaint, *findings))
    now = [name for name, pattern in _NOW if _said(pattern, text)]
    soon = [name for name, pattern in _SOON if _said(pattern, text)]
    if _said(_PREGNANT, text) and _said(_BLEEDING_OR_FITS, text):
        now.append("emergency of pregnancy")
    if age is not None and text.strip(" ;"):
        if age < 0.25 and _said(_FEVER, text):
            now.append("fever below three months of age")
        elif age < 1 or age >= 80:
            soon.append("very young" if age < 1 else "very old")
    if now:
        return RuleTriage("now", EMERGENCY, (*now, *soon))
    return RuleTriage("soon" if soon else "routine", GENERAL, tuple(soon))


def model_urgency(urgent: bool, abstained: bool, severities: Mapping[int, float]) -> Urgency:
    """Urgency of a differential. `severities`: probability by severity, 1 cannot wait … 5 harmless.
    A model that does not know is no reason to wait."""
    if urgent:
        return "now"
    if abstained or sum(p for severity, p in severities.items() if severity <= 3) >= 0.5:
        return "soon"
    return "routine"


def worst(*urgencies: Urgency) -> Urgency:
    return min(urgencies, key=URGENCIES.index)


# Words that say nothing of a finding, those of a question ("Do you have a fever?") among them.
_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "or",
        "and",
        "to",
        "with",
        "my",
        "your",
        "you",
        "i",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "is",
        "are",
        "been",
        "any",
        "feel",
        "felt",
        "recently",
        "currently",
        "है",
        "में",
        "की",
        "का",
        "के",
        "से",
        "या",
        "और",
        "को",
        "मुझे",
        "हो",
        "रहा",
        "रही",
    ]
)
_WORD = re.compile(r"[^\s,.;:!?()।/\"'-]+")


def _stem(word: str) -> str:
    """A word without its commonest English endings: coughing and cough are the same finding."""
    for ending in ("ing", "es", "ed", "s"):
        if word.isascii() and word.endswith(ending) and len(word) >= len(ending) + 4:
            return word.removesuffix(ending)
    return word


def _words(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text)]


def understood(complaint: str, names: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Findings that a complaint names: present ones, and those it denies. `names`: by code, each in
    the languages it has. A finding counts when one clause has all words of one of its names."""
    wanted = [
        (code, frozenset(_words(folded(name))) - _FILLERS)
        for code, spoken in names.items()
        for name in spoken
    ]
    present: set[str] = set()
    absent: set[str] = set()
    for clause in _CLAUSES.split(folded(complaint)):
        said = _words(clause)
        for code, words in wanted:
            if not words or not words.issubset(said):
                continue
            places = [said.index(word) for word in words]
            before = " ".join(said[: min(places)])
            behind = "".join(f" {word}" for word in said[max(places) + 1 :])
            (absent if _denied(before, behind) else present).add(code)
    return sorted(present), sorted(absent - present)


def place_times(starts_at: datetime, ends_at: datetime, places: int) -> list[datetime]:
    """When each place of a session begins: evenly spread, to the minute."""
    step = (ends_at - starts_at) / places
    return [
        starts_at + timedelta(minutes=(step * n) // timedelta(minutes=1)) for n in range(places)
    ]
