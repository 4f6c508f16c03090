"""Every dependency has its reason, and no lock knows the machine it was made on."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [
    "records_api",
    "features",
    "training",
    "models",
    "serving",
    "portal",
    "sehat",
    "knowledge",
    "ink",
    "tests",
    "scripts",
]


def normal(name: str) -> str:
    """The name as registries compare it."""
    return re.sub(r"[._]", "-", name.lower())


def named_in_requirements() -> list[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [re.split(r"[\[=<>; #]", line)[0] for line in lines if line and line[0] not in "#-"]


def named_in_package_json() -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / "package.json").read_text())["dependencies"]
    return found


def reasons() -> list[str]:
    page = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text()
    return re.findall(r"^\| ([^ |]+) \| .+ \|$", page, re.MULTILINE)


def imported(folder: str) -> set[str]:
    """The top-level modules that the folder's files import, the standard library's left out."""
    found = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {*FOLDERS, "offline_guard"}


# Loaded only where a site has installed them beside a model of its own (docs/speech.md).
OPTIONAL = {"faster_whisper", "vosk"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_imported_is_named_and_not_there_by_luck(folder: str) -> None:
    named = {normal(name) for name in named_in_requirements()}
    offered = packages_distributions()
    for module in imported(folder) - OPTIONAL:
        assert {normal(name) for name in offered.get(module, [])} & named, module


def test_each_dependency_has_one_reason_and_each_reason_its_dependency() -> None:
    named = [*named_in_requirements(), *named_in_package_json()]
    assert sorted(set(reasons()) - {"package"}) == sorted(named)


def test_the_lock_pins_every_named_package_and_nothing_of_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9._-]+==[A-Za-z0-9.]+", pin) for pin in pins)
    pinned = {pin.split("==")[0] for pin in pins}
    assert {normal(name) for name in named_in_requirements()} <= {normal(name) for name in pinned}
    assert not re.search(r"file:|https?:|/tmp|/opt|/home", lock)


def test_portal_packages_are_pinned_exactly_without_a_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert not any("resolved" in entry for entry in packages.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    for name, version in named_in_package_json().items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert packages[f"node_modules/{name}"]["version"] == version


def test_there_is_no_second_lock() -> None:
    assert not (ROOT / "uv.lock").exists()  # it would record where packages came from
