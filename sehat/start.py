"""The first start: portal up, records seeded if there are none, models trained if there are none."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
from sqlalchemy import make_url

from features.settings import Settings as Features
from models.settings import tracking_url
from records_api.core.models import ModelService
from records_api.core.settings import settings
from sehat import state
from sehat.city import plan
from sehat.city.accounts import SIGN_INS
from sehat.console import OK, REFUSED, err, out
from sehat.supervisor import Supervisor

_PATIENCE = 120.0


def prepare(keeper: Supervisor) -> None:
    """Bring everything up, in the order in which it becomes useful."""
    state.database()
    empty = not state.has_records() or plan.unfinished(state.database()) is not None
    keeper.start("portal")
    if not empty and registry_made():
        keeper.start("models")
    address = f"http://{settings().host}:{settings().port}"
    _wait(keeper, f"{address}/api/health", "portal")
    err.print(f"The portal answers at {address}; the rest is being prepared.", style="dim")
    if empty:
        _run(keeper, "seed")
    untrained = empty or not registry_made()
    if not registry_made():
        _run(keeper, "models", "prepare")
    # The model service starts beside the training: it takes each champion as it is made.
    if not keeper.stopping():
        keeper.start("models")
    if empty or not (Features().root / "state.json").exists():
        _run(keeper, "features", "refresh", "--quiet")
    if untrained or _missing(keeper):
        _run(keeper, "train", "missing", refusable=True)
    if not keeper.stopping():
        keeper.start("worker")  # it begins with what changed in the records meanwhile
        _greet(address)


def registry_made() -> bool:
    """Whether the model registry has its tables. One that is elsewhere is asked each time."""
    url = make_url(tracking_url())
    return url.get_backend_name() == "sqlite" and Path(str(url.database)).exists()


def _missing(keeper: Supervisor) -> list[str]:
    """Capabilities without a champion, as the model service says once it answers."""
    _wait(keeper, f"{settings().models_url}/livez", "models")
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


def _wait(keeper: Supervisor, url: str, name: str) -> None:
    """Until the process answers at its address. Raises ValueError when it does not."""
    until = time.monotonic() + _PATIENCE
    while not keeper.stopping():
        try:
            httpx.get(url, timeout=2, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > until:
                log = settings().home / "run" / f"{name}.log"
                raise ValueError(f"{name} does not answer; see {log}") from None
            keeper.tend()
            time.sleep(0.3)


def _greet(address: str) -> None:
    out.print(f"\n[bold]Sehat[/] answers at [bold]{address}[/]   (end it with Ctrl-C)")
    if not plan.is_demonstration(state.database()):
        return
    out.print("Synthetic demonstration data. Sign in as")
    for username, password, role in SIGN_INS:
        out.print(f"  {username:12} {password:24} {role}", highlight=False)
