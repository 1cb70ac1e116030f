"""Takes the pictures in `docs/screenshots/`: every screen of the demo, on a server of its own, in a real browser.

    python -m tests.browser.screenshots [SCREEN …]

Each at three widths, by day and by night. Looks best where the fonts Inter and Noto Color Emoji are installed.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from config.embedded import Services
from config.env import ROOT
from tests.browser.chromium import DESKTOP, PHONE, launch
from tests.browser.people import fill_in
from tests.browser.server import Server
from tests.browser.touch import hold

TARGET = ROOT / "docs" / "screenshots"
GRACE, ALAN = "grace@demo.parley.example", "alan@demo.parley.example"
QUALITY = 38
SMALLER = 0.66
"""What most pictures are scaled by: all together shall stay below two megabytes."""
SHARP = {"room", "switcher"}
"""README shows the one; what is blurred behind a dialog is not drawn well at another scale."""
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}}
WIDTHS = {"1280": DESKTOP, "768": TABLET, "390": PHONE}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

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
        wanted = sys.argv[1:]
        taken = set(take_all(browser, url, passwords, wanted))
        browser.close()
    if not wanted:
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
        "VAR_DIR": str(directory / "var"),  # where its pictures lie
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


def take_all(browser: Browser, url: str, passwords: dict[str, str], wanted: list[str]) -> Iterator[Path]:
    """Take the pictures one by one, of these screens or of all; yields their files."""
    grace, alan = (_sign_in(browser, url, email, passwords[email]) for email in (GRACE, ALAN))
    friend = browser.new_context(base_url=url, storage_state=alan).new_page()
    _open(friend, "Grace Hopper")
    for screen, scene in SCREENS.items():
        if wanted and screen not in wanted:
            continue
        for width, options in WIDTHS.items():
            who = None if screen in OUTSIDE else grace
            context = browser.new_context(base_url=url, storage_state=who, reduced_motion="reduce", **options)
            page = context.new_page()
            scene(page, friend)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                yield _save(page, f"{screen}-{width}-{theme}", scale=1 if screen in SHARP else SMALLER)
            context.close()


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


def _group(page: Page, _friend: Page) -> None:
    """A room of many: with its details where they have a column, with the toolbar at a message, or with its sheet."""
    wide = page.viewport_size == DESKTOP["viewport"]
    if wide:
        page.add_init_script("localStorage.setItem('parley-details', 'open')")
    _open(page, "Tide engine")
    if page.viewport_size == PHONE["viewport"]:
        hold(page.locator(".message", has_text="And the other 11,000 rows?"))
        return
    if wide:
        expect(page.get_by_role("complementary", name="Details")).to_contain_text("Katherine Johnson")
    page.get_by_text("An hour of water").hover()
    page.wait_for_selector(".toolbar")


def _in_room(name: str, path: str = "") -> Scene:
    def scene(page: Page, _friend: Page) -> None:
        _open(page, name)
        if path:
            page.goto(f"{page.url}{path}", wait_until="networkidle")

    return scene


def _message(page: Page, _friend: Page) -> None:
    """All that can be done with one message, by plain forms."""
    page.goto("/saved/")
    page.get_by_role("link", name="More about this message").first.click()
    page.wait_for_url("**/messages/*/")


def _switch(page: Page, _friend: Page) -> None:
    """Where to go, asked by keyboard."""
    _open(page, "Alan Turing")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").press_sequentially("ha")
    page.wait_for_selector("[role=option]")


def _pictures(page: Page, _friend: Page) -> None:
    """A message with two pictures, and a voice message below it."""
    _open(page, "Kitchen table")
    gallery = page.locator(".message", has_text="The same pier")
    gallery.evaluate("(message) => message.scrollIntoView()")
    gallery.locator(".picture__image").evaluate_all("(all) => Promise.all(all.map((each) => each.decode()))")


def _lightbox(page: Page, friend: Page) -> None:
    _pictures(page, friend)
    page.locator(".message", has_text="The same pier").locator(".picture").first.click()
    image = page.wait_for_selector("[data-slot=lightbox-image]")
    assert image
    page.wait_for_load_state("networkidle")  # the whole picture has come
    image.evaluate("(image) => image.decode()")


def _recorder(page: Page, _friend: Page) -> None:
    """A voice that is being recorded; the microphone of this browser beeps."""
    _open(page, "Ada Lovelace")
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("0:0[2-9]"))


def _open(page: Page, name: str) -> None:
    """Go to a conversation by its address: a click would leave the pointer on a message, with the toolbar at it."""
    page.goto("/rooms/")
    page.goto(page.locator(".row", has_text=name).get_attribute("href") or "")
    page.wait_for_selector("parley-chat:defined")


def _save(page: Page, name: str, *, scale: float) -> Path:
    """Write a WebP, which the browser makes itself: a tenth of the PNG."""
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => true)")
    session = page.context.new_cdp_session(page)
    size = page.viewport_size
    assert size
    clip = {"x": 0, "y": 0, **size, "scale": scale}
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
    file = TARGET / f"{name}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    return file


OUTSIDE = {"login", "signup", "offline"}
SCREENS: dict[str, Scene] = {
    "room": _talk,
    "group": _group,
    "pictures": _pictures,
    "lightbox": _lightbox,
    "recorder": _recorder,
    "rooms": _at("/rooms/"),
    "switcher": _switch,
    "details": _in_room("Tide engine", "details/"),
    "about": _in_room("Tide engine", "about/"),
    "preferences": _in_room("Alan Turing", "me/"),
    "pins": _in_room("Tide engine", "pins/"),
    "message": _message,
    "saved": _at("/saved/"),
    "search": _at("/search/?q=tide"),
    "people": _at("/people/"),
    "rooms-to-find": _at("/rooms/find/"),
    "settings-profile": _at("/settings/"),
    "settings-appearance": _at("/settings/appearance/"),
    "settings-devices": _at("/settings/devices/"),
    "login": _at("/login/"),
    "signup": _at("/signup/"),
    "offline": _at("/offline/"),
}


if __name__ == "__main__":
    main()
