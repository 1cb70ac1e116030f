"""Takes the pictures in `docs/screenshots/`: every screen there is, on a server of its own, in a real browser.

    python -m tests.browser.screenshots [SCREEN …]

Each at three widths, by day and by night. Looks best where the fonts Inter and Noto Color Emoji are installed.
What there is to be seen is in `tests.browser.screens`.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from config.embedded import Services
from config.env import ROOT
from tests.browser.chromium import DESKTOP, PHONE, launch
from tests.browser.host import HostSite
from tests.browser.people import fill_in
from tests.browser.screens import SCREENS, widget
from tests.browser.screens.screen import Going, Screen, Stage, email_of
from tests.browser.server import Server

TARGET = ROOT / "docs" / "screenshots"
QUALITY = 34
COLOURS = 48
"""What is flat is as small with so many colours and nothing lost of its lines, which lossy pictures blur."""
LARGER = 1.2
"""How much larger than a lossy picture it may be."""
SMALLER = 0.48
"""What most pictures are scaled by: all together shall stay below 3.5 megabytes."""
SHARP = {"room-1280-light"}
"""README shows it."""
# No colour is on its way from the day to the night, and every letter has its font.
DRAWN = """async () => {
  await document.fonts.ready;
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const ends = (animation) => Number.isFinite(animation.effect.getComputedTiming().endTime);
  for (const animation of document.getAnimations().filter(ends)) animation.finish();
  await frame();
}"""
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}}
WIDTHS = {"1280": DESKTOP, "768": TABLET, "390": PHONE}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE_MS = 15_000
FRESH_SECONDS = 240
# The script is alive where there is one, and the pictures that are on the screen have come.
SETTLED = """async () => {
  if (document.querySelector("parley-chat")) await customElements.whenDefined("parley-chat");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const boxes = [...document.images].map((image) => [image, image.getBoundingClientRect()]);
  const seen = boxes.filter(([, { top, bottom }]) => bottom > 0 && top < innerHeight);
  await Promise.race([Promise.allSettled(seen.map(([image]) => image.decode())), pause(3000)]);
  await pause(150);
}"""


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    expect.set_options(timeout=PATIENCE_MS)
    with (
        tempfile.TemporaryDirectory(prefix="parley-screenshots-") as directory,
        furnished(Path(directory)) as (url, places, password),
        sync_playwright() as playwright,
        ThreadPoolExecutor(2) as pool,
    ):
        browser = launch(playwright)
        studio = Studio(browser, url, password, pool)
        stage = Stage(url, places, Path(directory), password, studio.friend(places))
        failures = []
        for screen in [each for each in SCREENS if not wanted or each.name in wanted]:
            try:
                studio.take(screen, stage)
            except (AssertionError, PlaywrightError) as error:  # the others are taken all the same
                failures.append(screen.name)
                sys.stderr.write(f"{screen.name}: {error}\n")
        browser.close()
    if failures:
        sys.exit(f"Not taken: {' '.join(failures)}")
    if not wanted:
        for old in set(TARGET.glob("*.webp")) - {picture.result() for picture in studio.pictures}:
            old.unlink()


@contextmanager
def furnished(directory: Path) -> Iterator[tuple[str, dict[str, str], str]]:
    """Run a server with the demo and more, on services of its own; yields address, places, and everybody's password."""
    services = Services(directory, durable=False)
    env = {
        "ENV_FILE": "",
        "DEBUG": "true",
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "LOG_LEVEL": "ERROR",
        "STATIC_ROOT": str(directory / "static"),
        "VAR_DIR": str(directory / "var"),  # where its pictures lie
    }
    maker = Server(env=env, log=directory / "maker.log")
    server = Server(
        env=env | {"DJANGO_SETTINGS_MODULE": "tests.browser.screens.settings"}, log=directory / "server.log", workers=1
    )
    services.start()
    try:
        maker.manage("collectstatic", "--noinput", "--verbosity", "0")
        maker.migrate()
        password = maker.manage("demo").split()[-1]
        furnish = f"from tests.browser.screens.furnish import furnish; furnish({str(directory)!r})"
        places = json.loads(maker.manage("shell", "--verbosity", "0", "--command", furnish))
        server.start()
        with HostSite(server.url) as shop:
            room = places["Kitchen table"].split("/")[2]
            site = maker.manage(
                "create_widget", "Boats & Ropes", "--origin", shop.url, "--room", room, "--guests", "--json"
            )
            widget.furnish(shop, json.loads(site)["site"])
            yield server.url, places | {"shop": shop.url}, password
    finally:
        server.stop()
        services.stop()


class Studio:
    """Takes the pictures; what the browser has drawn is made small in threads meanwhile."""

    def __init__(self, browser: Browser, url: str, password: str, pool: ThreadPoolExecutor) -> None:
        self.pictures: list[Future[Path]] = []
        self._browser, self._url, self._password, self._pool = browser, url, password, pool
        self._signed_in = cache(self._sign_in)

    def friend(self, places: dict[str, str]) -> Page:
        """The page of Alan, in his conversation with Grace."""
        context = self._browser.new_context(base_url=self._url, storage_state=self._state("alan"))
        page = context.new_page()
        page.goto(places["alan & grace"])
        page.wait_for_selector("parley-chat:defined")
        return page

    def take(self, screen: Screen, stage: Stage) -> None:
        """Take the pictures of one screen. Where nothing is done to a page it only gets narrower, down to a phone's."""
        before: Page | None = None
        for width, options in WIDTHS.items():
            if before and isinstance(screen.show, Going) and "is_mobile" not in options:
                page = before
                page.set_viewport_size(options["viewport"])
            else:
                page = self._page(screen.who, options)
                screen.show(stage, page)
                page.evaluate(SETTLED)
            screen.require_place(page)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                name = f"{screen.name}-{width}-{theme}"
                scale = 1 if name in SHARP else SMALLER
                # What is blurred behind a dialog is not drawn well at another scale: it is made smaller later.
                drawn = _draw(page, scale=1 if screen.dialog else scale)
                self.pictures.append(self._pool.submit(_keep, drawn, name, scale=scale if screen.dialog else 1))
            if before and before is not page:
                before.context.close()
            before = page
        if before:
            before.context.close()

    def _page(self, who: str, options: dict[str, Any]) -> Page:
        state = self._state(who) if who else None
        context = self._browser.new_context(
            base_url=self._url, storage_state=state, reduced_motion="reduce", service_workers="block", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    def _state(self, who: str) -> StorageState:
        """What a browser of theirs keeps; taken anew before its tokens are too old to be shared by several."""
        return self._signed_in(who, int(time.monotonic() // FRESH_SECONDS))

    def _sign_in(self, who: str, _turn: int) -> StorageState:
        context = self._browser.new_context(base_url=self._url)
        page = context.new_page()
        page.goto("/login/")
        fill_in(page, email=email_of(who), password=self._password)
        page.wait_for_url("**/rooms/")
        state = context.storage_state()
        context.close()
        return state


def _draw(page: Page, *, scale: float) -> bytes:
    """What is to be seen, as a PNG."""
    page.evaluate(DRAWN)
    session = page.context.new_cdp_session(page)
    size = page.viewport_size
    assert size
    clip = {"x": 0, "y": page.evaluate("scrollY"), **size, "scale": scale}
    shot = session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True, "clip": clip})
    return base64.b64decode(shot["data"])


def _keep(drawn: bytes, name: str, *, scale: float) -> Path:
    """Write a WebP, lossy or of few colours, whichever is smaller."""
    picture = Image.open(BytesIO(drawn)).convert("RGB")
    if scale != 1:
        width, height = (round(side * scale) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    flat = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    exact, lossy = _webp(flat, lossless=True, quality=60, method=4), _webp(picture, quality=QUALITY, method=6)
    file = TARGET / f"{name}.webp"
    file.write_bytes(exact if len(exact) < len(lossy) * LARGER else lossy)
    return file


def _webp(picture: Image.Image, **options: Any) -> bytes:
    target = BytesIO()
    picture.save(target, "WEBP", **options)
    return target.getvalue()


if __name__ == "__main__":
    main()
