"""Takes the pictures in `docs/screenshots/`: the demo, on a server of its own, in a real browser.

    python -m tests.browser.screenshots

Looks best where the fonts Inter and Noto Color Emoji are installed.
"""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from config.embedded import Services

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

GRACE, ALAN = "grace@demo.parley.example", "alan@demo.parley.example"
SIZES = {"1280": (1280, 800), "390": (390, 844)}
SCHEMES = ("light", "dark")
OUTSIDE = {"login": "/login/", "signup": "/signup/"}
INSIDE = {"rooms": "/rooms/", "people": "/people/", "profile": "/settings/"}
MANAGE = (sys.executable, "manage.py")
QUALITY = 82
START_SECONDS = 30


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="parley-screenshots-") as directory,
        server(Path(directory)) as (url, sign_ins),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        take_all(browser, url, sign_ins)
        browser.close()


def _manage(command: str, *, env: dict[str, str]) -> str:
    done = subprocess.run([*MANAGE, command], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def server(directory: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run the demo with services of its own; yields the address, and passwords by e-mail."""
    services = Services(directory, durable=False)
    url = f"http://127.0.0.1:{_free_port()}"
    env = os.environ | {
        "ENV_FILE": "",
        "DEBUG": "true",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "LOG_LEVEL": "WARNING",
    }
    services.start()
    try:
        _manage("migrate", env=env)
        sign_ins = dict(line.split()[-2:] for line in _manage("demo", env=env).splitlines())
        command = [*MANAGE, "serve", "--workers", "1", "--bind", url.removeprefix("http://")]
        with subprocess.Popen(command, cwd=ROOT, env=env) as process:
            try:
                _wait_for(f"{url}/readyz")
                yield url, sign_ins
            finally:
                process.terminate()
    finally:
        services.stop()


def take_all(browser: Browser, url: str, sign_ins: dict[str, str]) -> None:
    grace, his = (_sign_in(browser, url, email, sign_ins[email]) for email in (GRACE, ALAN))
    alan = browser.new_context(base_url=url, storage_state=his)
    friend = alan.new_page()
    friend.goto("/rooms/")
    friend.locator(".row", has_text="Grace Hopper").click()
    for size in SIZES:
        for scheme in SCHEMES:
            outside = _context(browser, url, size, scheme)
            inside = _context(browser, url, size, scheme, grace)
            for name, path in OUTSIDE.items():
                _take(outside, path, f"{name}-{size}-{scheme}")
            for name, path in INSIDE.items():
                _take(inside, path, f"{name}-{size}-{scheme}")
            _take_room(inside, friend, f"room-{size}-{scheme}")
            outside.close()
            inside.close()


def _sign_in(browser: Browser, url: str, email: str, password: str) -> StorageState:
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/login/")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/rooms/")
    state = context.storage_state()
    context.close()
    return state


def _context(browser: Browser, url: str, size: str, scheme: str, state: StorageState | None = None) -> BrowserContext:
    width, height = SIZES[size]
    phone = size == "390"
    return browser.new_context(
        base_url=url,
        storage_state=state,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        is_mobile=phone,
        has_touch=phone,
    )


def _take(context: BrowserContext, path: str, name: str) -> None:
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    _save(page, name)
    page.close()


def _take_room(context: BrowserContext, friend: Page, name: str) -> None:
    """The conversation with Alan, who is there and writing."""
    page = context.new_page()
    page.goto("/rooms/")
    # by its address: a click would leave the pointer on a message, with the toolbar under it
    page.goto(page.locator(".row", has_text="Alan Turing").get_attribute("href") or "")
    page.wait_for_selector(".room .presence[data-status=active]")
    friend.locator("textarea").press_sequentially("On my way", delay=20)
    page.wait_for_selector(".typing:not([hidden])")
    _save(page, name)
    friend.locator("textarea").fill("")
    page.close()


def _save(page: Page, name: str) -> None:
    """Write a WebP, which the browser makes itself: a tenth of the PNG."""
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (TARGET / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
