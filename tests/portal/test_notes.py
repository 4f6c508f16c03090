"""Notes at the doctor's desk: a draft is read, judged, edited and signed, or given up."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from records_api.core.db import Database
from records_api.encounters.tables import Encounter, Finding
from records_api.notes.tables import Extraction, Note
from tests.portal.conftest import TestClient
from tests.portal.consultation import begin
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA

Check = Callable[[Page], None]
Shoot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]
NOTE = "bukhar 3 din se, no rash, r/o dengue. Mother had typhoid. tab pcm 500 mg tds x 3d"


@pytest.fixture(scope="module", autouse=True)
def _reader() -> None:
    """Loaded before a call waits for it, as the model service does."""
    from serving.notes.api import notes

    notes()


@pytest.fixture
def doctor(enter: Callable[[str], TestClient]) -> TestClient:
    return enter("dr.rao")


@pytest.fixture
def visit(doctor: TestClient) -> str:
    """The address of an open visit."""
    data = {"complaint": "Fever since three days"}
    answer = doctor.post(f"/doctor/patients/{ASHA}/encounters", data=data)
    return str(answer.headers["location"])


def send(client: TestClient, path: str, **data: Any) -> Any:
    return client.post(path, data=data)


def draft_of(city: Database) -> Note:
    with city.session() as session:
        return session.scalars(select(Note).where(Note.status == "draft")).one()


def findings(city: Database) -> dict[str, str]:
    with city.session() as session:
        visit = session.scalars(select(Encounter).where(Encounter.status == "open")).one()
        rows = session.scalars(select(Finding).where(Finding.encounter_id == visit.id))
        return {row.code: row.status for row in rows}


@pytest.fixture
def told(city: Database) -> Callable[[str], str]:
    """The id of what was read at a word."""

    def find(word: str) -> str:
        with city.session() as session:
            rows = session.scalars(select(Extraction).where(Extraction.text == word))
            return next(row.id for row in rows if not row.stale)

    return find


@pytest.mark.browser
def test_a_note_is_read_judged_and_signed(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check,
    city: Database,
) -> None:  # fmt: skip
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.fill("#note", NOTE)
    page.get_by_role("button", name="Read the note").click()
    panel = page.locator("#notes")
    expect(panel.get_by_text("Not in the record yet")).to_be_visible()
    marks = panel.locator("mark")
    expect(marks).to_have_count(5)
    expect(marks.nth(0)).to_have_text("bukhar (finding, present)")
    expect(marks.nth(1)).to_have_text("rash (finding, absent)")
    expect(marks.nth(2)).to_have_text("dengue (condition, in doubt)")
    expect(marks.nth(3)).to_have_text("typhoid (condition, present, of somebody else)")
    expect(marks.nth(4)).to_have_text("pcm (medicine, named)")
    expect(panel).to_contain_text("500 mg, 3 times a day, for 3 days")
    expect(panel).to_contain_text("Model notes, version")
    axe(page)

    rash = panel.locator(".app-answer", has_text="rash")
    rash.get_by_role("button", name="Accept").press("Enter")  # by keyboard
    expect(rash.get_by_role("button", name="Accept")).to_have_attribute("aria-pressed", "true")
    mother = panel.locator(".app-answer", has_text="of somebody else")
    mother.get_by_role("button", name="Strike").click()
    expect(marks).to_have_count(4)
    axe(page)
    shoot(page, "doctor-note")
    panel.get_by_role("button", name="Accept all that is left").click()
    expect(panel.get_by_role("button", name="Accept all that is left")).to_have_count(0)
    expect(panel).to_contain_text("in the medicine list: Paracetamol 500 mg tablet, PARA500")
    assert findings(city) == {}, "a draft records nothing"

    panel.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    expect(panel).to_contain_text("for 3 days; in the medicine list: Paracetamol 500 mg tablet")
    expect(panel).to_contain_text("Accepted:")
    expect(page.locator("#consultation #present-fever")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#consultation #absent-rash")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#differential .app-ranked").first).to_be_visible()
    axe(page)
    assert findings(city) == {"fever": "present", "rash": "absent"}


@pytest.mark.browser
def test_a_note_in_hindi_on_a_phone_without_javascript(
    plain_page: Page, portal: str, sign_in: SignIn, shoot: Shoot, city: Database
) -> None:
    page = plain_page
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "dr.rao")
    page.get_by_role("button", name="हिन्दी").click()
    page.goto(f"{portal}/doctor/patients/{ASHA}")
    page.fill("#complaint", "तीन दिन से बुखार")
    page.locator("form[action$='/encounters'] button").click()
    page.fill("#note", "बुखार 3 दिन से, खांसी नहीं. r/o dengue")
    page.get_by_role("button", name="टिप्पणी पढ़वाएँ").click()
    panel = page.locator("#notes")
    expect(panel.locator("mark").nth(1)).to_have_text("खांसी (लक्षण, नहीं है)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, "the page is wider than the phone"
    panel.get_by_role("button", name="बाक़ी सब स्वीकार करें").click()
    shoot(page, "doctor-note-phone-hi")
    panel.get_by_role("button", name="टिप्पणी पर हस्ताक्षर करें").click()
    expect(page.locator(".app-note")).to_contain_text("टिप्पणी पर हस्ताक्षर हुए")
    assert findings(city) == {"fever": "present", "cough": "absent"}


def test_editing_keeps_what_was_decided_elsewhere(
    doctor: TestClient, visit: str, city: Database, told: Callable[[str], str]
) -> None:
    send(doctor, f"{visit}/notes", note="Bukhar. No rash.")
    at = f"{visit}/notes/{draft_of(city).id}"
    send(doctor, f"{at}/extractions", extraction=told("rash"), decision="accepted")
    send(doctor, f"{at}/edit", note="Bukhar, khansi. No rash.", seen=draft_of(city).version)
    shown = doctor.get(visit).text
    assert shown.count('aria-pressed="true"') == 1
    assert "khansi" in shown


def test_without_the_model_a_note_is_kept_and_signed(
    doctor: TestClient, visit: str, city: Database, models: Switch
) -> None:
    models.down = True
    assert send(doctor, f"{visit}/notes", note="Bukhar").status_code == 303
    shown = doctor.get(visit).text
    assert "The note reader does not answer." in shown
    assert "Bukhar" in shown
    draft = draft_of(city)
    assert send(doctor, f"{visit}/notes/{draft.id}/sign", seen=draft.version).status_code == 303
    assert "Signed" in doctor.get(visit).text


def test_the_reader_comes_back(
    doctor: TestClient, visit: str, city: Database, models: Switch
) -> None:
    models.down = True
    send(doctor, f"{visit}/notes", note="Bukhar")
    models.down = False
    send(doctor, f"{visit}/notes/{draft_of(city).id}/read")
    assert "<mark" in doctor.get(visit).text


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("", "Write the note first."),
        (" \n\t", "Write the note first."),
        ("x" * 20_001, "Write at most 20000 letters."),
        ("fever " * 170_000, "Write at most 20000 letters."),
        ("fever\x07 since", "This text holds characters that cannot be read."),
    ],
)
def test_a_note_that_cannot_be_kept_comes_back(
    doctor: TestClient, visit: str, city: Database, note: str, sentence: str
) -> None:
    answer = send(doctor, f"{visit}/notes", note=note)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert note in answer.text
    with city.session() as session:
        encounter = visit.rpartition("/")[2]
        assert session.scalars(select(Note).where(Note.encounter_id == encounter)).all() == []


def test_what_a_patient_wrote_is_text_and_not_a_page(doctor: TestClient, visit: str) -> None:
    send(doctor, f"{visit}/notes", note="<script>alert(1)</script> bukhar & <b>rash</b>")
    shown = doctor.get(visit).text
    assert "<script>alert" not in shown
    assert "&lt;b&gt;" in shown


def test_an_edit_of_an_old_text_is_not_lost(doctor: TestClient, visit: str, city: Database) -> None:
    send(doctor, f"{visit}/notes", note="Bukhar")
    draft = draft_of(city)
    at = f"{visit}/notes/{draft.id}/edit"
    assert send(doctor, at, note="Bukhar, khansi", seen=draft.version).status_code == 303
    answer = send(doctor, at, note="Bukhar, mine", seen=draft.version)
    assert answer.status_code == 412
    assert "Bukhar, mine" in answer.text
    assert "Load it again" in answer.text
    assert draft_of(city).text == "Bukhar, khansi"


def test_a_note_that_contradicts_itself_says_so(
    doctor: TestClient, visit: str, city: Database
) -> None:
    send(doctor, f"{visit}/notes", note="Bukhar since Monday. No fever.")
    draft = draft_of(city)
    at = f"{visit}/notes/{draft.id}"
    send(doctor, f"{at}/accept", seen=draft.version)
    answer = send(doctor, f"{at}/sign", seen=draft.version)
    assert answer.status_code == 422
    assert "is present and absent" in answer.text
    assert draft_of(city).status == "draft"


def test_a_discarded_draft_is_gone_and_a_draft_keeps_the_visit_open(
    doctor: TestClient, visit: str, city: Database
) -> None:
    send(doctor, f"{visit}/notes", note="Bukhar khansi")
    refused = send(doctor, f"{visit}/close")
    assert refused.status_code == 409
    assert "Sign or discard your draft" in refused.text
    draft = draft_of(city)
    send(doctor, f"{visit}/notes/{draft.id}/discard", seen=draft.version)
    assert "Bukhar khansi" not in doctor.get(visit).text
    assert send(doctor, f"{visit}/close").status_code == 303


def test_signed_notes_are_searched_at_the_patient(
    doctor: TestClient, visit: str, city: Database
) -> None:
    at = f"/doctor/patients/{ASHA}"
    send(doctor, f"{visit}/notes", note="Ghar par dengue, platelets kal")
    assert "No signed note has these words." in doctor.get(at, params={"text": "ghar kal"}).text
    draft = draft_of(city)
    send(doctor, f"{visit}/notes/{draft.id}/sign", seen=draft.version)
    shown = doctor.get(at, params={"text": "ghar KAL"}).text
    assert "Ghar par dengue, platelets kal" in shown
    assert re.search(r'href="/doctor/encounters/[^"]+#notes"', shown)
    for odd in ("%", "\x00", "x" * 101, "' OR 1=1"):
        assert doctor.get(at, params={"text": odd}).status_code < 500
