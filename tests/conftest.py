"""Fixtures of every test. A test gets its own state folder, its own database and no network.

database_url    an empty database: SQLite, or PostgreSQL with `--database postgresql`
new_database    the same as a factory; `new_database(prepare)` copies what prepare(url) filled once
shared_data     the folder of real data, for tests marked `shared_data`
page            a page of Chromium, for tests marked `browser`; it fails if it asks another host
camera_page     `camera_page(file)` is a page whose webcam shows that .mjpeg file
microphone_page `microphone_page(file)` is a page whose microphone hears that .wav file once
serve           `serve(app)` is the address of an application served over HTTP
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import offline_guard
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support.browser import NoChromium, find_chromium, launched, local_page
from tests.support.databases import Databases, PostgreSQLDatabases, Prepare, SQLiteDatabases
from tests.support.postgres import find_programs, running_server
from tests.support.server import serving

ROOT = Path(__file__).parents[1]
# Two workers on two cores: libraries that start a thread per core would fight over them.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ["MPLBACKEND"] = "agg"

RUN_FOLDER = pytest.StashKey[Path]()
KEPT = {offline_guard.LOG, "SEHAT_CHROMIUM", "SEHAT_SHARED_DATA", "SEHAT_TEST_DATABASE"}
SHARED_DATA = Path(os.environ.get("SEHAT_SHARED_DATA", ROOT.parent / "shared" / "data"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default=os.environ.get("SEHAT_TEST_DATABASE", "sqlite"),
        help="where records lie; with postgresql only the tests that use a database run",
    )


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="sehat-test-"))
    config.stash[RUN_FOLDER] = folder
    os.environ["SEHAT_HOME"] = str(folder / "home")  # never the user's own
    os.environ[offline_guard.LOG] = str(folder / "offline.log")
    (folder / "offline.log").touch()
    paths = [str(Path(offline_guard.__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    offline_guard.refuse_the_network()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[RUN_FOLDER], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the chosen database makes pointless; skip what this machine cannot run."""
    on_postgresql = config.getoption("--database") == "postgresql"
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        uses_database = "new_database" in getattr(item, "fixturenames", ())
        only_there = item.get_closest_marker("postgresql") is not None
        fits = uses_database if on_postgresql else not only_there
        (kept if fits else left_out).append(item)
        if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
            reason = f"{SHARED_DATA} is absent; SEHAT_SHARED_DATA names another place"
            item.add_marker(pytest.mark.skip(reason=reason))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    # The longest test first: else one worker ends with it while the other has nothing left to do.
    items[:] = sorted(kept, key=lambda item: "loop" not in item.path.parts)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SEHAT_HOME is the test's own, and no other setting comes from outside."""
    for name in [name for name in os.environ if name.startswith("SEHAT_")]:
        if name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("SEHAT_HOME", str(tmp_path / "home"))
    settings = sys.modules.get("records_api.core.settings")
    if settings is not None:  # read once by a process, so once by a test
        settings.settings.cache_clear()
    yield
    if settings is not None:
        settings.settings.cache_clear()


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    log = Path(os.environ[offline_guard.LOG])
    known = log.stat().st_size
    yield
    with log.open() as lines:
        lines.seek(known)
        tried = lines.read()
    assert not tried, (
        f"this test, or a process it started, tried to reach another machine:\n{tried}"
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; only for tests marked `shared_data`."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """The databases of this run, `databases.kind` being sqlite or postgresql."""
    if pytestconfig.getoption("--database") == "sqlite":
        folder = pytestconfig.stash[RUN_FOLDER] / "databases"
        folder.mkdir()
        yield SQLiteDatabases(folder)
    else:
        with running_server(find_programs()) as server:
            yield PostgreSQLDatabases(server)


@pytest.fixture
def new_database(databases: Databases) -> Iterator[Callable[[Prepare | None], str]]:
    """Make a database: `new_database()` is empty, `new_database(prepare)` a copy of a filled one."""
    made: list[str] = []

    def new(prepare: Prepare | None = None) -> str:
        made.append(databases.new(prepare))
        return made[-1]

    yield new
    for url in made:
        databases.drop(url)


@pytest.fixture
def database_url(new_database: Callable[[Prepare], str]) -> str:
    """SQLAlchemy's address of a new database that has every table and no row."""
    from records_api.core.migrate import upgrade

    return new_database(upgrade)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium's program; without one a test is skipped, and fails where CI is set."""
    try:
        return find_chromium()
    except NoChromium as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    with launched(playwright, chromium) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with local_page(browser) as opened:
        yield opened


@pytest.fixture
def camera_page(playwright: Playwright, chromium: Path) -> Iterator[Callable[[Path], Page]]:
    """`camera_page(file)`: a page of a browser whose webcam shows that .mjpeg file."""
    with ExitStack() as stack:

        def opened(camera: Path) -> Page:
            started = stack.enter_context(launched(playwright, chromium, camera))
            return stack.enter_context(local_page(started))

        yield opened


@pytest.fixture
def microphone_page(playwright: Playwright, chromium: Path) -> Iterator[Callable[..., Page]]:
    """`microphone_page(file)`: a page of a browser whose microphone hears that .wav file once;
    with `allowed=False` one whose reader refuses it."""
    with ExitStack() as stack:

        def opened(microphone: Path, *, allowed: bool = True) -> Page:
            started = launched(playwright, chromium, microphone=microphone, allowed=allowed)
            return stack.enter_context(local_page(stack.enter_context(started)))

        yield opened


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """`serve(app)` is the address of an ASGI application, served until the test ends."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))
