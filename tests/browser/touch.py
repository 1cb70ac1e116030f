"""A finger on the screen."""

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


def menu(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Message actions")
