"""Do the models still fit: what the page says empty, alarmed, stale and failed, and to whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.drift import service
from records_api.drift.schemas import Report
from tests.portal.seed import CLINIC
from tests.records_api.drift.reports import report

Enter = Callable[[str], Any]


def keep(city: Database, report: Report | None, days_ago: float = 0) -> None:
    """A report of so many days ago; without one, a look that failed."""
    with city.transaction() as session:
        ctx = Context(session, SYSTEM).at(utcnow() - timedelta(days=days_ago))
        if report is None:
            service.keep_failure(ctx, "diagnosis", None, "diagnosis has no champion yet")
        else:
            service.keep(ctx, report)


def page_of(client: Any, path: str = "/status/drift") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.text)


def test_before_the_first_look(enter: Enter) -> None:
    client = enter("planner")
    assert "Nobody has looked yet" in page_of(client)
    assert "Nobody has looked yet" in page_of(client, "/status")
    assert "may no longer fit" not in page_of(client, "/planner")


def test_an_alarm_is_seen_at_the_desk_on_the_status_and_in_the_report(
    enter: Enter, city: Database
) -> None:
    keep(city, report("alarm", facility=CLINIC), 1)
    client = enter("planner")
    assert "may no longer fit" in page_of(client, "/planner")
    assert "Alarm" in page_of(client, "/status")
    told = page_of(client)
    for sentence in (
        "Rest less on the suggestions",
        "Mohalla Clinic Okhla",
        "Dengue",
        "Moved by 0.31; chance explains up to 0.02.",
        "66 of 80",
        "Challenger in shadow: version 4",
        "The challenger is better",
        "Another condition was confirmed: 18",
    ):
        assert sentence in told, sentence
    assert "No newer report" not in told


def test_steady_says_so_and_bothers_nobody(enter: Enter, city: Database) -> None:
    keep(city, report("alarm"), 1)
    keep(city, report("steady"))
    client = enter("planner")
    assert "may no longer fit" not in page_of(client, "/planner")
    told = page_of(client)
    assert "Rest less" not in told
    assert "Earlier" in told


def test_an_old_report_says_that_the_look_is_missing(enter: Enter, city: Database) -> None:
    keep(city, report("steady"), 3)
    client = enter("dr.rao")
    assert "No newer report" in page_of(client)
    assert "No newer report" in page_of(client, "/status")


def test_a_look_that_failed_shows_why_and_the_last_that_did_not(
    enter: Enter, city: Database
) -> None:
    keep(city, report("steady"), 1)
    keep(city, None)
    told = page_of(enter("planner"))
    assert "Nobody watches now" in told
    assert "diagnosis has no champion yet" in told
    assert "Visits compared" in told


def test_codes_that_nobody_knows_and_markup_in_them_are_shown_as_text(
    enter: Enter, city: Database
) -> None:
    keep(city, report("alarm", facility="<b>gone</b>", condition="<script>x</script>"))
    told = page_of(enter("planner"))
    assert "&lt;script&gt;x&lt;/script&gt;" in told
    assert "<b>gone" not in told


def test_who_may_open_it(client: Any, enter: Enter, city: Database) -> None:
    keep(city, report("alarm"))
    assert "/status/drift" not in page_of(client, "/status")
    assert client.get("/status/drift").status_code in {303, 401}
    resident = enter("asha")
    assert "/status/drift" not in page_of(resident, "/status")
    assert resident.get("/status/drift").status_code == 403


@pytest.mark.browser
def test_the_report_in_a_browser(
    page: Page, portal: str, sign_in: Any, axe: Any, shoot: Any, complaints: Any, city: Database
) -> None:
    complaints(page)
    keep(city, report("steady"), 1)
    keep(city, report("alarm", facility=CLINIC))
    sign_in(page, "planner")
    page.goto(f"{portal}/planner")
    page.get_by_role("link", name="What has changed, and for whom").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Do the models still fit?")
    expect(page.locator("#calibration")).to_contain_text("Mohalla Clinic Okhla")
    axe(page)
    shoot(page, "drift")
    page.locator("summary", has_text="Sex").click()
    expect(page.get_by_text("Moved by 0.004")).to_be_visible()
    axe(page)


@pytest.mark.browser
def test_the_report_in_hindi_on_a_phone_without_javascript(
    plain_page: Page, portal: str, enter: Enter, client: Any, city: Database, shoot: Any
) -> None:
    keep(city, report("alarm", facility=CLINIC))
    enter("planner")
    cookies = [{"name": k, "value": v, "url": portal} for k, v in client.cookies.items()]
    plain_page.context.add_cookies(
        [*cookies, {"name": "sehat_language", "value": "hi", "url": portal}]  # type: ignore[list-item]
    )
    plain_page.set_viewport_size({"width": 320, "height": 640})
    plain_page.goto(f"{portal}/status/drift")
    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("क्या मॉडल अब भी ठीक बैठते हैं?")
    assert plain_page.evaluate("document.documentElement.scrollWidth") <= 320
    plain_page.set_viewport_size({"width": 390, "height": 844})
    shoot(plain_page, "drift-phone-hi")
