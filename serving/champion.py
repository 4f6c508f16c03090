"""The champions: loaded by alias from the registry, swapped while requests go on.

A watcher thread asks the registry every few seconds. A new champion is loaded beside the old one
and then takes its place in one assignment, so that no request sees half of either.
"""

import json
import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.loading import load_predictor
from models.settings import CAPABILITIES, CHAMPION, tracking_url
from serving.common import ModelRef

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Champion:
    predictor: Any
    ref: ModelRef


@dataclass(frozen=True)
class Pointer:
    """Which version an alias names, and where its predictor lies."""

    version: str
    folder: Path
    trained_on: str
    trained_at: datetime


def look_up(capability: str, version: str | None = None, alias: str = CHAMPION) -> Pointer | None:
    """Who has the alias (or the version named) in the registry; None when there is none."""
    import mlflow
    from mlflow.exceptions import MlflowException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_tracking_uri(tracking_url())
        store = mlflow.MlflowClient(tracking_url(), tracking_url())
        try:
            if version is None:
                found = store.get_model_version_by_alias(capability, alias)
            else:
                found = store.get_model_version(capability, version)
        except MlflowException:
            return None
        source = store.get_model_version_download_uri(capability, found.version)
        folder = Path(mlflow.artifacts.download_artifacts(source)) / "artifacts"
    return Pointer(
        version=str(found.version),
        folder=folder,
        trained_on=found.tags.get("trained_on", ""),
        trained_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
    )


def load(capability: str, version: str | None = None) -> Champion | None:
    """A predictor ready to answer. Used by the service and by `sehat predict`."""
    pointer = look_up(capability, version)
    if pointer is None:
        return None
    return _loaded(capability, pointer)


def _loaded(capability: str, pointer: Pointer) -> Champion:
    ref = ModelRef(
        name=capability,
        version=pointer.version,
        trained_on=pointer.trained_on,
        trained_at=pointer.trained_at,
    )
    return Champion(load_predictor(pointer.folder), ref)


class Champions:
    """The current champion of each capability, kept up to date by `watch`. `keeps`: one whose alias is
    gone answers on."""

    def __init__(
        self,
        find: Callable[[str], Pointer | None] = look_up,
        read: Callable[[str, Pointer], Champion] = _loaded,
        capabilities: Sequence[str] = CAPABILITIES,
        keeps: bool = True,
    ) -> None:
        self._capabilities, self._keeps = capabilities, keeps
        self._find, self._read = find, read
        self._current: dict[str, Champion] = {}
        self._refused: dict[str, tuple[str, str]] = {}
        self._stop = threading.Event()

    def get(self, capability: str) -> Champion | None:
        return self._current.get(capability)

    def refresh(self) -> None:
        """Load what changed. A version that does not load is noted, and the old one stays."""
        for capability in self._capabilities:
            try:
                pointer = self._find(capability)
            except Exception:  # the registry may be away for a while: what is loaded still answers
                log.warning("the model registry does not answer", exc_info=True)
                return
            if pointer is None:
                if not self._keeps:
                    self._forget(capability)
                continue
            current = self._current.get(capability)
            refused = self._refused.get(capability, ("", ""))[0]
            if pointer.version in {refused, current.ref.version if current else None}:
                continue
            try:
                self._current = {**self._current, capability: self._read(capability, pointer)}
                self._refused.pop(capability, None)
                log.info("%s: version %s answers", capability, pointer.version)
            except Exception as error:
                self._refused[capability] = (pointer.version, type(error).__name__)
                log.exception("%s: version %s does not load", capability, pointer.version)

    def _forget(self, capability: str) -> None:
        self._current = {k: v for k, v in self._current.items() if k != capability}
        self._refused.pop(capability, None)

    def status(self) -> dict[str, Any]:
        """Ready when every capability has a champion; names those that have none."""
        missing = [name for name in self._capabilities if name not in self._current]
        return {
            "ready": not missing,
            "missing": missing,
            "refused": {name: version for name, (version, _) in self._refused.items()},
            "models": {
                name: json.loads(champion.ref.model_dump_json())
                for name, champion in self._current.items()
            },
        }

    def watch(self, seconds: float) -> threading.Thread:
        def loop() -> None:
            while not self._stop.wait(seconds):
                self.refresh()

        thread = threading.Thread(target=loop, name="champions", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()
