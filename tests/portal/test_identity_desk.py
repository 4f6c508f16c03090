"""The identity desk in a browser: consent, enrolment, comparison, the clerk's decision."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from records_api.core.db import Database
from records_api.identity.tables import Capture
from sehat.city import faces
from tests.portal.fake_models import Switch
from tests.portal.seed import ASHA, PASSWORD
from tests.support.browser import until

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]
ASHAS_FACE, ANOTHER = 5, 12


def picture(person: int, capture: int, dark: bool = False) -> dict[str, object]:
    drawn = faces.draw_face(person, capture, (320, 320))
    content = faces.encode((drawn // 20).astype("uint8") if dark else drawn)
    return {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": content}


def enrol(page: Page) -> None:
    page.set_input_files("#picture", picture(ASHAS_FACE, 1))  # type: ignore[arg-type]
    page.check("#consent")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("The picture is enrolled.")).to_be_visible()


def compare(page: Page, person: int, capture: int, dark: bool = False) -> None:
    page.set_input_files("#probe", picture(person, capture, dark))  # type: ignore[arg-type]
    page.check("#probe-consent")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("check="))


def test_verification(
    page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot, complaints: Check,
    city: Database,
) -> None:  # fmt: skip
    complaints(page)
    sign_in(page, "clerk")
    page.goto(f"{portal}/identity?text=asha")
    axe(page)
    page.get_by_role("link", name="Asha Sharma").click()
    expect(page.get_by_text("No picture is enrolled")).to_be_visible()
    axe(page)
    page.set_input_files("#picture", picture(ASHAS_FACE, 1))  # type: ignore[arg-type]
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Ask the person first")
    axe(page)
    enrol(page)
    compare(page, ASHAS_FACE, 1)
    expect(page.get_by_role("heading", name="The faces match")).to_be_visible()
    axe(page)
    shoot(page, "identity")
    page.get_by_label("It is this resident").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("You decided: it is this resident.")).to_be_visible()
    compare(page, ASHAS_FACE, 2, dark=True)
    expect(page.get_by_text("It is too dark. Turn towards the light.")).to_be_visible()
    expect(page.locator(".app-face img")).to_be_visible()
    axe(page)
    page.get_by_label("It is this resident").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Say why")
    page.fill("#reason", "Showed the health card")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Showed the health card")).to_be_visible()
    page.get_by_text("The resident withdraws consent").click()
    page.get_by_role("button", name="Delete the pictures").click()
    expect(page.get_by_text("every picture is deleted")).to_be_visible()
    with city.session() as session:
        captures = session.scalars(select(Capture).where(Capture.patient_id == ASHA)).all()
        assert len(captures) == 3
        assert all(row.picture is None for row in captures)


def test_without_the_model_a_person_looks(
    page: Page, portal: str, sign_in: SignIn, axe: Check, models: Switch
) -> None:
    sign_in(page, "clerk")
    page.goto(f"{portal}/identity/{ASHA}")
    enrol(page)
    page.goto(f"{portal}/identity")
    expect(page.get_by_role("heading", name="Enrolled lately")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Asha Sharma").click()
    models.down = True
    compare(page, ANOTHER, 1)
    expect(page.get_by_text("The face model does not answer.")).to_be_visible()
    expect(page.get_by_role("img", name="The enrolled picture of Asha Sharma")).to_be_visible()
    axe(page)


def test_a_file_that_is_no_picture(page: Page, portal: str, sign_in: SignIn) -> None:
    sign_in(page, "clerk")
    page.goto(f"{portal}/identity/{ASHA}")
    text = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
    page.set_input_files("#picture", text)  # type: ignore[arg-type]
    page.check("#consent")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("not a whole JPEG")


def test_the_webcam(
    portal: str, camera_page: Callable[[Path], Page], tmp_path: Path, city: Database, axe: Check
) -> None:
    page = camera_page(faces.write_webcam(tmp_path / "face.mjpeg", ASHAS_FACE))
    page.goto(f"{portal}/sign-in")
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal}/")
    page.goto(f"{portal}/identity/{ASHA}")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("video")).to_be_visible()
    until(page, "document.querySelector('video').videoWidth > 0")
    axe(page)
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_role("img", name="The picture is taken.")).to_be_visible()
    page.check("#consent")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("The picture is enrolled.")).to_be_visible()
    with city.session() as session:
        capture = session.scalars(select(Capture).where(Capture.patient_id == ASHA)).one()
        assert capture.picture is not None
        assert capture.quality == pytest.approx(0.9)
    page.context.close()
