"""A screen, and the stage on which it is set up."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.people import ALIVE, SOON
from tests.browser.touch import hold


@dataclass(frozen=True)
class Stage:
    """What is there to be looked at. `places` are paths by what they are called: rooms, messages, links in mails.

    `friend` is Alan's page, with his conversation with Grace open. `files` has pictures that somebody may choose.
    """

    url: str
    places: dict[str, str]
    files: Path
    password: str
    friend: Page

    def opens(self, page: Page, place: str, rest: str = "") -> None:
        """Go to a room, and wait until its page is alive."""
        page.goto(self.places[place] + rest)
        page.evaluate(ALIVE)


DOMAIN = "demo.parley.example"
TRIES = 4
NEWCOMER, PEDDLER, BANNED = "hedy", "zed", "zoe"
"""Whom the demo does not have: the keys of their addresses."""

Show = Callable[[Stage, Page], None]
"""Brings a page to what is to be seen."""


@dataclass(frozen=True)
class Screen:
    """`name` is that of its files. It is at the address `at`, as `tests/chat/matrix.txt` writes it; none: not ours.

    `who` looks at it, by the first name; none: nobody who is signed in. `dialog` is the template of what opens on it.
    """

    name: str
    show: Show
    at: str = ""
    who: str = "grace"
    dialog: str = ""

    def require_place(self, page: Page) -> None:
        """Raises `AssertionError` where the page is not at this screen's address."""
        path = urlsplit(page.url).path
        assert not self.at or form_of(self.at).fullmatch(path), f"{self.name} is at {path}, not at {self.at}"


def form_of(address: str) -> re.Pattern[str]:
    """What the paths of an address look like."""
    return re.compile(re.sub(r"{(token|batch)}|{\w+}", lambda part: r"[^/]+" if part[1] else r"\d+", address))


@dataclass(frozen=True)
class Going:
    """Shows a page that needs nothing done to it: the one at a path, or at a place of the stage and below it."""

    path: str = ""
    place: str = ""

    def __call__(self, stage: Stage, page: Page) -> None:
        page.goto((stage.places[self.place] if self.place else "") + self.path)


def goes(path: str) -> Show:
    return Going(path)


def visits(place: str, rest: str = "") -> Show:
    return Going(rest, place)


def email_of(key: str) -> str:
    return f"{key}@{DOMAIN}"


def is_wide(page: Page) -> bool:
    return bool(page.viewport_size == DESKTOP["viewport"])


def is_phone(page: Page) -> bool:
    return bool(page.viewport_size == PHONE["viewport"])


def message(page: Page, words: str) -> Locator:
    return page.locator(".message", has_text=words)


def dialog(page: Page, name: str) -> Locator:
    """What has opened, once it is there."""
    opened = page.get_by_role("dialog", name=name)
    expect(opened).to_be_visible()
    return opened


def act(page: Page, words: str, name: str) -> None:
    """Choose from the menu of a message: by pointing at it, or by a finger that rests on it."""
    open_menu(page, words).get_by_role("button", name=name, exact=True).click()


def open_menu(page: Page, words: str) -> Locator:
    row = message(page, words).first
    if is_phone(page):
        row.scroll_into_view_if_needed()
        return hold(row)
    opened = page.get_by_role("dialog", name="Message actions")
    for _ in range(TRIES):  # where the page scrolls, another message comes under the pointer
        with suppress(TooLate):
            row.hover(timeout=SOON)
            row.get_by_role("button", name="More", exact=True).click(timeout=SOON)
            break
    expect(opened).to_be_visible()
    return opened


def fills(page: Page, **fields: Any) -> None:
    """Fill in a form and send it."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main button[type=submit]").first.click()
