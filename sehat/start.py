"""The first start: portal up, records seeded if there are none, models trained if there are none."""

import subprocess
import sys
import time

import httpx

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
    keeper.start("portal")
    address = f"http://{settings().host}:{settings().port}"
    _wait(f"{address}/api/health", keeper)
    err.print(f"The portal answers at {address}; the rest is being prepared.", style="dim")
    if not state.has_records() or plan.unfinished(state.database()):
        _run(keeper, "seed")
    _run(keeper, "models", "prepare")
    # The model service starts beside the training: it takes each champion as it is made.
    if not keeper.stopping():
        keeper.start("models")
    _run(keeper, "features", "refresh", "--quiet")
    _run(keeper, "train", "missing", refusable=True)
    if not keeper.stopping():
        keeper.start("worker")
        _greet(address)


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


def _wait(url: str, keeper: Supervisor) -> None:
    until = time.monotonic() + _PATIENCE
    while not keeper.stopping():
        try:
            httpx.get(url, timeout=2, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise ValueError(
                    f"the portal does not answer; see {settings().home / 'run' / 'portal.log'}"
                ) from None
            time.sleep(0.3)


def _greet(address: str) -> None:
    out.print(f"\n[bold]Sehat[/] answers at [bold]{address}[/]   (end it with Ctrl-C)")
    if not plan.is_demonstration(state.database()):
        return
    out.print("Synthetic demonstration data. Sign in as")
    for username, password, role in SIGN_INS:
        out.print(f"  {username:12} {password:24} {role}", highlight=False)
