"""Feature stores over small cities.

`city(world, until)` writes a world into a database of its own and makes it the records; `home(name)`
changes to another feature store over the same records.
"""

import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from features.extract import Progress
from tests.features.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that Feast brings along
    import feast  # noqa: F401

from features import store

City = Callable[..., str]


@pytest.fixture
def city(
    new_database: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> City:
    from records_api.core.migrate import upgrade

    def make(world: World, until: datetime | None = None, home: str = "home") -> str:
        url = new_database(upgrade)
        world.write(url, until=until)
        monkeypatch.setenv("SEHAT_DATABASE_URL", url)
        monkeypatch.setenv("SEHAT_HOME", str(tmp_path / home))
        return url

    return make


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    def change(name: str) -> Path:
        monkeypatch.setenv("SEHAT_HOME", str(tmp_path / name))
        return tmp_path / name / "features"

    return change


@pytest.fixture
def refresh() -> Callable[..., dict[str, int]]:
    def run(now: datetime, progress: Progress = lambda *_: None) -> dict[str, int]:
        return store.refresh(progress, now=now)

    return run
