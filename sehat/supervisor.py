"""Three processes: the portal with the API, the model service, the worker.

The portal comes first and answers without the others. A process that dies is started again, more
slowly each time; ending the supervisor ends all of them.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from records_api.core.settings import Settings

_PATIENCE = 20.0  # seconds a process may take to end before it is killed
_SLOWEST = 60.0  # seconds between two tries to start a process that keeps dying


@dataclass(frozen=True)
class Program:
    name: str
    command: tuple[str, ...]


def programs(settings: Settings) -> tuple[Program, ...]:
    def program(name: str, *words: str) -> Program:
        return Program(name, (sys.executable, "-m", *words))

    portal, models = str(settings.port), str(settings.models_port)
    return (
        program(
            "portal",
            *("uvicorn", "portal.app:create", "--factory", "--no-access-log", "--no-server-header"),
            *("--host", settings.host, "--port", portal, "--workers", str(settings.api_workers)),
        ),
        program(
            "models",
            *("bentoml", "serve", "serving.service:Models"),
            *("--host", "127.0.0.1", "--port", models),
        ),
        program("worker", "sehat.worker"),
    )


def folder(settings: Settings) -> Path:
    """Where process numbers and logs are kept."""
    path = settings.home.resolve() / "run"
    path.mkdir(parents=True, exist_ok=True)
    return path


def taken_port(settings: Settings) -> int | None:
    """The first of our ports that somebody else listens on."""
    for host, port in ((settings.host, settings.port), ("127.0.0.1", settings.models_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return port
    return None


class Child:
    """A program that is kept running."""

    def __init__(self, program: Program, log: Path, root: Path) -> None:
        self.program, self._log, self._root = program, log, root
        self.process: subprocess.Popen[bytes] | None = None
        self._file: BinaryIO | None = None
        self._pause, self._next = 1.0, 0.0

    def keep(self, now: float) -> None:
        """Start it if it does not run and it is time to."""
        if self.process is not None and self.process.poll() is None:
            return
        if now < self._next:
            return
        if self.process is not None:
            self._pause = min(self._pause * 2, _SLOWEST)
        self._next = now + self._pause
        if self._file is None:
            self._file = self._log.open("ab")
        self.process = subprocess.Popen(
            self.program.command,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            cwd=self._root,
            env={
                # Threads that wait for the interpreter's lock need no heap of their own each.
                "MALLOC_ARENA_MAX": "2",
                **os.environ,
                # The home may be relative to where `up` was called; the child runs elsewhere.
                "SEHAT_HOME": str(self._log.parents[1]),
                "BENTOML_HOME": str(self._log.parent / "bentoml"),
            },
            start_new_session=True,  # an interrupt at the terminal reaches the supervisor alone
        )

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGTERM)
                self.process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            except ProcessLookupError:
                pass
        if self._file is not None:
            self._file.close()


class Supervisor:
    def __init__(self, settings: Settings) -> None:
        self._settings, self._stop = settings, threading.Event()
        logs = folder(settings)
        root = Path(__file__).parents[1]
        self.children = {
            program.name: Child(program, logs / f"{program.name}.log", root)
            for program in programs(settings)
        }
        self._kept: set[str] = set()

    def start(self, *names: str) -> None:
        for name in names:
            self._kept.add(name)
            self.children[name].keep(time.monotonic())
        self._write()

    def tend(self) -> None:
        """Start again what was started and has died since."""
        before = [child.process for child in self.children.values()]
        for name in self._kept:
            self.children[name].keep(time.monotonic())
        if before != [child.process for child in self.children.values()]:
            self._write()

    def run(self) -> None:
        """Tend until `stop` is called or a signal comes."""
        while not self._stop.wait(1.0):
            self.tend()

    def stop(self, *_: Any) -> None:
        self._stop.set()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def end(self) -> None:
        for name in ("worker", "models", "portal"):
            self.children[name].end()
        (folder(self._settings) / "up.json").unlink(missing_ok=True)

    def _write(self) -> None:
        me = psutil.Process()
        state = {
            "pid": me.pid,
            "started": me.create_time(),
            "address": f"http://{self._settings.host}:{self._settings.port}",
            "children": {
                name: child.process.pid for name, child in self.children.items() if child.process
            },
        }
        path = folder(self._settings) / "up.json"
        aside = path.with_suffix(".tmp")
        aside.write_text(json.dumps(state))
        aside.replace(path)


def running(settings: Settings) -> dict[str, Any] | None:
    """The state that a live supervisor wrote; None when none runs.

    A process number alone proves nothing after a restart of the machine: the time of its start has
    to agree as well.
    """
    path = folder(settings) / "up.json"
    try:
        state: dict[str, Any] = json.loads(path.read_text())
        process = psutil.Process(state["pid"])
        if abs(process.create_time() - state["started"]) < 1 and process.is_running():
            return state
    except (FileNotFoundError, ValueError, KeyError, psutil.Error):
        pass
    return None


def ask_to_end(settings: Settings, patience: float = 60.0) -> bool:
    """End the supervisor and all it keeps; false when none ran."""
    state = running(settings)
    if state is None:
        return False
    process = psutil.Process(state["pid"])
    process.terminate()
    process.wait(patience)
    return True
