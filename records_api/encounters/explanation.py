"""Evidence in words: a finding's share in a condition's score, as clinicians weigh tests.

A weight is a log-odds: e to its power is how many times likelier the finding makes the condition.
Ten times is called strong, five moderate, two weak, as likelihood ratios are in the Users' Guides to
the Medical Literature (JAMA 1994;271:703-707).
"""

import math
from collections.abc import Mapping
from typing import Literal

from records_api.core.i18n import marked as _
from records_api.core.i18n import translate
from records_api.terminology.tables import Concept

Strength = Literal["strong", "moderate", "weak", "slight"]
FULL = math.log(100)  # the weight that fills a bar; a hundred times is as good as sure
_LARGEST = 100


_STRENGTHS: tuple[tuple[float, Strength], ...] = ((10, "strong"), (5, "moderate"), (2, "weak"))
_WORDS = {
    ("strong", True): _("strongly for"),
    ("moderate", True): _("moderately for"),
    ("weak", True): _("weakly for"),
    ("slight", True): _("barely for"),
    ("strong", False): _("strongly against"),
    ("moderate", False): _("moderately against"),
    ("weak", False): _("weakly against"),
    ("slight", False): _("barely against"),
}
_LIKELIER = _("{times} times likelier")
_LESS_LIKELY = _("{times} times less likely")


# Evidence that is no finding: who the patient is and what goes round near by, and PRIOR with the code
# of an earlier confirmed condition.
CIRCUMSTANCES = {"age": _("age"), "sex": _("sex"), "local": _("illness in the district now")}
PRIOR = "prior:"


def called(code: str, names: Mapping[str, Concept], language: str) -> str:
    """What a model names, in the reader's language; a code that the terminology lacks is its own name."""
    if code in CIRCUMSTANCES:
        return translate(CIRCUMSTANCES[code], language)
    if code.startswith(PRIOR):
        earlier = called(code.removeprefix(PRIOR), names, language)
        return translate(_("earlier: {name}"), language).format(name=earlier)
    concept = names.get(code)
    return code if concept is None else concept.named(language)


def ratio(weight: float) -> float:
    """How many times likelier (above 1) or less likely (below 1) the finding makes the condition."""
    return math.exp(max(-30.0, min(30.0, weight)))


def strength(weight: float) -> Strength:
    times = round(ratio(abs(weight)), 1)  # as it is shown: nobody reads "10 times" as moderate
    return next((name for least, name in _STRENGTHS if times >= least), "slight")


def words(weight: float, language: str) -> str:
    """ "strongly for" or "weakly against", in the reader's language."""
    return said(strength(weight), weight >= 0, language)


def said(how: Strength, speaks_for: bool, language: str) -> str:
    return translate(_WORDS[how, speaks_for], language)


def times(weight: float, language: str) -> str:
    """ "4 times likelier", in the reader's language."""
    count = ratio(abs(weight))
    shown = (
        f"> {_LARGEST}" if count > _LARGEST else f"{count:.0f}" if count >= 9.95 else f"{count:.1f}"
    )
    sentence = translate(_LIKELIER if weight >= 0 else _LESS_LIKELY, language)
    return sentence.format(times=shown.removesuffix(".0"))


def share(weight: float) -> float:
    """Of a bar, 0 to 1."""
    return min(1.0, abs(weight) / FULL)
