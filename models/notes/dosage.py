"""How a drug is given, read from the words about its name: `tab pcm 500 mg tds x 3d`."""

import re

from models.notes.values import Dosage

REACH = 90  # characters after the name within which its dose stands

_FORM = re.compile(
    r"(?<!\w)(tab(?:let)?s?|cap(?:sule)?s?|inj(?:ection)?|syp|syr|syrup|susp|drops?|oint(?:ment)?|cream|gel"
    r"|inhaler|neb(?:uli[sz]ation)?|t\.|goli)\.?\s*$",
    re.IGNORECASE,
)
_FORMS = {
    "tab": "tablet", "t.": "tablet", "goli": "tablet", "cap": "capsule", "inj": "injection",
    "syp": "syrup", "syr": "syrup", "sus": "suspension", "dro": "drops", "oin": "ointment",
    "cre": "cream", "gel": "gel", "inh": "inhaler", "neb": "nebulisation",
}  # fmt: skip
_STRENGTH = re.compile(
    r"(?<![\w./-])(\d{1,7}(?:[.,]\d{1,3})*)\s*(mcg|µg|μg|ug|mg|gm?|ml|iu|units?|drops?|puffs?|tabs?|tsp|%)(?![^\W\d_])",
    re.IGNORECASE,
)
_UNITS = {
    "µg": "mcg", "μg": "mcg", "ug": "mcg", "gm": "g", "unit": "iu", "units": "iu",
    "drop": "drops", "puff": "puffs", "tab": "tablets", "tabs": "tablets",
}  # fmt: skip
_TIMES = {
    "od": 1, "qd": 1, "hs": 1, "qhs": 1, "om": 1, "once daily": 1, "once a day": 1, "daily": 1,
    "at night": 1, "at bedtime": 1, "din mein ek baar": 1, "din me ek bar": 1, "raat ko": 1,
    "bd": 2, "bid": 2, "twice daily": 2, "twice a day": 2, "din mein do baar": 2,
    "din me do bar": 2, "subah sham": 2, "subah shaam": 2,
    "tds": 3, "tid": 3, "thrice daily": 3, "thrice a day": 3, "three times a day": 3,
    "three times daily": 3, "din mein teen baar": 3, "din me teen bar": 3,
    "qid": 4, "qds": 4, "four times a day": 4, "four times daily": 4,
    "stat": None, "weekly": 1 / 7, "once weekly": 1 / 7, "once a week": 1 / 7,
    "alternate day": 0.5, "alternate days": 0.5, "eod": 0.5,
}  # fmt: skip
_FREQUENCY = re.compile(
    r"(?<!\w)(?:(?P<plan>[\d½](?:\s?-\s?[\d½]){2,3})(?![\w-])"
    r"|q\.?\s?(?P<hours>\d{1,2})\s?h(?:rly|ourly|rs?)?(?!\w)"
    r"|every\s(?P<each>\d{1,2})\s(?:hours?|hrs?)(?!\w)"
    r"|(?P<hourly>\d{1,2})\s?(?:hrly|hourly)(?!\w)"
    rf"|(?P<word>{'|'.join(sorted((re.escape(w).replace(chr(92) + ' ', ' +') for w in _TIMES), key=len, reverse=True))})(?!\w)"
    r"|(?P<dotted>(?:o\.d|b\.d|t\.d\.s|b\.i\.d|t\.i\.d|q\.i\.d|h\.s)\.?))",
    re.IGNORECASE,
)
_AS_NEEDED = re.compile(r"(?<!\w)(?:prn|s\.?o\.?s\.?|as needed|if needed|zaroorat par)(?!\w)", re.I)
_DAYS_IN = {"d": 1, "w": 7, "h": 7, "m": 30}
_DURATION = re.compile(
    r"(?:(?<!\w)(?:x|×|for|\*)\s?)(?P<n>\d{1,3})\s?(?:(?P<part>/\s?(?:7|52|12))"
    r"|(?P<unit>d(?:ays?|in)?|w(?:ee)?ks?|months?|mahine|hafte)(?!\w))"
    r"|(?<![\w.])(?P<n2>\d{1,3})\s?(?P<unit2>days?|din|w(?:ee)?ks?|hafte|months?|mahine)(?:\s(?:tak|ke liye))?(?!\w)",
    re.IGNORECASE,
)


def read_dosage(text: str, start: int, end: int, limit: int) -> Dosage | None:
    """The order about the drug named at text[start:end], not looking beyond `limit`. None when the
    note gives only the name."""
    before = _FORM.search(text, max(0, start - 14), start)
    stop = min(limit, end + REACH)
    strength = _STRENGTH.search(text, end, stop)
    times = _FREQUENCY.search(text, end, stop)
    needed = _AS_NEEDED.search(text, end, stop)
    # `din mein teen baar 5 din`: after the frequency first, for that may speak of days too.
    lasting = _DURATION.search(text, times.end(), stop) if times else None
    lasting = lasting or _DURATION.search(text, end, times.start() if times else stop)
    parts = [part for part in (before, strength, times, needed, lasting) if part is not None]
    if not parts:
        return None
    return Dosage(
        start=min(start, *(part.start() for part in parts)),
        end=max(end, *(part.end() for part in parts)),
        form=_FORMS[before.group(1).lower()[:3]]
        if before and before.group(1) != "t."
        else ("tablet" if before else None),
        strength=_number(strength.group(1)) if strength else None,
        unit=_unit(strength.group(2)) if strength else None,
        per_day=_per_day(times) if times else None,
        as_needed=needed is not None,
        days=_days(lasting) if lasting else None,
    )


def _number(written: str) -> float:
    """`1,000` and `0.5`; a comma before other than three digits is a decimal one."""
    written = re.sub(r",(?=\d{3}(?:\D|$))", "", written).replace(",", ".")
    whole, *rest = written.split(".")
    return float(whole + ("." + "".join(rest) if rest else ""))


def _unit(written: str) -> str:
    return _UNITS.get(written.lower(), written.lower())


def _per_day(times: re.Match[str]) -> float | None:
    if times["plan"]:
        return float(sum(part.strip() not in ("0", "") for part in times["plan"].split("-")))
    for name in ("hours", "each", "hourly"):
        if times[name]:
            hours = int(times[name])
            return 24 / hours if hours else None
    if times["dotted"]:
        return _TIMES[times["dotted"].lower().replace(".", "")]
    return _TIMES[" ".join(times["word"].lower().split())]


def _days(lasting: re.Match[str]) -> float:
    count = int(lasting["n"] or lasting["n2"])
    part = (lasting["part"] or "").replace("/", "").strip()
    if part:
        return float(count * {"7": 1, "52": 7, "12": 30}[part])
    return float(count * _DAYS_IN[(lasting["unit"] or lasting["unit2"]).lower()[0]])
