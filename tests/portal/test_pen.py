"""Notes by pen at the doctor's desk: drawn, read, corrected, signed, and no stroke lost."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

import ink
from records_api.core.db import Database
from records_api.notes import files
from records_api.notes.tables import Attachment, Note
from tests.portal.conftest import TestClient
from tests.portal.consultation import begin
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA
from tests.portal.test_notes import doctor, draft_of, send, visit
from tests.support.browser import until
from training.handwriting import writers

__all__ = ["doctor", "visit"]

Check = Callable[[Page], None]
Shoot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]
LOADED = "document.querySelector('.app-drawing').naturalWidth > 0"
DRAWN = {"width": 300, "height": 100, "strokes": [[[10, 10, 0, 0.5], [10, 60, 40, 0.7]]]}
# A tidy hand of our own alphabet, in x-heights of 24 pixels.
TIDY = writers.Writer(
    forms=writers.fitted, favourite=0, faithful=1.0, slant=0.1, stretch=1.0, gap=0.45, word_gap=1.6,
    tremor=0.0, wander=0.02, slope=0.0, bend=0.02, joined=0.0, late=0.0, scale=24.0,
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _readers() -> None:
    """Loaded before a call waits for them."""
    from serving.handwriting.api import engine
    from serving.notes.api import notes

    engine()
    notes()


def draw(page: Page, pad: Locator, text: str, line: int = 0) -> None:
    """Write with the mouse along our own letterforms, on a line of the pad."""
    box = pad.bounding_box()
    assert box is not None
    left, base = box["x"] + 20, box["y"] + 62 + line * 64
    for stroke in writers.strokes(text, TIDY, np.random.default_rng(3)):
        points = [(left + x * TIDY.scale, base + y * TIDY.scale) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y)
        page.mouse.up()


def post(client: TestClient, visit: str, drawn: str) -> Any:
    return client.post(f"{visit}/notes/draw", files={"drawing": ("drawing.json", drawn)})


def inked(page: Page) -> int:
    """Dots of the pad that are not empty, once it was drawn: a new pad is drawn with its frame."""
    script = """async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      await frame();
      await frame();
      const canvas = document.querySelector('pen-pad canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, index) => index % 4 === 3 && value > 0).length;
    }"""
    found: int = page.evaluate(script)
    return found


def kept(city: Database) -> ink.Ink:
    with city.session() as session:
        row = session.scalars(select(Attachment).where(Attachment.kind == "ink")).one()
        return ink.read(files.content(row)[0])


@pytest.mark.browser
def test_a_note_is_drawn_corrected_and_signed(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check,
    city: Database,
) -> None:  # fmt: skip
    complaints(page)
    sign_in(page, "dr.rao")
    begin(page, portal)
    panel = page.locator("#notes")
    panel.get_by_text("Write with a pen").click()
    pad = panel.locator("canvas")
    pad.scroll_into_view_if_needed()
    draw(page, pad, "fever 3 days")
    draw(page, pad, "no rash", 2)
    axe(page)
    shoot(page, "doctor-pen")
    panel.get_by_role("button", name="Read the drawing").click()
    expect(panel.get_by_text("Not in the record yet")).to_be_visible()
    assert draft_of(city).text == "fever 3 days\nno rash"
    expect(panel.locator("mark").first).to_have_text("fever (finding, present)")
    picture = panel.get_by_role("img", name="The drawing of this note")
    expect(picture).to_be_visible()
    until(page, LOADED)
    shoot(page, "doctor-pen-draft")
    drawn = kept(city)
    assert (drawn.pointer, len(drawn.strokes)) == ("mouse", len_of("fever 3 days", "no rash"))

    panel.get_by_text("Edit the text").click()
    panel.get_by_label("The note").fill("fever 4 days\nno rash")
    panel.get_by_role("button", name="Keep and read again").click()
    expect(panel.locator(".app-note-text")).to_contain_text("4 days")
    panel.get_by_role("button", name="Accept all that is left").click()
    panel.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    expect(picture).to_be_visible()
    until(page, LOADED)
    expect(panel.locator("pen-pad canvas")).to_have_count(1)
    assert inked(page) == 0, "a drawing that was sent is not offered again"
    axe(page)
    page.goto(f"{portal}/doctor/patients/{ASHA}?text=fever+4")
    expect(page.locator("main")).to_contain_text("fever 4 days")


def len_of(*texts: str) -> int:
    return sum(len(writers.strokes(text, TIDY, np.random.default_rng(3))) for text in texts)


@pytest.mark.browser
def test_no_stroke_is_lost_when_the_network_fails(
    page: Page, portal: str, sign_in: SignIn, city: Database
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    panel = page.locator("#notes")
    panel.get_by_text("Write with a pen").click()
    pad = panel.locator("canvas")
    pad.scroll_into_view_if_needed()
    button = panel.get_by_role("button", name="Read the drawing")
    button.click()
    expect(panel.get_by_text("Draw something first.")).to_be_visible()
    draw(page, pad, "fever")
    before = inked(page)
    page.route("**/notes/draw", lambda route: route.abort())
    button.click()
    expect(panel.get_by_text("It is still here: try again.")).to_be_visible()
    assert inked(page) == before
    page.unroute("**/notes/draw")
    button.click()
    expect(panel.get_by_text("Not in the record yet")).to_be_visible()
    assert len(kept(city).strokes) == len_of("fever")


@pytest.mark.browser
def test_strokes_are_taken_back_and_survive_another_form(
    page: Page, portal: str, sign_in: SignIn
) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    panel = page.locator("#notes")
    panel.get_by_text("Write with a pen").click()
    pad = panel.locator("canvas")
    pad.scroll_into_view_if_needed()
    draw(page, pad, "l")
    one = inked(page)
    draw(page, pad, "l", 2)
    undo = panel.get_by_role("button", name="Undo")
    undo.press("Enter")  # by keyboard
    assert inked(page) == one
    panel.get_by_role("button", name="Clear").click()
    assert inked(page) == 0
    undo.click()
    assert inked(page) == one
    panel.get_by_role(
        "button", name="Read the note"
    ).click()  # nothing typed: the panel comes again
    expect(panel.get_by_text("Write the note first.")).to_be_visible()
    assert inked(page) == one


@pytest.mark.browser
def test_a_palm_does_not_write_beside_a_pen(page: Page, portal: str, sign_in: SignIn) -> None:
    sign_in(page, "dr.rao")
    begin(page, portal)
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("#notes").get_by_text("Write with a pen").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "wider than the phone"
    script = """() => {
      const pad = document.querySelector('pen-pad');
      pad.canvas.setPointerCapture = () => {};
      const send = (type, kind, x, force) => pad.canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: 7, isPrimary: true, button: 0, pointerType: kind, pressure: force,
        clientX: pad.canvas.getBoundingClientRect().left + x, clientY: 400 }));
      for (const kind of ['touch', 'pen', 'touch']) {
        send('pointerdown', kind, 20, 0.25); send('pointermove', kind, 60, 0.75); send('pointerup', kind, 60, 0);
      }
      return pad.drawing.strokes.map((stroke) => stroke.map((point) => point[3]));
    }"""
    assert page.evaluate(script) == [[0.25, 0.75], [0.25, 0.75]]


def test_without_the_model_a_drawing_is_kept_and_read_later(
    doctor: TestClient, visit: str, city: Database, models: Switch
) -> None:
    models.down = True
    assert post(doctor, visit, json.dumps(DRAWN)).status_code == 303
    shown = doctor.get(visit).text
    assert "No text was read from the drawing." in shown
    assert "Sign the note" not in shown
    draft = draft_of(city)
    models.down = False
    assert send(doctor, f"{visit}/notes/{draft.id}/recognise").status_code == 303
    assert draft_of(city).text != ""
    assert "Sign the note" in doctor.get(visit).text


def test_the_picture_is_shown_to_who_may_read_the_note(
    doctor: TestClient, visit: str, city: Database
) -> None:
    post(doctor, visit, json.dumps(DRAWN))
    shown = doctor.get(visit).text
    at = shown.partition('class="app-drawing" src="')[2].partition('"')[0]
    picture = doctor.get(at)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    doctor.post("/sign-out")
    assert doctor.get(at).status_code != 200


@pytest.mark.parametrize(
    "drawn",
    ["", "{", "[]", "null", '{"strokes": []}', json.dumps({**DRAWN, "width": 1}), "x" * 4_200_000],
)
def test_what_is_no_drawing_says_so(
    doctor: TestClient, visit: str, city: Database, drawn: Any
) -> None:
    answer = post(doctor, visit, drawn)
    assert answer.status_code == 422
    assert "error-message" in answer.text or "4 MB" in answer.text
    with city.session() as session:
        encounter = visit.rpartition("/")[2]
        assert session.scalars(select(Note).where(Note.encounter_id == encounter)).all() == []


def test_the_largest_drawing_that_a_pad_can_make_is_taken(
    doctor: TestClient, visit: str, city: Database, models: Switch
) -> None:
    models.down = True
    stroke = [[1234.5, 1234.5, 1_000_000 + n, 0.55] for n in range(60)]
    drawn = {"width": 2000, "height": 2560, "pointer": "pen", "strokes": [stroke] * 1000}
    assert post(doctor, visit, json.dumps(drawn)).status_code == 303
    assert len(kept(city).strokes) == 1000
