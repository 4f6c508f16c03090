"""The planner's desk in a browser: what runs out, the fan, the order."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from records_api.advice.tables import Advice
from records_api.core.db import Database
from tests.portal.fake_models import Switch
from tests.portal.seed import CLINIC

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]


def test_forecast_and_order(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check,
    city: Database,
) -> None:  # fmt: skip
    complaints(page)
    sign_in(page, "planner")
    page.goto(f"{portal}/planner")
    rows = page.locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("Out of stock")
    expect(rows.nth(1)).to_contain_text("Runs out soon")
    expect(rows.nth(3)).to_contain_text("Not used")
    axe(page)
    shoot(page, "planner-items")
    page.get_by_role("link", name="Oral rehydration salts sachet").click()
    expect(page.locator(".app-chart canvas")).to_be_visible()
    expect(page.get_by_text("Model demand, version 3")).to_be_visible()
    axe(page)
    page.goto(f"{portal}/planner/{CLINIC}/item-PARA500")
    expect(page.locator(".app-chart canvas")).to_be_visible()
    page.get_by_text("The same as a table").click()
    assert page.locator("#use tbody tr").count() > 50
    assert page.locator("#use tbody tr[data-low]").count() >= 6
    axe(page)
    page.get_by_text("The same as a table").click()
    shoot(page, "planner")
    page.fill("#quantity", "400")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say why")
    expect(page.locator("#quantity")).to_have_value("400")
    axe(page)
    page.fill("#reason", "Fever season begins early")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("You changed the order:")).to_contain_text("400: Fever season")
    with city.session() as session:
        newest = session.scalars(
            select(Advice).where(Advice.decision == "changed", Advice.capability == "demand")
        ).one()
        assert newest.decision_reason == "400: Fever season begins early"


def test_without_the_model_the_mean_is_named_as_such(
    page: Page, portal: str, sign_in: SignIn, axe: Check, models: Switch
) -> None:
    models.down = True
    sign_in(page, "planner")
    page.goto(f"{portal}/planner/{CLINIC}/item-ZINC20")
    expect(page.get_by_text("The forecast model does not answer.")).to_be_visible()
    expect(page.get_by_text("This is no forecast")).to_be_visible()
    expect(page.get_by_text("Plain method: mean of the last periods")).to_be_visible()
    axe(page)


def test_an_item_that_nobody_asks_for(page: Page, portal: str, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, "planner")
    page.goto(f"{portal}/planner")
    page.locator("tbody tr").nth(3).get_by_role("link").click()
    expect(page.get_by_text("Nothing was used here yet")).to_be_visible()
    axe(page)
