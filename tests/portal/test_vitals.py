"""Vital signs at the doctor's desk: recorded by field, and counted as findings."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from records_api.core.db import Database
from records_api.encounters.tables import Vital
from tests.portal.consultation import begin, record
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA

Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]
SPO2, TEMP, SYSTOLIC, DIASTOLIC = (
    f"[id='vital-{code}']" for code in ("59408-5", "8310-5", "8480-6", "8462-4")
)


def write(page: Page, **values: str) -> None:
    fields = {"spo2": SPO2, "temp": TEMP, "systolic": SYSTOLIC, "diastolic": DIASTOLIC}
    for name, value in values.items():
        page.fill(fields[name], value)


def unfold(page: Page) -> None:
    page.get_by_text("Record vital signs").click()


@pytest.mark.browser
def test_low_oxygen_is_a_red_flag_without_a_tick_and_without_a_model(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check, models: Switch
) -> None:  # fmt: skip
    complaints(page)
    models.down = True
    sign_in(page, "dr.rao")
    begin(page, portal)
    record(page, "cough", "cough", "present")
    expect(page.locator("#flags")).to_have_count(0)
    unfold(page)
    axe(page)
    write(page, spo2="88", temp="40,2")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#counted")).to_have_text(
        "Counts as: Oxygen saturation below 94 %, Temperature 38 °C or more, "
        "Temperature 40 °C or more, Oxygen saturation below 90 %",
    )
    expect(page.locator("#flags")).to_contain_text("Oxygen saturation below 90 %")
    expect(page.locator("#disputed")).to_have_count(0)
    axe(page)
    shoot(page, "doctor-vitals")
    record(page, "oxygen", "very_low_oxygen", "absent")
    told = page.locator("#disputed")
    expect(told).to_contain_text("Measured as present, recorded as absent. It counts as absent.")
    expect(page.locator("#flags")).not_to_contain_text("Oxygen saturation below 90 %")
    axe(page)


@pytest.mark.browser
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    page: Page, portal: str, sign_in: SignIn, axe: Check, complaints: Check
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    unfold(page)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Write what was measured.")
    write(page, spo2="ninety", temp="381", systolic="120")
    page.get_by_role("button", name="Record", exact=True).click()
    wrong = page.locator(".nhsuk-error-message")
    expect(wrong).to_have_text(
        ["Error: Body temperature: between 24 and 45.", "Error: Oxygen saturation: write a number."]
    )
    expect(page.locator(SPO2)).to_have_value("ninety")
    expect(page.locator(SYSTOLIC)).to_have_value("120")
    expect(page.locator(".app-figures")).to_have_count(0)
    axe(page)
    write(page, spo2="97", temp="", systolic="80", diastolic="120")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(wrong).to_have_text(["Error: The diastolic pressure lies above the systolic one."])
    write(page, systolic="120", diastolic="80")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".app-figures dd")).to_have_text(["97 %", "120 mm Hg", "80 mm Hg"])
    expect(page.locator("#counted")).to_have_count(0)


@pytest.mark.browser
def test_in_hindi_on_a_phone_without_javascript(
    plain_page: Page, portal: str, sign_in: SignIn, shoot: Shoot
) -> None:
    page = plain_page
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.context.add_cookies([{"name": "sehat_language", "value": "hi", "url": portal}])
    page.reload()
    page.get_by_text("माप दर्ज करें").click()
    write(page, spo2="८८")
    page.get_by_role("button", name="दर्ज करें", exact=True).click()
    expect(page.locator("#counted")).to_contain_text("इसका मतलब: ")
    expect(page.locator("#counted")).to_contain_text("ऑक्सीजन 90 प्रतिशत से कम")
    expect(page.locator("#flags")).to_contain_text("ऑक्सीजन 90 प्रतिशत से कम")
    shoot(page, "doctor-vitals-phone-hi")
    expect(page.locator("#differential form")).to_be_visible()  # enough to ask a model


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["", ""],
        ["9" * 1_000_000],
        ["1e999999999"],
        ["NaN"],
        ["-Infinity"],
        ["38\x00"],
        ["३८\u202e"],
        ["38.4567"],
        ["37"] * 10,
        ["37"] * 10_000,
        ["37", "<b>"],
    ],
    ids=lambda values: str(values)[:20],
)
def test_nothing_that_is_typed_breaks_the_page_or_is_kept_by_half(
    enter: Callable[[str], TestClient], values: list[str], city: Database
) -> None:
    client = enter("dr.rao")
    begun = client.post(f"/doctor/patients/{ASHA}/encounters", data={"complaint": "Fever"})
    at = begun.headers["location"].split("?")[0]
    answer = client.post(f"{at}/vitals", data={"value": values})
    assert 400 <= answer.status_code < 500
    with city.session() as session:
        found = select(Vital).where(Vital.encounter_id == at.rsplit("/", 1)[1])
        assert session.scalars(found).all() == []
