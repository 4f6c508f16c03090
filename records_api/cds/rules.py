"""What a card says of a differential: how loud, in which words, and which reasons overrule it."""

from collections.abc import Iterable, Mapping

from records_api.core.i18n import marked as _

REASON_SYSTEM = "urn:sehat:cds:override-reason"
LONGEST_SUMMARY = 139  # the standard asks for fewer than 140 characters
LONGEST_REASON = 500  # that an advice keeps
GRAVE = 2  # severity 1 cannot wait, 2 is next to it
UNSAID = "No reason was given."


OVERRIDES: Mapping[str, str] = {
    "other-diagnosis": _("Another diagnosis is more likely."),
    "already-known": _("This was known already."),
    "findings-wrong": _("The findings it rests on are wrong or incomplete."),
    "not-now": _("It does not matter in this visit."),
    "other": _("Another reason."),
}


def indicator(urgency: str, degraded: bool, severities: Iterable[int | None]) -> str:
    """`critical`: something cannot wait, by the model or a red flag. `warning`: a red flag that can
    wait a little, or a grave condition that the model does not rule out (it is in the prediction
    set). A list without a model only informs."""
    if urgency == "now":
        return "critical"
    open_grave = not degraded and any(map(grave, severities))
    return "warning" if urgency == "soon" or open_grave else "info"


def grave(severity: int | None) -> bool:
    return severity is not None and severity <= GRAVE


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def percent(probability: float) -> str:
    """Whole percents; the very small is not called nothing, nor the very sure certain."""
    if 0 < probability < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < probability < 1 else f"{probability:.0%}".replace("%", " %")


def override(code: str | None, display: str | None, comment: str | None) -> str:
    """Why a card was overridden, as one text of at most 500 characters. A system may leave the
    reason out; that is kept too, since asking again would lose the answer."""
    named = OVERRIDES.get(code, display) if code else display
    coded = f"{code}: {named}" if code and named else code or named
    told = " ".join(part for part in ((coded or "").strip(), (comment or "").strip()) if part)
    return shortened(told, LONGEST_REASON) or UNSAID


_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>()#+!|~"})


def plain(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return " ".join(text.split()).translate(_MARKUP)
