from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

from portal.formats import filters, health_id

EN, HI = filters("en"), filters("hi")


def test_times_are_those_of_the_facility() -> None:
    moment = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert EN["day"](moment) == "24 Nov 2026"  # half past one at night in Delhi
    assert EN["time"](moment) == "24 Nov 2026, 1:30 am"
    assert EN["day"](moment, "Europe/London") == "23 Nov 2026"
    assert EN["day"](date(2026, 11, 23)) == "23 Nov 2026"
    assert HI["day"](date(2026, 3, 1)) == "1 मार्च 2026"


def test_numbers_are_grouped_as_in_india_and_stay_exact() -> None:
    assert EN["number"](Decimal("1234567.125"), 3) == "12,34,567.125"
    assert EN["number"](Decimal("40.000"), 3) == "40"
    assert HI["number"](1497) == "1,497"


def test_a_small_share_is_never_nothing() -> None:
    assert EN["percent"](0.004) == "<1%"
    assert EN["percent"](0.0) == "0%"
    assert EN["percent"](0.985) == "98%"


def test_units_are_words() -> None:
    assert EN["unit"]("{tbl}") == "tablets"
    assert HI["unit"]("{tbl}") == "गोलियाँ"
    assert EN["unit"]("mm[Hg]") == "mm Hg"
    assert EN["unit"]("{strip}") == "strip"


def test_names_in_the_readers_language_or_else_in_english() -> None:
    clinic = SimpleNamespace(name="Clinic", name_hi="क्लिनिक")
    assert (EN["named"](clinic), HI["named"](clinic)) == ("Clinic", "क्लिनिक")
    assert HI["named"](SimpleNamespace(name_en="Fever", name_hi=None)) == "Fever"


def test_a_health_number_can_be_read_out() -> None:
    assert health_id("41929000607102") == "41-9290-0060-7102"
