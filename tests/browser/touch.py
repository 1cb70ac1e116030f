"""A finger on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect


def hold(message: Locator) -> Locator:
    """Rest a finger on a message until its menu opens, then lift it; answers the menu."""
    page = message.page
    box = message.locator("[data-slot=body]").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    point = {"x": box["x"] + 12, "y": box["y"] + 12}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(menu(page)).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return menu(page)


@contextmanager
def drawn(message: Locator, *, by: int, down: int = 0) -> Iterator[None]:
    """Draw a finger over a message, so many pixels to the right and down in ten steps; at the end it is lifted."""
    box = message.locator("[data-slot=body]").bounding_box()
    assert box
    touch = message.page.context.new_cdp_session(message.page)
    for step in range(11):
        point = {"x": box["x"] + box["width"] / 2 + by * step / 10, "y": box["y"] + 10 + down * step / 10}
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    yield
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def swipe(message: Locator, *, by: int, down: int = 0) -> None:
    with drawn(message, by=by, down=down):
        pass


def menu(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Message actions")
