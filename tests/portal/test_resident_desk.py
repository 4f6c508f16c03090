"""The resident's own page in a browser: book, open, close, see who looked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from records_api.consent import service as consents
from records_api.core.context import Actor, Context, Role
from records_api.core.db import Database
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA, DOCTOR

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]


def ask(page: Page, complaint: str) -> None:
    page.fill("#complaint", complaint)
    page.get_by_role("button", name="Find the right clinic").click()


def test_booking(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check
) -> None:
    complaints(page)
    sign_in(page, "asha")
    page.goto(f"{portal}/my")
    expect(page.get_by_text("You have no booking.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Book a place").click()
    axe(page)
    ask(page, "")
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say in a few words")
    ask(page, "Fever since three days and pain behind the eyes, no cough")
    expect(page.locator(".app-figures")).to_contain_text("General medicine")
    expect(page.get_by_role("heading", name="Clinics that fit")).to_be_visible()
    axe(page)
    shoot(page, "booking")
    page.get_by_role("button", name="Mohalla Clinic Okhla").first.click()
    expect(page.get_by_text("Your place is booked.")).to_be_visible()
    expect(page.get_by_text("place 1")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Cancel this booking").click()
    expect(page.get_by_text("The booking is cancelled.")).to_be_visible()


def test_warning_signs_send_to_the_emergency_department(
    page: Page, portal: str, sign_in: SignIn, axe: Check, models: Switch
) -> None:
    models.down = True
    sign_in(page, "asha")
    page.goto(f"{portal}/my/book")
    ask(page, "chest pain since this morning")
    expect(page.get_by_role("alert").filter(has_text="call 112")).to_contain_text("chest pain")
    axe(page)


def test_opening_and_closing_the_record(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, city: Database
) -> None:
    doctor = Actor(DOCTOR, "Dr Meera Rao", frozenset({Role.DOCTOR}))
    with city.session() as session:
        consents.open_record(Context(session, doctor), ASHA, "record.read")
        session.commit()
    sign_in(page, "asha")
    page.goto(f"{portal}/my")
    looked = page.locator("tbody tr").first
    expect(looked).to_contain_text("Dr Meera Rao")
    expect(looked).to_contain_text("read it")
    page.fill("#text", "khan")
    page.keyboard.press("Enter")
    page.select_option("#days", "1")
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_text("The record is open to the doctor you chose.")).to_be_visible()
    axe(page)
    shoot(page, "resident")
    page.get_by_role("button", name="Close it to Dr Imran Khan").click()
    expect(page.get_by_text("The record is closed again.")).to_be_visible()
    expect(page.get_by_role("button", name="Close it to Dr Imran Khan")).to_have_count(0)
