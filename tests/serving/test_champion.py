"""Swapping champions under a registry that changes, fails, and offers what does not load."""

from datetime import UTC, datetime
from pathlib import Path

from serving.champion import Champion, Champions, Pointer
from serving.common import ModelRef


class Registry:
    """A registry in memory. `broken` versions do not load."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        self.broken: set[str] = set()
        self.away = False
        self.loads: list[tuple[str, str]] = []

    def find(self, capability: str) -> Pointer | None:
        if self.away:
            raise ConnectionError
        version = self.versions.get(capability)
        return (version and Pointer(version, Path(), "", datetime.now(UTC))) or None

    def read(self, capability: str, pointer: Pointer) -> Champion:
        self.loads.append((capability, pointer.version))
        if pointer.version in self.broken:
            raise ValueError(pointer.version)
        return Champion(
            f"predictor {pointer.version}", ModelRef(name=capability, version=pointer.version)
        )


def champions() -> tuple[Registry, Champions]:
    registry = Registry()
    return registry, Champions(registry.find, registry.read)


def answering(found: Champions, capability: str) -> str | None:
    champion = found.get(capability)
    return champion.ref.version if champion else None


def test_what_is_missing_is_named() -> None:
    registry, found = champions()
    registry.versions["demand"] = "1"
    found.refresh()
    status = found.status()
    assert status["ready"] is False
    assert status["missing"] == ["diagnosis", "identity"]
    assert status["models"]["demand"]["version"] == "1"


def test_a_new_champion_takes_over_and_is_loaded_once() -> None:
    registry, found = champions()
    registry.versions["demand"] = "1"
    found.refresh()
    found.refresh()
    registry.versions["demand"] = "2"
    found.refresh()
    assert answering(found, "demand") == "2"
    assert registry.loads == [("demand", "1"), ("demand", "2")]


def test_a_version_that_does_not_load_leaves_the_old_one_and_is_tried_once() -> None:
    registry, found = champions()
    registry.versions["demand"] = "1"
    found.refresh()
    registry.versions["demand"], registry.broken = "2", {"2"}
    found.refresh()
    found.refresh()
    assert answering(found, "demand") == "1"
    assert found.status()["refused"] == {"demand": "2"}
    assert registry.loads == [("demand", "1"), ("demand", "2")]
    registry.versions["demand"] = "3"
    found.refresh()
    assert answering(found, "demand") == "3"
    assert found.status()["refused"] == {}


def test_a_registry_that_is_away_costs_nothing() -> None:
    registry, found = champions()
    registry.versions["demand"] = "1"
    found.refresh()
    registry.away = True
    found.refresh()
    assert answering(found, "demand") == "1"
