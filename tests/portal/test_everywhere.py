"""What holds on every page: both languages, a phone, the keyboard, no JavaScript, our own font."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.portal.seed import ASHA, CLINIC, PASSWORD, RAVI
from tests.support.browser import until

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SignIn = Callable[[Page, str], None]
Shoot = Callable[[Page, str], None]

PAGES = {
    "dr.rao": [
        ("", "home"), ("/doctor", ""), ("/doctor?text=sharma", ""), (f"/doctor/patients/{RAVI}", "consent"),
        (f"/doctor/patients/{ASHA}", "patient"), ("/doctor/encounters/encounter-0", ""), ("/status", "status"), ("/account", ""), ("/nothing", ""),
    ],
    "planner": [("/planner", "planner-items"), (f"/planner/{CLINIC}/item-PARA500", "planner")],
    "clerk": [("/identity?text=asha", ""), (f"/identity/{ASHA}", "identity"), (f"/identity/{ASHA}/consent?text=khan", "")],
    "asha": [("/my?text=khan", "resident"), ("/my/book", "booking")],
}  # fmt: skip


def speak_hindi(page: Page, portal: str) -> None:
    page.context.add_cookies([{"name": "sehat_language", "value": "hi", "url": portal}])


@pytest.mark.parametrize("username", PAGES)
def test_hindi_on_a_phone(
    username: str, page: Page, portal: str, sign_in: SignIn, axe: Check, shoot: Shoot,
    complaints: Check,
) -> None:  # fmt: skip
    complaints(page)
    speak_hindi(page, portal)
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, username)
    for path, name in PAGES[username]:
        page.goto(portal + path)
        if "/planner/" in path:
            expect(page.locator(".app-chart canvas")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "hi")
        assert "कृत्रिम प्रदर्शन डेटा" in page.inner_text("header"), path
        axe(page)
        if name:
            shoot(page, f"{name}-phone-hi")
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} px wide on a phone of 320"
        until(  # and a chart is drawn anew to fit, not cut off
            page,
            "[...document.querySelectorAll('.app-chart canvas')]"
            ".every(c => c.getBoundingClientRect().right <= innerWidth)",
        )
        page.set_viewport_size({"width": 390, "height": 844})


def test_the_language_is_switched_and_stays(page: Page, portal: str, axe: Check) -> None:
    page.goto(f"{portal}/sign-in")
    page.get_by_role("button", name="हिन्दी").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("साइन इन करें")
    axe(page)
    page.goto(f"{portal}/status")
    expect(page.get_by_role("heading", level=1)).to_have_text("कौन से मॉडल चालू हैं")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which models are live")


def test_devanagari_is_drawn_with_our_own_font(page: Page, portal: str) -> None:
    """Asked of the browser itself: which font drew the glyphs, not which one was named."""
    speak_hindi(page, portal)
    page.goto(f"{portal}/sign-in")
    until(page, "document.fonts.status === 'loaded'")
    tools = page.context.new_cdp_session(page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    document = tools.send("DOM.getDocument")["root"]["nodeId"]
    for selector in ("h1", "main button[type=submit]", "label", "header p"):
        node = tools.send("DOM.querySelector", {"nodeId": document, "selector": selector})
        used: list[dict[str, Any]] = tools.send(
            "CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]}
        )["fonts"]
        assert used, selector
        assert all(font["familyName"].startswith("Noto Sans Devanagari") for font in used), used
        assert all(font["isCustomFont"] for font in used), f"{selector}: a font of this machine"


def test_the_main_path_needs_no_javascript(plain_page: Page, portal: str) -> None:
    page = plain_page
    page.goto(f"{portal}/sign-in")
    page.fill("#username", "dr.rao")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Consultation").click()
    page.fill("#text", "asha")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Asha Sharma").click()
    page.get_by_role("button", name="Begin the visit").click()
    for word, code in (("fev", "fever"), ("eyes", "pain_behind_eyes"), ("joint", "joint_pain")):
        page.fill("#find", word)
        page.get_by_role("button", name="Search").first.click()
        page.locator(f"#found #present-{code}").click()
        expect(page.locator(f"h3 ~ ul #present-{code}")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Suggest diagnoses").click()
    expect(page.locator("#differential .app-ranked").first).to_contain_text(
        "Dengue without warning signs"
    )
    page.fill("#condition", "malaria")
    page.get_by_role("button", name="Search").last.click()
    page.locator("#conditions").get_by_role("button", name="Confirm Vivax malaria").click()
    expect(page.locator("#outcome")).to_contain_text("Confirmed")
    page.get_by_role("button", name="Close the visit").click()
    expect(page.get_by_text("The visit is closed.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.fill("#username", "planner")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal}/")
    page.goto(f"{portal}/planner/{CLINIC}/item-PARA500")
    page.get_by_role("button", name="Forecast the use").click()
    page.get_by_text("The same as a table").click()
    expect(page.locator("#use tbody tr").last).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("You accepted the suggested order.")).to_be_visible()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    page: Page, portal: str, sign_in: SignIn
) -> None:
    sign_in(page, "dr.rao")
    page.goto(f"{portal}/doctor/patients/{ASHA}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#complaint")).to_be_focused()
    page.keyboard.type("Fever")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/doctor/encounters/**")
    page.focus("#find")
    page.keyboard.type("fev")
    expect(page.locator("#found button").first).to_be_visible()
    page.keyboard.press("Tab")  # the search button, which the typing made needless
    page.keyboard.press("Tab")
    expect(page.locator("#present-fever")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h3 ~ ul #present-fever")).to_be_focused()  # the place is kept
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_page_weighs_little(page: Page, portal: str, sign_in: SignIn) -> None:
    """On 400 kbit/s the first page takes below ten seconds, later ones one."""
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    sizes: list[float] = []  # bytes that came over the wire; none for what the browser kept
    tools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{portal}/sign-in")
    page.wait_for_load_state("networkidle")
    assert 100_000 < sum(sizes) < 300_000, sum(sizes)
    sign_in(page, "dr.rao")
    sizes.clear()
    page.goto(f"{portal}/doctor/patients/{ASHA}")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 10_000, sum(sizes)
