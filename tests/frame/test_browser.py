"""Chromium comes through the system's package manager, or one line says how to get it."""

import os
from pathlib import Path

import pytest

from tests.support.browser import NoChromium, find_chromium


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, on a machine where we are root and have no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("SEHAT_CHROMIUM", raising=False)
    monkeypatch.setattr("tests.support.browser.MACOS", tmp_path / "none")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def apt_get(folder: Path, body: str) -> None:
    (folder / "apt-get").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "apt-get").chmod(0o755)


def test_root_on_debian_gets_it_installed(bare: Path) -> None:
    browser = bare / "chromium"
    apt_get(
        bare, f'case "$*" in *"install -y"*chromium) : > {browser}; /bin/chmod 755 {browser};; esac'
    )
    assert find_chromium() == browser


def test_what_the_package_manager_said_is_passed_on(bare: Path) -> None:
    apt_get(bare, "echo 'Temporary failure resolving' >&2; exit 100")
    with pytest.raises(NoChromium, match="apt-get update said: Temporary failure resolving"):
        find_chromium()


def test_without_a_package_manager_one_line_says_how(bare: Path) -> None:
    with pytest.raises(NoChromium, match=r"^[^\n]*apt-get install chromium[^\n]*$"):
        find_chromium()


def test_a_user_installs_nothing(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt_get(bare, f": > {bare}/touched")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoChromium):
        find_chromium()
    assert not (bare / "touched").exists()
