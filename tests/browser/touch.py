"""A finger on the screen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import CDPSession, Locator, Page
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.people import SOON

#: A finger that takes longer to set off rests, as a page sees it (`touch.js`): here one that a busy machine holds up.
AT_ONCE_SECONDS = 0.3
TRIES = 20


def hold(message: Locator) -> Locator:
    """Rest a finger on a message until its menu opens, then lift it; answers the menu."""
    page = message.page
    touch = page.context.new_cdp_session(page)
    for _ in range(TRIES):  # what scrolls meanwhile by itself takes it for the beginning of a scroll
        box = message.locator("[data-slot=body]").bounding_box()
        assert box
        _touch(touch, "touchStart", box["x"] + 12, box["y"] + 12)
        with suppress(TooLate):
            menu(page).wait_for(timeout=SOON)
            _lift(touch)
            return menu(page)
        _lift(touch)
    raise AssertionError("No menu opens under the finger.")


@contextmanager
def drawn(message: Locator, *, by: int, down: int = 0) -> Iterator[None]:
    """Draw a finger over a message, so many pixels to the right and down in ten steps; at the end it is lifted."""
    touch = message.page.context.new_cdp_session(message.page)
    for _ in range(TRIES):
        if _draw(touch, message, by, down):
            break
        _lift(touch)
        if menu(message.page).count():
            message.page.keyboard.press("Escape")
    else:
        raise AssertionError("The machine holds up each finger.")
    yield
    _lift(touch)


def swipe(message: Locator, *, by: int, down: int = 0) -> None:
    with drawn(message, by=by, down=down):
        pass


def menu(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Message actions")


def _draw(touch: CDPSession, message: Locator, by: int, down: int) -> bool:
    """Answers whether the finger set off at once."""
    box = message.locator("[data-slot=body]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    began = time.monotonic()
    for step in range(11):
        _touch(touch, "touchMove" if step else "touchStart", x + by * step / 10, y + down * step / 10)
        if step == 4 and time.monotonic() - began > AT_ONCE_SECONDS:
            return False
    return True


def _touch(touch: CDPSession, kind: str, x: float, y: float) -> None:
    touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def _lift(touch: CDPSession) -> None:
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
