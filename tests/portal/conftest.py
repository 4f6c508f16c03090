"""The portal on a small synthetic city and a fake model service, both over real HTTP.

`city` is the records database · `models` switches the model service off (`models.down = True`) ·
`client` calls pages without a browser, `enter("dr.rao")` signs it in · `portal` is the address · `sign_in(page, "dr.rao")` signs in through the form · `axe(page)` fails on
any violation of WCAG 2.2 AA · `shoot(page, name)` keeps a screenshot, with SCREENSHOTS=1 for the documentation.
"""

import io
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from portal.app import install
from records_api.app import build
from records_api.core.breaker import Breaker
from records_api.core.db import Database
from records_api.core.models import CAPABILITIES, ModelService
from tests.portal import fake_models, seed
from tests.support.browser import local_page, until
from tests.support.server import serving

with warnings.catch_warnings():
    # It asks for a successor of httpx that nothing else here needs.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

ORIGIN = "http://sehat.test"
# SCREENSHOTS=1 renews the pictures of the documentation; other runs leave the repository alone.
HERE = Path(__file__).parent
SHOTS = (
    HERE.parents[1] / "docs" / "screenshots" if os.environ.get("SCREENSHOTS") else HERE / "shots"
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# On PostgreSQL these journeys are driven; the rest of the browser's tests is the same there.
JOURNEYS = {"test_consultation", "test_forecast_and_order", "test_verification", "test_booking"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") != "postgresql":
        return
    ours = [i for i in items if HERE in i.path.parents and i.get_closest_marker("browser")]
    left_out = {item for item in ours if item.name not in JOURNEYS}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def city(new_database: Callable[..., str]) -> Iterator[Database]:
    database = Database(new_database(seed.prepare))
    yield database
    database.dispose()


@pytest.fixture
def models() -> fake_models.Switch:
    return fake_models.Switch()


@pytest.fixture
def app(city: Database, models: fake_models.Switch, serve: Callable[[Any], str]) -> Iterator[Any]:
    # Two failures open a breaker; half a second later it tries again.
    breakers = {name: Breaker(failures=2, pause=0.5) for name in CAPABILITIES}
    service = ModelService(serve(fake_models.application(models)), 2.0, breakers)
    yield install(build(city, service))
    service.close()


@pytest.fixture
def portal(app: Any) -> Iterator[str]:
    """Served by itself, not by `serve`: it ends before `app` closes its calls to the models, for a
    call that connects while they are closed would leave a socket behind."""
    with serving(app) as address:
        yield address


@pytest.fixture
def client(app: Any) -> Iterator[TestClient]:
    """A browser without a window: cookies, and the origin that browsers send with a form."""
    headers = {"Origin": ORIGIN}
    with TestClient(app, ORIGIN, headers=headers, follow_redirects=False) as made:
        yield made


@pytest.fixture
def enter(client: TestClient) -> Callable[[str], TestClient]:
    def signed_in(username: str) -> TestClient:
        data = {"username": username, "password": seed.PASSWORD}
        assert client.post("/sign-in", data=data).status_code == 303
        return client

    return signed_in


@pytest.fixture
def sign_in(portal: str) -> Callable[[Page, str], None]:
    def enter(page: Page, username: str) -> None:
        page.goto(f"{portal}/sign-in")
        page.fill("#username", username)
        page.fill("#password", seed.PASSWORD)
        page.click("main form button[type=submit].nhsuk-button:not(.nhsuk-password-input__toggle)")
        page.wait_for_url(f"{portal}/")

    return enter


@pytest.fixture
def axe() -> Callable[[Page], None]:
    runner = Axe()

    def check(page: Page) -> None:
        options = {"runOnly": {"type": "tag", "values": WCAG}}
        found = runner.run(page, options=options)
        assert not found.violations_count, f"{page.url}\n{found.generate_report()}"

    return check


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """A picture of the page in few colours: small enough to be kept in the repository."""

    def keep(page: Page, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        until(page, "document.fonts.status === 'loaded'")
        with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
            few = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
            few.save(SHOTS / f"{name}.png", optimize=True)

    return keep


@pytest.fixture
def page(portal: str, browser: Browser) -> Iterator[Page]:  # closed before the server it calls
    with local_page(browser) as opened:
        yield opened


@pytest.fixture
def plain_page(portal: str, browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no JavaScript."""
    context = browser.new_context(java_script_enabled=False, locale="en-IN")
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def complaints() -> Iterator[Callable[[Page], None]]:
    """`complaints(page)` listens; the test fails for what the browser's console complained of."""
    heard: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda m: heard.append(m.text) if m.type == "error" else None)

    yield listen
    expected = "Failed to load resource"  # an answer with an error status is an answer
    assert not [text for text in heard if expected not in text]
