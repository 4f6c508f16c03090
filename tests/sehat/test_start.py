"""`sehat up` stays small: what it must know of records and models it asks in a process beside it."""

import subprocess
import sys

import pytest

from records_api.core.migrate import WrongDatabase
from sehat import start

HEAVY = ("sqlalchemy", "alembic", "fastapi", "httpx", "cryptography", "numpy")


def test_the_supervisor_imports_no_heavy_library() -> None:
    code = (
        "import sys, sehat.cli, sehat.start; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_time_there_is_nothing() -> None:
    assert start._aside(start.begun) == start.Begun(empty=True, registry=False)
    assert start._aside(start._sign_ins) == ()


def newer() -> None:
    raise WrongDatabase("of a newer version")


def test_what_goes_wrong_beside_is_told_here() -> None:
    with pytest.raises(WrongDatabase, match="newer"):
        start._aside(newer)


def test_who_does_not_listen_does_not_answer() -> None:
    assert not start._answers("127.0.0.1", 1, "/api/health")
