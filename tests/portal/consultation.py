"""A consultation in a browser, as far as the tests of the desk's parts share it."""

from playwright.sync_api import Page, expect

from tests.portal.seed import ASHA

FINDINGS = (
    ("fev", "fever", "present"),
    ("eyes", "pain_behind_eyes", "present"),
    ("joint", "joint_pain", "present"),
    ("cough", "cough", "absent"),
)


def begin(page: Page, portal: str, patient: str = ASHA) -> None:
    page.goto(f"{portal}/doctor/patients/{patient}")
    page.fill("#complaint", "Fever and pain behind the eyes since three days")
    page.get_by_role("button", name="Begin the visit").click()
    page.wait_for_url("**/doctor/encounters/**")


def record(page: Page, word: str, code: str, answer: str) -> None:
    """Type a word, press the answer: the finding is recorded and the search is empty again."""
    page.fill("#find", word)
    page.locator(f"#found #{answer}-{code}").click()
    expect(page.locator(f"#consultation h3 ~ ul #{answer}-{code}")).to_have_attribute(
        "aria-pressed", "true"
    )
