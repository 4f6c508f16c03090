"""The first start: portal up, records seeded if there are none, models trained if there are none.

The supervisor lives as long as the suite. What it has to know of records and models it asks in a
process beside it, which ends: the database's libraries would cost it 50 MB for good.
"""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from features.settings import Settings as Features
from records_api.core.settings import settings
from sehat.console import OK, REFUSED, err, out
from sehat.supervisor import Supervisor

_Told = TypeVar("_Told")

_PATIENCE = 120.0


@dataclass(frozen=True)
class Begun:
    """How far an earlier start has come. `registry`: whether the model registry has its tables."""

    empty: bool
    registry: bool


def begun() -> Begun:
    """Makes the records and migrates them."""
    from sehat import state
    from sehat.city import plan

    empty = not state.has_records() or plan.unfinished(state.database()) is not None
    return Begun(empty, _registry_made())


def prepare(keeper: Supervisor) -> None:
    """Bring everything up, in the order in which it becomes useful."""
    before = _aside(begun)
    keeper.start("portal")
    if not before.empty and before.registry:
        keeper.start("models")
    _wait(keeper, settings().host, settings().port, "/api/health", "portal")
    address = f"http://{settings().host}:{settings().port}"
    err.print(f"The portal answers at {address}; the rest is being prepared.", style="dim")
    if before.empty:
        _run(keeper, "seed")
    if not before.registry:
        _run(keeper, "models", "prepare")
    # The model service starts beside the training: it takes each champion as it is made.
    if not keeper.stopping():
        keeper.start("models")
    if before.empty or not (Features().root / "state.json").exists():
        _run(keeper, "features", "refresh", "--quiet")
    if before.empty or not before.registry or _missing(keeper):
        _run(keeper, "train", "missing", refusable=True)
    if not keeper.stopping():
        keeper.start("worker")  # it begins with what changed in the records meanwhile
        _greet(address)


def _aside(ask: Callable[[], _Told]) -> _Told:
    """What a function says in a process of its own; raises what it raises there."""
    # Forked, so that nothing is imported twice; no thread has been started yet.
    with ProcessPoolExecutor(1, get_context("fork")) as beside:
        return beside.submit(ask).result()


def _registry_made() -> bool:
    """Whether the model registry has its tables. One that is elsewhere is asked each time."""
    from sqlalchemy import make_url

    from models.settings import tracking_url

    url = make_url(tracking_url())
    return url.get_backend_name() == "sqlite" and Path(str(url.database)).exists()


def _missing(keeper: Supervisor) -> list[str]:
    """Capabilities without a champion, as the model service says once it answers."""
    _wait(keeper, "127.0.0.1", settings().models_port, "/livez", "models")
    return _aside(_without_champion)


def _without_champion() -> list[str]:
    from records_api.core.models import ModelService

    missing: list[str] = ModelService(timeout=10).ready().get("missing", [])
    return missing


def _run(keeper: Supervisor, *words: str, refusable: bool = False) -> None:
    """A command in a process of its own: what it imported and held goes back when it ends."""
    if keeper.stopping():
        return
    process = subprocess.Popen([sys.executable, "-m", "sehat", *words], stdin=subprocess.DEVNULL)
    while process.poll() is None:
        if keeper.stopping():
            process.terminate()
        keeper.tend()
        time.sleep(0.2)
    allowed = (OK, REFUSED) if refusable else (OK,)
    if process.returncode not in allowed and not keeper.stopping():
        raise ValueError(f"`sehat {' '.join(words)}` ended with {process.returncode}; see above")


def _wait(keeper: Supervisor, host: str, port: int, path: str, name: str) -> None:
    """Until the process answers at its address. Raises ValueError when it does not."""
    until = time.monotonic() + _PATIENCE
    while not keeper.stopping():
        if _answers(host, port, path):
            return
        if time.monotonic() > until:
            log = settings().home / "run" / f"{name}.log"
            raise ValueError(f"{name} does not answer; see {log}")
        keeper.tend()
        time.sleep(0.3)


def _answers(host: str, port: int, path: str) -> bool:
    # The portal may be asking the model service, which listens before it answers.
    asked = http.client.HTTPConnection(host, port, timeout=settings().models_timeout + 2)
    try:
        asked.request("GET", path)
        return asked.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _sign_ins() -> tuple[tuple[str, str, str], ...]:
    """Those of the demonstration city, if it is what the records hold."""
    from sehat import state
    from sehat.city import plan
    from sehat.city.accounts import SIGN_INS

    return SIGN_INS if plan.is_demonstration(state.database()) else ()


def _greet(address: str) -> None:
    out.print(f"\n[bold]Sehat[/] answers at [bold]{address}[/]   (end it with Ctrl-C)")
    sign_ins = _aside(_sign_ins)
    if not sign_ins:
        return
    out.print("Synthetic demonstration data. Sign in as")
    for username, password, role in sign_ins:
        out.print(f"  {username:12} {password:24} {role}", highlight=False)
