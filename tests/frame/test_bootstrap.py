"""The bootstrap costs nothing when nothing changed, and says what to do when it cannot go on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INPUTS = {
    ".venv/.stamp": ["requirements.lock", "pyproject.toml", "scripts/bootstrap"],
    "portal/static/vendor/.stamp": [
        "package.json",
        "package-lock.json",
        "scripts/portal_assets.py",
    ],
}


def program(file: Path, body: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which everything was installed: its programs do nothing, its stamps are right."""
    here = tmp_path / "checkout"
    for stamp, inputs in INPUTS.items():
        text = f"{here}\n"
        for name in inputs:
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, here / name)
            text += (ROOT / name).read_text()
        (here / stamp).parent.mkdir(parents=True, exist_ok=True)
        (here / stamp).write_text(text)
    for name in ("sehat", "python", "npm"):
        program(here / ".venv" / "bin" / name, "exit 0")
    program(here / "scripts" / "uv", f'echo "$@" >> {here}/uv.log; exit ${{UV_FAILS:-0}}')
    return here


def bootstrap(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", checkout / "scripts" / "bootstrap"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def test_nothing_changed_does_and_says_nothing(checkout: Path) -> None:
    run = bootstrap(checkout)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert not (checkout / "uv.log").exists()


@pytest.mark.parametrize("stamp", INPUTS)
def test_a_changed_input_installs_again_once(checkout: Path, stamp: str) -> None:
    changed = checkout / INPUTS[stamp][0]
    changed.write_text(changed.read_text() + "\n")
    before = (checkout / stamp).read_text()
    assert "nstalling" in (said := bootstrap(checkout).stdout) or "Fetching" in said
    assert (checkout / stamp).read_text() != before
    assert bootstrap(checkout).stdout == ""


def test_an_install_that_failed_leaves_no_stamp(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("uv==1\n")
    assert bootstrap(checkout, UV_FAILS="3").returncode == 3
    assert not (checkout / ".venv" / ".stamp").exists()


def test_without_a_stamp_or_in_another_place_the_environment_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv" / ".stamp").write_text("/somewhere/else\n")
    asked = checkout.parent / "asked"
    program(checkout.parent / "python", f'echo "$@" >> {asked}; exit 0')
    bootstrap(checkout, PYTHON=str(checkout.parent / "python"))
    assert "-m venv --clear .venv" in asked.read_text()


def test_an_environment_of_another_folder_is_left_alone(checkout: Path) -> None:
    others = checkout.parent / "others"
    (checkout / ".venv").rename(others)
    (others / ".stamp").write_text("/somewhere/else\n")
    (checkout / ".venv").symlink_to(others)
    program(checkout.parent / "python", f"rm -r {others}")
    kept = {file: file.read_text() for file in others.rglob("*") if file.is_file()}
    run = bootstrap(checkout, PYTHON=str(checkout.parent / "python"))
    assert run.returncode == 1
    assert f"link to {others}," in run.stderr
    assert "rm .venv" in run.stderr
    assert {file: file.read_text() for file in others.rglob("*") if file.is_file()} == kept


def test_an_environment_of_ones_own_may_lie_elsewhere(checkout: Path) -> None:
    (checkout / ".venv").rename(checkout.parent / "large_disk")
    (checkout / ".venv").symlink_to(checkout.parent / "large_disk")
    assert bootstrap(checkout).stdout == ""


def test_without_a_fitting_python_it_says_what_to_install(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    tools = checkout.parent / "tools"
    for name in ("cat", "cmp", "head", "dirname", "grep", "rm", "mv"):
        program(tools / name, f'exec {shutil.which(name)} "$@"')
    program(tools / "python3", "exit 1")  # as a Python of another version answers
    run = bootstrap(checkout, PATH=str(tools))
    assert run.returncode == 1
    assert "apt-get install python3.11" in run.stderr
    assert not (checkout / ".venv").exists()


@pytest.fixture
def told_uv(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Run scripts/uv in a checkout whose uv prints what it was told, and return that."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "uv", tmp_path / "scripts" / "uv")
    told = " ".join(
        f"{name}=${name}" for name in ("UV_FIND_LINKS", "UV_DEFAULT_INDEX", "UV_TORCH_BACKEND")
    )
    program(tmp_path / ".venv" / "bin" / "uv", f'echo "{told} $*"')
    program(tmp_path / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"')

    def run(**environment: str) -> str:
        outside = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
        return subprocess.run(
            [tmp_path / "scripts" / "uv", "pip", "list"],
            env=outside | {"PIP_CONFIG_FILE": os.devnull} | environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    return run


def test_uv_takes_the_small_torch_from_its_registry(told_uv) -> None:  # type: ignore[no-untyped-def]
    assert told_uv() == "UV_FIND_LINKS= UV_DEFAULT_INDEX= UV_TORCH_BACKEND=cpu pip list"


def test_uv_takes_torch_from_a_wheel_at_hand(told_uv, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    (tmp_path / f"torch-2.13.0+cpu-{tag}-{tag}-any.whl").touch()
    assert told_uv(PIP_FIND_LINKS=f"/none {tmp_path}") == (
        f"UV_FIND_LINKS=/none,{tmp_path} UV_DEFAULT_INDEX= UV_TORCH_BACKEND= pip list"
    )


def test_uv_follows_pips_registry_but_not_its_additional_ones(told_uv, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nfind-links =\n  /a\n  /b\nindex-url = https://one.example\nextra-index-url = https://two.example\n"
    )
    told = told_uv(PIP_CONFIG_FILE=str(config))
    assert "UV_FIND_LINKS=/a,/b UV_DEFAULT_INDEX=https://one.example " in told
    assert "two.example" not in told
