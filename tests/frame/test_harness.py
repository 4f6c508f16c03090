"""The harness keeps its promises: own state, own database, nothing leaves this machine."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from offline_guard import LOG, NetworkRefused, is_local
from sqlalchemy import create_engine, inspect, text
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.support.databases import Databases, PostgreSQLDatabases, Prepare
from tests.support.postgres import running_server, wheel_programs

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", b"localhost", None, "127.8.0.2"])
def test_loopback_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "8.8.8.8", "2001:db8::1"])
def test_other_hosts_are_not_local(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.org', 443)",
    ],
)
def test_a_started_process_cannot_leave_and_its_attempt_is_written_down(
    attempt: str, tmp_path: Path
) -> None:
    log = tmp_path / "offline.log"
    run = subprocess.run(
        [sys.executable, "-c", f"import socket\n{attempt}"],
        env=os.environ | {LOG: str(log)},
        capture_output=True,
        text=True,
    )
    assert NetworkRefused.__name__ in run.stderr
    assert "192.0.2.1" in log.read_text() or "example.org" in log.read_text()


def test_this_process_cannot_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setenv(LOG, str(tmp_path / "offline.log"))
        with socket.socket() as outside, pytest.raises(NetworkRefused):
            outside.connect(("192.0.2.1", 80))


def test_state_is_the_tests_own(tmp_path: Path) -> None:
    assert os.environ["SEHAT_HOME"] == str(tmp_path / "home")


def fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (body VARCHAR(10))"))
        connection.execute(text("INSERT INTO note VALUES ('kept')"))
    engine.dispose()


def bodies(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT body FROM note")).scalars())
    engine.dispose()
    return found


def test_a_prepared_database_is_copied_not_shared(
    new_database: Callable[[Prepare | None], str],
) -> None:
    first, second = new_database(fill), new_database(fill)
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM note"))
    engine.dispose()
    assert bodies(first) == []
    assert bodies(second) == ["kept"]


def test_database_url_has_the_tables_of_the_suite(database_url: str, databases: Databases) -> None:
    assert database_url.startswith(databases.kind)
    engine = create_engine(database_url)
    assert "patient" in " ".join(inspect(engine).get_table_names())
    engine.dispose()


def test_postgresql_of_the_wheel_serves_where_the_machine_has_none() -> None:
    with running_server(wheel_programs()) as server:
        assert bodies(PostgreSQLDatabases(server).new(fill)) == ["kept"]


SUITE = """
import pytest

@pytest.mark.shared_data
def test_real_data(shared_data):
    assert shared_data.is_dir()

@pytest.mark.browser
def test_browser(chromium):
    assert chromium
"""


def run_suite(folder: Path, **environment: str) -> str:
    """Run SUITE with this harness on a machine that has neither the data nor a browser."""
    (folder / "test_suite.py").write_text(SUITE)
    settings = ROOT / "pyproject.toml"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        settings,
        "--rootdir",
        folder,
        "-rs",
    ]
    outside = {key: value for key, value in os.environ.items() if key not in ("CI", "PATH")}
    bare = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PATH": "",
        "PYTHONPATH": str(ROOT),
        "SEHAT_SHARED_DATA": str(folder / "none"),
    }
    run = subprocess.run(
        [*command, "-p", "tests.conftest", folder / "test_suite.py"],
        env=outside | bare | environment,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    return run.stdout


def test_missing_data_and_browser_are_skipped_with_what_to_do(tmp_path: Path) -> None:
    output = run_suite(tmp_path)
    assert "2 skipped" in output
    assert "SEHAT_SHARED_DATA names another place" in output
    assert "apt-get install chromium" in output


def test_in_ci_a_missing_browser_fails(tmp_path: Path) -> None:
    assert "1 skipped, 1 error" in run_suite(tmp_path, CI="true")


@pytest.mark.browser
def test_a_page_shows_what_is_served(page, serve) -> None:  # type: ignore[no-untyped-def]
    app = Starlette(routes=[Route("/", lambda _: HTMLResponse("<h1>नमस्ते</h1>"))])
    page.goto(serve(app))
    assert page.locator("h1").inner_text() == "नमस्ते"
