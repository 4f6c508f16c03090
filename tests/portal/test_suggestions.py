"""What the desk shows with a likely diagnosis: care, what belongs beside it, where it is known from."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.portal.consultation import FINDINGS, begin, record
from tests.portal.fake_models import Switch

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]


def test_what_to_do_next_and_what_forbids_it(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check
) -> None:
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    for finding in FINDINGS[:3]:
        record(page, *finding)
    first = page.locator("#differential .app-ranked").first
    expect(first).to_contain_text("Dengue without warning signs")
    expect(first.get_by_text("Applies to this patient")).to_have_count(0)
    record(page, "pregn", "pregnant", "present")
    stands = first.locator(".app-stands")
    expect(stands).to_contain_text("Admit near term")
    expect(stands).to_contain_text("Pregnant")
    expect(page.locator("#differential .app-stale")).to_have_count(0)
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.get_by_text("Platelets and haematocrit")).to_be_visible()
    expect(first).to_contain_text("Hospital with a blood bank")
    source = first.get_by_role("link", name="National guidelines for dengue").first
    expect(source).to_have_attribute("href", "https://guidelines.example/dengue")
    expect(source).to_have_attribute("rel", "noreferrer")
    axe(page)
    shoot(page, "doctor-next-steps")


def test_what_was_unfolded_stays_so_when_the_differential_is_renewed(
    page: Page, portal: str, sign_in: SignIn, complaints: Check
) -> None:
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    for finding in FINDINGS:
        record(page, *finding)
    region = page.locator("#differential")
    expect(region.locator(".app-stale")).to_have_count(0)
    dengue = region.locator("[data-keep='ranked dengue']")
    dengue.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(dengue.get_by_text("Platelets and haematocrit")).to_be_visible()
    # Another answer is pressed, while the focus stays where the doctor reads.
    with page.expect_response("**/differential"):
        page.evaluate("document.getElementById('unknown-cough').click()")
    expect(region.locator(".app-stale")).to_have_count(0)
    expect(dengue.get_by_text("Platelets and haematocrit")).to_be_visible()
    expect(dengue.locator("summary")).to_be_focused()
    expect(region.locator("details[open]")).to_have_count(1)
    page.keyboard.press("Enter")  # what is folded again stays folded
    with page.expect_response("**/differential"):
        record(page, "cough", "cough", "absent")
    expect(region.locator(".app-stale")).to_have_count(0)
    expect(region.locator("details[open]")).to_have_count(0)


def test_what_belongs_to_the_differential_is_marked_quietly(
    page: Page, portal: str, sign_in: SignIn, axe: Check, models: Switch
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    for finding in FINDINGS[:2]:
        record(page, *finding)
    region = page.locator("#differential")
    expect(region.locator(".app-ranked").first).to_be_visible()
    mark = region.get_by_text("Belongs to the differential")
    expect(mark).to_have_count(0)
    models.considered = ["dengue", "chikungunya"]
    record(page, *FINDINGS[2])
    expect(region.locator(".app-stale")).to_have_count(0)
    expect(mark).to_have_count(2)
    marked = region.locator(".app-ranked", has_text="Belongs to the differential")
    expect(marked.first).to_contain_text("Dengue")
    axe(page)


def test_what_no_record_has_shown_is_marked(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    for word, code in (("spasm", "fear_of_water"), ("saliva", "drooling"), ("bite", "animal_bite")):
        record(page, word, code, "present")
    marked = page.locator("#differential .app-ranked", has_text="A82.9")
    expect(marked).to_contain_text("By the catalogue only: the model learned it from no case here.")
    others = page.locator("#differential .app-ranked", has_text="By the catalogue only")
    expect(others).to_have_count(1)
    axe(page)
    shoot(page, "doctor-by-catalogue")
