"""The doctor's consultation in a browser: from the search to a confirmed diagnosis."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from records_api.advice.tables import Advice
from records_api.consent import service as consents
from records_api.core.context import Actor, Context, Role
from records_api.core.db import Database
from records_api.encounters.tables import Diagnosis, Encounter
from tests.portal.consultation import FINDINGS, begin, record
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA, RAVI

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]


def test_consultation(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check,
    city: Database,
) -> None:  # fmt: skip
    complaints(page)
    sign_in(page, "dr.rao")
    axe(page)
    page.get_by_role("link", name="Consultation").click()
    expect(page.get_by_role("heading", name="Records that are open to you")).to_be_visible()
    expect(page.locator(".app-list a")).to_have_text(["Asha Sharma"])  # and not Ravi Kumar
    page.fill("#text", "sharma")
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name="Asha Sharma")
    expect(found).to_be_visible()
    axe(page)
    found.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    axe(page)
    begin(page, portal)
    axe(page)
    for finding in FINDINGS:
        record(page, *finding)
    first = page.locator("#differential .app-ranked").first
    expect(first).to_contain_text("Dengue without warning signs")
    expect(first.locator(".for", has_text="Pain behind the eyes")).to_be_visible()
    expect(page.locator("#differential")).to_contain_text("In 95 of 100 such patients")
    expect(page.locator("#differential")).to_contain_text("Model diagnosis, version 3")
    told = first.locator(".for", has_text="Pain behind the eyes")
    expect(told).to_contain_text(
        re.compile(r"(strongly|moderately|weakly) for, [\d.]+ times likelier")
    )
    expect(page.locator("#flags")).to_have_count(0)
    axe(page)
    shoot(page, "doctor")
    page.get_by_role("button", name="Confirm Dengue without warning signs").click()
    expect(page.get_by_text("The diagnosis is confirmed.")).to_be_visible()
    axe(page)
    page.fill("#note", "Platelets tomorrow")
    page.get_by_role("button", name="Read the note").click()
    page.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    page.get_by_role("button", name="Close the visit").click()
    expect(page.get_by_text("The visit is closed.")).to_be_visible()
    with city.session() as session:
        visit = session.scalars(select(Encounter).order_by(Encounter.started_at.desc())).first()
        assert visit is not None
        assert visit.status == "closed"
        [diagnosis] = session.scalars(
            select(Diagnosis).where(Diagnosis.encounter_id == visit.id)
        ).all()
        advice = session.get(Advice, diagnosis.advice_id)
        assert advice is not None
        assert (diagnosis.condition, advice.decision) == ("dengue", "accepted")


def test_too_little_is_known_then_rejected_with_a_reason(
    page: Page, portal: str, sign_in: SignIn, axe: Check
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    record(page, "fev", "fever", "present")
    expect(page.locator("#differential")).to_contain_text("The model does not know enough")
    page.get_by_text("None of these: reject the suggestion").click()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say why")
    axe(page)
    page.fill("#reason", "Seen this rash before")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#differential")).to_contain_text("You rejected this suggestion:")


def test_red_flags_need_no_model(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, models: Switch
) -> None:
    models.down = True
    sign_in(page, "dr.rao")
    begin(page, portal)
    record(page, "chest", "chest_pain", "present")
    record(page, "sweat", "sweating", "unknown")
    expect(page.locator("#differential")).to_contain_text("Missing: how likely each diagnosis is")
    pair = page.locator("#flags").get_by_text("Chest pain + Sweating")
    expect(pair).to_have_count(0)  # what is not known raises nothing
    page.locator("#consultation h3 ~ ul #present-sweating").click()
    flag = page.locator("#flags").get_by_role("alert")
    expect(flag).to_contain_text("Chest pain + Sweating")
    expect(flag).to_contain_text("A red flag in: Heart attack")
    expect(flag).to_contain_text("Infarction until proven else.")
    for care in page.locator("#flags summary").all():
        care.click()
    expect(page.locator("#flags").get_by_text("ECG within 10 minutes").first).to_be_visible()
    expect(page.locator("#differential")).to_contain_text("The diagnosis model does not answer.")
    axe(page)
    shoot(page, "doctor-red-flag")
    record(page, "cough", "cough", "absent")
    expect(page.locator("#flags")).to_contain_text("Chest pain + Sweating")
    expect(page.locator("#flags").get_by_role("alert")).to_have_count(0)  # it is known by now


def test_an_answer_by_keyboard_leads_to_the_next_question(
    page: Page, portal: str, sign_in: SignIn, complaints: Check, models: Switch
) -> None:
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    record(page, "fev", "fever", "present")
    asked = page.locator("#questions")
    expect(asked.get_by_role("listitem")).to_have_count(3)
    for answer in ("Yes", "No"):
        button = asked.get_by_role("button", name=answer).first
        code = str(button.get_attribute("aria-describedby")).removeprefix("question-")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#consultation h3 ~ ul #present-{code}")).to_be_visible()
        expect(asked.locator(".app-stale")).to_have_count(0)
        expect(asked.locator(".app-question:focus")).to_have_count(1)
        page.keyboard.press("Enter")  # once too often: it answers nothing
        page.keyboard.press("Tab")
        expect(asked.locator("button:focus")).to_have_text("Yes")
    models.questions = []
    asked.get_by_role("button", name="Yes").first.focus()
    page.keyboard.press("Enter")
    expect(asked.get_by_role("listitem")).to_have_count(0)
    expect(asked).to_be_focused()


def test_the_model_service_dies_in_the_consultation(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, models: Switch
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    record(page, "fev", "fever", "present")
    expect(page.locator("#differential")).to_contain_text("Model diagnosis, version 3")
    models.down = True
    record(page, "headache", "headache", "present")
    region = page.locator("#differential")
    expect(region).to_contain_text("The diagnosis model does not answer.")
    expect(region).to_contain_text("confirmed most often in this district")
    expect(region.locator(".app-ranked").first).to_contain_text("Dengue without warning signs")
    axe(page)
    shoot(page, "doctor-degraded")
    page.goto(f"{portal}/status")
    expect(page.get_by_text("Not answering")).to_have_count(3)


def test_what_to_ask_next(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check
) -> None:
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    asked = page.locator("#questions")
    expect(asked.get_by_role("heading")).to_have_count(0)
    record(page, "fev", "fever", "present")
    expect(asked.get_by_role("listitem")).to_have_count(3)
    expect(asked).to_contain_text("Model diagnosis, version 3")
    axe(page)
    shoot(page, "doctor-ask-next")
    yes = asked.get_by_role("button", name="Yes").first
    first = str(yes.get_attribute("aria-describedby")).removeprefix("question-")
    yes.click()
    recorded = page.locator(f"#consultation h3 ~ ul #present-{first}")
    expect(recorded).to_have_attribute("aria-pressed", "true")
    expect(asked.locator(f"#question-{first}")).to_have_count(0)
    expect(asked.get_by_role("listitem")).to_have_count(3)
    expect(asked.locator(".app-stale")).to_have_count(0)
    no = asked.get_by_role("button", name="No").first
    second = str(no.get_attribute("aria-describedby")).removeprefix("question-")
    no.click()
    recorded = page.locator(f"#consultation h3 ~ ul #absent-{second}")
    expect(recorded).to_have_attribute("aria-pressed", "true")


def test_what_to_ask_next_without_javascript_or_a_model(
    plain_page: Page, portal: str, sign_in: SignIn, models: Switch
) -> None:
    page, several = plain_page, ["cough", "headache"]
    models.questions = [{"question": "of", "kind": "any_of", "findings": several, "gain": 0.5}]
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.goto(f"{page.url}?find=fever")
    page.click("#found #present-fever")
    page.get_by_role("button", name="Suggest what to ask").click()
    page.get_by_role("link", name="Show the answers").click()
    expect(page.locator("#found li")).to_have_text([re.compile("Cough"), re.compile("Headache")])
    page.click("#found #absent-cough")
    expect(page.locator("#questions .app-stale")).to_be_visible()
    models.down = True
    page.get_by_role("button", name="Suggest what to ask").click()
    expect(page.locator("#questions")).to_contain_text("No model suggests what to ask.")
    models.down, models.questions = False, None
    page.click("#absent-fever")
    page.get_by_role("button", name="Suggest what to ask").click()
    yes = page.locator("#questions").get_by_role("button", name="Yes").first
    first = str(yes.get_attribute("aria-describedby")).removeprefix("question-")
    yes.click()
    expect(page.locator(f"#present-{first}")).to_have_attribute("aria-pressed", "true")
    models.questions = []
    page.get_by_role("button", name="Suggest what to ask").click()
    expect(page.locator("#questions")).to_have_text("")


def test_a_closed_record_opens_with_a_reason_only(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot
) -> None:
    sign_in(page, "dr.rao")
    page.goto(f"{portal}/doctor/patients/{RAVI}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This record is not open to you")
    assert "Ravi" not in page.content()
    axe(page)
    shoot(page, "consent")
    page.fill("#reason", "short")
    page.get_by_role("button", name="Break the glass").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Write at least 10 letters.")
    axe(page)
    page.fill("#reason", "Unconscious after a road accident")
    page.get_by_role("button", name="Break the glass").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ravi Kumar")
    expect(page.get_by_text("The record is open to you.")).to_be_visible()


def test_the_resident_closes_the_record_in_the_consultation(
    page: Page, portal: str, sign_in: SignIn, city: Database
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.fill("#find", "fev")
    expect(page.locator("#found #present-fever")).to_be_visible()
    with city.session() as session:
        asha = Context(session, Actor("x", "Asha", frozenset({Role.RESIDENT}), patient_id=ASHA))
        for grant in consents.of_patient(asha, ASHA):
            consents.close(asha, grant.id, None)
        session.commit()
    page.locator("#found #present-fever").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This record is not open to you")
    expect(page.get_by_text("Asha Sharma")).to_have_count(0)


def test_when_the_portal_fails_the_page_says_so(page: Page, portal: str, sign_in: SignIn) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.route("**/findings", lambda route: route.fulfill(status=500, body="broken"))
    page.fill("#find", "fev")
    page.locator("#found #present-fever").click()
    expect(page.get_by_role("alert").filter(has_text="That did not work.")).to_be_visible()
    expect(page.locator("#consultation")).to_be_visible()  # what was there is still there


def test_when_the_portal_is_gone_the_page_says_so(page: Page, portal: str, sign_in: SignIn) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.route("**/findings", lambda route: route.abort())
    page.fill("#find", "fev")
    page.locator("#found #present-fever").click()
    expect(page.get_by_role("alert").filter(has_text="No connection.")).to_be_visible()
    page.unroute("**/findings")
    page.locator("#found #present-fever").click()
    expect(page.locator("#consultation h3 ~ ul #present-fever")).to_be_visible()
    expect(page.locator("#failure")).to_be_hidden()


def test_consultation_in_hindi_on_a_phone(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot
) -> None:
    page.context.add_cookies([{"name": "sehat_language", "value": "hi", "url": portal}])
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "dr.rao")
    page.goto(f"{portal}/doctor/patients/{ASHA}")
    page.fill("#complaint", "तीन दिन से बुख़ार और आँखों के पीछे दर्द")
    page.get_by_role("button", name="मुलाक़ात शुरू करें").click()
    page.wait_for_url("**/doctor/encounters/**")
    for word, code, answer in (
        ("बुख़ार", "fever", "present"),
        ("आँखों", "pain_behind_eyes", "present"),
        ("जोड़ों", "joint_pain", "present"),
        ("खाँसी", "cough", "absent"),
    ):
        record(page, word, code, answer)
    first = page.locator("#differential .app-ranked").first
    expect(first).to_contain_text("डेंगू")
    expect(first.locator(".for", has_text="आँखों के पीछे दर्द")).to_be_visible()
    expect(page.locator("#differential .app-stale")).to_have_count(0)
    first.get_by_text("आगे क्या करें").click()
    expect(first.get_by_text("Platelets and haematocrit")).to_be_visible()
    expect(first.locator(".for").first).to_contain_text("गुना ज़्यादा संभव")
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{wide} px wide on a phone of 390"
    shoot(page, "doctor-phone-hi")
    first.get_by_role("button").click()
    expect(page.get_by_text("निदान की पुष्टि हो गई।")).to_be_visible()
