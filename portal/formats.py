"""How numbers, days and times are written for a reader: Indian English or Hindi."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers

from records_api.core.db import utcnow
from records_api.core.i18n import marked as _
from records_api.core.i18n import translate
from records_api.patients.rules import age_at

LOCALES = {"en": "en_IN", "hi": "hi_IN"}
ZONE = "Asia/Kolkata"


def health_id(number: str) -> str:
    """14 digits in groups, as on a card: 12-3456-7890-1234."""
    return "-".join((number[:2], number[2:6], number[6:10], number[10:]))


def age(birth_date: date) -> int:
    return int(age_at(birth_date, utcnow()))


UNITS = {
    "{tbl}": _("tablets"),
    "{cap}": _("capsules"),
    "{sachet}": _("sachets"),
    "{vial}": _("vials"),
    "{bottle}": _("bottles"),
    "{tube}": _("tubes"),
    "{ampule}": _("ampoules"),
    "{inhaler}": _("inhalers"),
    "{pack}": _("packs"),
    "{course}": _("courses"),
    "{unit}": _("units"),
    "1": _("units"),
    "Cel": "°C",
    "mm[Hg]": "mm Hg",
    "{score}": "",
}


def filters(language: str) -> dict[str, Callable[..., Any]]:
    locale = LOCALES[language]

    def day(moment: date | datetime, zone: str = ZONE) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(ZoneInfo(zone)).date()
        return dates.format_date(moment, "d MMM y", locale=locale)

    def time(moment: datetime, zone: str = ZONE) -> str:
        return dates.format_datetime(moment, "d MMM y, h:mm a", ZoneInfo(zone), locale)

    def number(value: float | Decimal, places: int = 0) -> str:
        pattern = "#,##,##0" + ("." + "#" * places if places else "")
        return numbers.format_decimal(value, pattern, locale)

    def percent(share: float) -> str:
        """Whole percent; a small share is said to be small, never to be nothing."""
        if 0 < share < 0.01:
            return "<" + numbers.format_percent(0.01, "0%", locale)
        return numbers.format_percent(share, "0%", locale)

    def unit(code: str) -> str:
        """A UCUM unit in words; one that has none stays as it is, without its brackets."""
        return translate(UNITS.get(code, code.strip("{}")), language)

    def named(row: Any) -> str:
        """The name of a row in the reader's language, English where there is no other."""
        english = getattr(row, "name_en", None) or getattr(row, "name", "")
        return str((language == "hi" and getattr(row, "name_hi", None)) or english)

    return {
        "day": day,
        "time": time,
        "number": number,
        "percent": percent,
        "named": named,
        "unit": unit,
        "health_id": health_id,
        "age": age,
    }
