"""`sehat up`, `down`, `status`: the running suite."""

import os
import signal
import subprocess
import sys
import time
from typing import Annotated, Any

import typer
from rich.table import Table

from sehat.console import FAILED, REFUSED, err, fail, out, show


def up(
    detach: Annotated[
        bool, typer.Option(help="Return when it answers; end it with `down`.")
    ] = False,
) -> None:
    """Serve the portal; the first time also seed the demonstration city and train its models.

    Example: `sehat up --detach && sehat status`
    """
    from records_api.core.settings import settings
    from sehat import supervisor

    state = supervisor.running(settings())
    if state is not None:
        out.print(f"Sehat is running already: {state['address']}")
        return
    if (port := supervisor.taken_port(settings())) is not None:
        fail(f"port {port} is taken; choose others with SEHAT_PORT and SEHAT_MODELS_PORT")
    if detach:
        _detached()
        return
    keeper = supervisor.Supervisor(settings())
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    try:
        from sehat.start import prepare

        prepare(keeper)
        if not keeper.stopping():
            keeper.run()
    finally:
        err.print("ending …", style="dim")
        keeper.end()


def _detached() -> None:
    """The same command in the background; waits until all parts answer."""
    from records_api.core.settings import settings
    from sehat import supervisor

    log = supervisor.folder(settings()) / "up.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "sehat", "up"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    with err.status("starting; the first time this seeds and trains, which takes minutes"):
        while not (state := described())["ready"]:
            if process.poll() is not None:
                fail(f"it ended while starting; see {log}")
            time.sleep(1)
    out.print(f"Sehat answers at {state['address']}")


def down() -> None:
    """End what `up` started.

    Example: `sehat down`
    """
    from records_api.core.settings import settings
    from sehat import supervisor

    if not supervisor.ask_to_end(settings()):
        out.print("Sehat is not running.")
        return
    out.print("Sehat has ended.")


def described() -> dict[str, Any]:
    """The whole state as plain data."""
    import psutil

    from records_api.core.models import ModelService
    from records_api.core.settings import settings
    from sehat import supervisor

    state = supervisor.running(settings())
    processes = {}
    for name, pid in (state or {}).get("children", {}).items():
        processes[name] = "running" if psutil.pid_exists(pid) else "down"
    answering = _answers(f"http://{settings().host}:{settings().port}/api/health")
    models = ModelService(timeout=5).ready() if state else {"ready": False, "models": {}}
    return {
        "ready": bool(answering and models.get("ready")),
        "address": f"http://{settings().host}:{settings().port}",
        "api": "answers" if answering else "down",
        "processes": processes,
        "serving": models,
    }


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url, timeout=3, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """What runs, which models answer, how fresh the features are, what waits in the outbox.

    Example: `sehat status --json`
    """
    from features import store
    from sehat import state
    from training import registry

    found = described()
    found["models"] = [
        {
            "name": v.capability,
            "version": v.version,
            "alias": "champion",
            "trained_on": v.trained_on,
            "source": v.source,
            "trained_at": v.trained_at,
            "metrics": v.metrics,
        }
        for v in registry.versions()
        if v.champion
    ]
    state.database()
    found["features"] = store.freshness()
    found["queue_depth"] = state.queue_depth()

    def told() -> None:
        out.print(f"portal and API   {found['api']} at {found['address']}")
        for name, how in found["processes"].items():
            out.print(f"  {name:14} {how}")
        serving = found["serving"].get("models", {})
        table = Table("model", "version", "alias", "trained", "on", "serving", box=None)
        for m in found["models"]:
            live = serving.get(m["name"], {}).get("version", "—")
            trained = f"{m['trained_at']:%Y-%m-%d %H:%M}"
            table.add_row(m["name"], m["version"], m["alias"], trained, m["source"], live)
        out.print(table if found["models"] else "no models yet: sehat train all")
        shelf = Table("features", "newest event", "online since", box=None)
        for name, times in found["features"].items():
            shelf.add_row(name, times["event"][:16], times["materialized"][:16] or "offline only")
        out.print(shelf if found["features"] else "no features yet: sehat features refresh")
        out.print(f"outbox           {found['queue_depth']} waiting")

    show(found, as_json, told)
    if not found["ready"]:
        raise typer.Exit(REFUSED if found["api"] == "answers" else FAILED)


def add_to(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(down)
    app.command()(status)
