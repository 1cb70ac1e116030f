"""Takes the pictures in `docs/screenshots/`: the demo, on a server of its own, in a real browser.

    python -m tests.browser.screenshots

Looks best where the fonts Inter and Noto Color Emoji are installed.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from config.embedded import Services
from config.env import ROOT
from tests.browser.chromium import DESKTOP, PHONE, launch
from tests.browser.people import fill_in
from tests.browser.server import Server
from tests.browser.touch import hold

TARGET = ROOT / "docs" / "screenshots"
GRACE, ALAN = "grace@demo.parley.example", "alan@demo.parley.example"
QUALITY = 80

Scene = Callable[[Page, Page], None]
"""What is to be seen on the page of Grace, while Alan is there as well."""


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="parley-screenshots-") as directory,
        demo(Path(directory)) as (url, passwords),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        taken = set(take_all(browser, url, passwords))
        browser.close()
    for old in set(TARGET.glob("*.webp")) - taken:
        old.unlink()


@contextmanager
def demo(directory: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a server with the demo, on services of its own; yields the address, and passwords by e-mail."""
    services = Services(directory, durable=False)
    env = {
        "ENV_FILE": "",
        "DEBUG": "true",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "LOG_LEVEL": "WARNING",
    }
    server = Server(env=env, log=directory / "server.log", workers=1)
    services.start()
    try:
        server.migrate()
        passwords = dict(line.split()[-2:] for line in server.manage("demo").splitlines())
        server.start()
        yield server.url, passwords
    finally:
        server.stop()
        services.stop()


def take_all(browser: Browser, url: str, passwords: dict[str, str]) -> Iterator[Path]:
    """Take the pictures one by one; yields their files."""
    grace, alan = (_sign_in(browser, url, email, passwords[email]) for email in (GRACE, ALAN))
    friend = browser.new_context(base_url=url, storage_state=alan).new_page()
    _open(friend, "Grace Hopper")
    pictures: dict[str, Scene] = {
        "room-1280-light": _talk,
        "room-390-dark": _talk,
        "group-1280-dark": _point,
        "menu-390-light": _hold,
        "rooms-390-light": _at("/rooms/"),
        "saved-1280-light": _at("/saved/"),
    }
    for name, scene in pictures.items():
        options = {**(PHONE if "-390-" in name else DESKTOP), "color_scheme": name.rpartition("-")[2]}
        context = browser.new_context(base_url=url, storage_state=grace, reduced_motion="reduce", **options)
        page = context.new_page()
        scene(page, friend)
        yield _save(page, name)
        context.close()
    page = browser.new_page(base_url=url, **DESKTOP)
    page.goto("/login/")
    yield _save(page, "login-1280-light")


def _sign_in(browser: Browser, url: str, email: str, password: str) -> StorageState:
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/login/")
    fill_in(page, email=email, password=password)
    page.wait_for_url("**/rooms/")
    state = context.storage_state()
    context.close()
    return state


def _at(path: str) -> Scene:
    def scene(page: Page, _friend: Page) -> None:
        page.goto(path, wait_until="networkidle")

    return scene


def _talk(page: Page, friend: Page) -> None:
    """The conversation with Alan, who is writing."""
    _open(page, "Alan Turing")
    page.wait_for_selector(".room .presence[data-status=active]")
    box = friend.get_by_role("textbox", name="Write to")
    while page.locator(".typing").is_hidden():  # typing is told once in three seconds
        box.press_sequentially("On my way", delay=20)
    box.fill("")


def _point(page: Page, _friend: Page) -> None:
    """A room of many, with the toolbar at a message."""
    _open(page, "Tide engine")
    page.get_by_text("An hour of water").hover()
    page.wait_for_selector(".toolbar")


def _hold(page: Page, _friend: Page) -> None:
    """The sheet that opens under a finger."""
    _open(page, "Tide engine")
    hold(page.locator(".message", has_text="And the other 11,000 rows?"))


def _open(page: Page, name: str) -> None:
    """Go to a conversation by its address: a click would leave the pointer on a message, with the toolbar at it."""
    page.goto("/rooms/")
    page.goto(page.locator(".row", has_text=name).get_attribute("href") or "")
    page.evaluate("customElements.whenDefined('parley-chat').then(() => true)")


def _save(page: Page, name: str) -> Path:
    """Write a WebP, which the browser makes itself: a tenth of the PNG."""
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file = TARGET / f"{name}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    return file


if __name__ == "__main__":
    main()
