"""Dictation at the doctor's desk: heard, judged and signed; refused; from a file without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.speech.audio import wav
from models.speech.values import RATE
from records_api.core.db import Database
from records_api.notes.tables import Attachment, Note
from tests.portal.conftest import TestClient
from tests.portal.consultation import begin
from tests.portal.fake_models import Switch, speech_engine
from tests.portal.seed import ASHA
from training.speech.synthetic import say

Check = Callable[[Page], None]
Shoot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]
SENTENCE = "fever for three days, no rash, no cough"
HEARD = "fever for 3 days no rash no cough"


@pytest.fixture(scope="module", autouse=True)
def _engines() -> None:
    """Loaded before a call waits for them."""
    from serving.notes.api import notes

    notes()
    speech_engine()


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """A sentence, with silence around it for a microphone that is slow to open."""
    file = tmp_path / "spoken.wav"
    file.write_bytes(wav(bytes(3 * RATE) + say(SENTENCE) + bytes(8 * RATE)))
    return file


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    file = tmp_path / "recorded.wav"
    file.write_bytes(wav(say(SENTENCE)))
    return file


def only_note(city: Database) -> tuple[Note, list[Attachment]]:
    with city.session() as session:
        [note] = session.scalars(select(Note).where(Note.source == "spoken"))
        kept = select(Attachment).where(Attachment.note_id == note.id)
        return note, list(session.scalars(kept))


@pytest.mark.browser
def test_a_note_is_dictated_and_signed(
    portal: str, microphone_page: Callable[..., Page], spoken: Path, sign_in: SignIn, axe: Check,
    shoot: Shoot, complaints: Check, city: Database,
) -> None:  # fmt: skip
    page = microphone_page(spoken)
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    panel = page.locator("#notes")
    panel.get_by_role("button", name="Dictate").press("Enter")
    expect(panel.get_by_role("status").first).to_contain_text("Recording")
    expect(panel.get_by_role("button", name="Stop and send")).to_be_focused()
    expect(panel.get_by_role("timer")).to_have_text("0:07", timeout=30_000)
    axe(page)
    panel.get_by_role("button", name="Stop and send").press("Enter")
    expect(panel.get_by_text("Not in the record yet")).to_be_visible(timeout=60_000)
    marks = panel.locator("mark")
    expect(marks.filter(has_text="rash")).to_have_text("rash (finding, absent)")
    expect(marks.filter(has_text="cough")).to_have_text("cough (finding, absent)")
    axe(page)
    shoot(page, "doctor-dictated")
    note, [audio] = only_note(city)
    heard = note.draft
    # How a sound card cuts the sound moves a word here and there: the rates are measured elsewhere.
    assert heard.endswith("no rash no cough")
    assert note.text == heard
    assert audio.media_type == "audio/wav"

    panel.get_by_text("Edit the text").click()
    panel.get_by_label("The note").fill(f"{heard}\nSince Monday")
    panel.get_by_role("button", name="Keep and read again").click()
    expect(panel.locator(".app-note-text")).to_contain_text("Since Monday")
    panel.get_by_role("button", name="Accept all that is left").click()
    expect(panel.get_by_role("button", name="Accept all that is left")).to_have_count(0)
    panel.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    note, [audio] = only_note(city)
    assert (note.status, note.draft, note.text) == ("signed", heard, f"{heard}\nSince Monday")
    assert note.changed_words
    assert audio.content is None, "the recording is deleted at signing"


@pytest.mark.browser
def test_cancelled_dictation_leaves_nothing(
    portal: str, microphone_page: Callable[..., Page], spoken: Path, sign_in: SignIn, city: Database
) -> None:
    page = microphone_page(spoken)
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.fill("#note", "typed before")
    panel = page.locator("#notes")
    panel.get_by_role("button", name="Dictate").click()
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("The recording is thrown away.")).to_be_visible()
    expect(panel.get_by_role("button", name="Dictate")).to_be_focused()
    assert page.input_value("#note") == "typed before"
    with city.session() as session:
        assert session.scalars(select(Attachment)).all() == []


@pytest.mark.browser
def test_without_a_connection_the_recording_is_sent_again(
    portal: str, microphone_page: Callable[..., Page], spoken: Path, sign_in: SignIn
) -> None:
    page = microphone_page(spoken)
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.fill("#note", "typed before")
    page.route("**/dictate", lambda route: route.abort())
    panel = page.locator("#notes")
    panel.get_by_role("button", name="Dictate").click()
    expect(panel.get_by_role("timer")).to_have_text("0:07", timeout=30_000)
    panel.get_by_role("button", name="Stop and send").click()
    expect(panel.get_by_text("The recording could not be sent.")).to_be_visible()
    page.unroute("**/dictate")
    panel.get_by_role("button", name="Send again").click()
    drafts = panel.locator(".app-draft")  # what was typed is a draft of its own
    expect(drafts).to_have_count(2, timeout=60_000)
    expect(panel).to_contain_text("typed before")
    expect(panel).to_contain_text("Spoken")


@pytest.mark.browser
def test_a_refused_microphone_says_so_and_typing_goes_on(
    portal: str, microphone_page: Callable[..., Page], spoken: Path, sign_in: SignIn, axe: Check
) -> None:
    page = microphone_page(spoken, allowed=False)
    sign_in(page, "dr.rao")
    begin(page, portal)
    panel = page.locator("#notes")
    panel.get_by_role("button", name="Dictate").click()
    expect(panel.get_by_text("The browser may not use the microphone.")).to_be_visible()
    axe(page)
    page.fill("#note", "bukhar, no rash")
    panel.get_by_role("button", name="Read the note").click()
    expect(panel.locator("mark").first).to_have_text("bukhar (finding, present)")


@pytest.mark.browser
def test_a_recording_from_a_file_without_javascript(
    plain_page: Page, portal: str, recorded: Path, sign_in: SignIn, models: Switch, city: Database
) -> None:
    page = plain_page
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "dr.rao")
    page.goto(f"{portal}/doctor/patients/{ASHA}")
    page.fill("#complaint", "Fever")
    page.locator("form[action$='/encounters'] button").click()
    panel = page.locator("#notes")
    expect(panel.get_by_role("button", name="Dictate")).to_have_count(0)
    panel.get_by_text("Use a recording").click()
    panel.get_by_role("button", name="Make a draft of it").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Choose a recording first.")
    models.down = True
    page.set_input_files("#recording", recorded)
    panel.get_by_role("button", name="Make a draft of it").click()
    expect(panel.get_by_text("Speech recognition does not answer.")).to_be_visible()
    expect(panel.get_by_role("button", name="Sign the note")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    models.down = False
    panel.get_by_role("button", name="Make the text again").click()
    expect(panel.locator(".app-note-text")).to_contain_text("no cough")
    note, [audio] = only_note(city)
    assert audio.content
    assert note.draft.endswith(HEARD.split(" days ")[1])


def test_the_recording_is_heard_by_its_author_alone(
    enter: Callable[[str], TestClient], spoken: Path, city: Database, models: Switch
) -> None:
    models.down = True
    doctor = enter("dr.rao")
    visit = doctor.post(f"/doctor/patients/{ASHA}/encounters", data={"complaint": "x"})
    at = visit.headers["location"]
    doctor.post(f"{at}/notes/dictate", files={"content": ("a.wav", spoken.read_bytes())})
    note, [audio] = only_note(city)
    heard = doctor.get(f"{at}/notes/{note.id}/recordings/{audio.id}")
    assert (heard.content, heard.headers["Content-Type"]) == (spoken.read_bytes(), "audio/wav")
    assert heard.headers["Cache-Control"] == "no-store"
    refused = doctor.post(f"{at}/notes/dictate", files={"content": ("a.wav", b"RIFF")})
    assert refused.status_code == 422
    assert "This is not a whole WAV file" in refused.text
    other = enter("clerk").get(f"{at}/notes/{note.id}/recordings/{audio.id}")
    assert other.status_code == 403
