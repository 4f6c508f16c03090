"""Chromium for the browser tests: the system's, installed through its package manager if need be.

`playwright install` is never used: its browsers come from no package registry.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW = "browser tests need Chromium: apt-get install chromium (or SEHAT_CHROMIUM=/path/to/chromium)"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that names another host finds no address for it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
DEVICES = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"  # as if the reader pressed Allow


class NoChromium(Exception):
    """There is no browser, and this user may not install one."""


def installed() -> Path | None:
    if named := os.environ.get("SEHAT_CHROMIUM"):
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return MACOS if MACOS.exists() else None


def find_chromium() -> Path:
    """The browser's program. As root on Debian it is installed when missing; else NoChromium."""
    if found := installed():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        # The other half of a run may be installing it, and apt does not wait for its own lists.
        with (Path(tempfile.gettempdir()) / "sehat-test-chromium.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if found := installed() or by_apt():
                return found
    raise NoChromium(HOW)


def by_apt() -> Path | None:
    wait = ["-o", "DPkg::Lock::Timeout=600"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"} | os.environ
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", *wait, "-qq", *command], env=quiet, capture_output=True, text=True
        )
        if done.returncode:
            raise NoChromium(f"{HOW}\napt-get {command[0]} said: {done.stderr.strip()}")
    return installed()


@contextmanager
def launched(
    playwright: Playwright,
    program: Path,
    camera: Path | None = None,
    microphone: Path | None = None,
    *,
    allowed: bool = True,
) -> Iterator[Browser]:
    """A running browser; `camera` is an .mjpeg file that its webcam shows, `microphone` a .wav file
    that is heard once. Not `allowed`: a page that asks for either is refused."""
    flags = list(FLAGS)
    if camera or microphone:
        flags += [DEVICES, *([ALLOWED] if allowed else [])]
    if camera:
        flags.append(f"--use-file-for-fake-video-capture={camera}")
    if microphone:
        flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    browser = playwright.chromium.launch(executable_path=program, args=flags)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def local_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in its own session; afterwards it fails if the page asked another host for anything.

    `options` are Playwright's for a context, such as `java_script_enabled=False`.
    """
    context = browser.new_context(**{"locale": "en-IN", "timezone_id": "Asia/Kolkata"} | options)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    try:
        yield context.new_page()
    finally:
        context.close()
    web = [url for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")]
    outside = [url for url in web if urlsplit(url).hostname not in ("127.0.0.1", "localhost")]
    assert not outside, f"the page asked other hosts: {', '.join(outside)}"


def until(page: Page, holds: str, seconds: float = 15) -> None:
    """Wait until the JavaScript expression `holds` is true on the page.

    Playwright's own `wait_for_function` evaluates text inside the page once it has to wait, which
    the portal's Content-Security-Policy refuses.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < deadline, f"{page.url}: this did not come about: {holds}"
        page.wait_for_timeout(30)
