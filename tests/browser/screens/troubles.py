"""What is said when something cannot be shown."""

from playwright.sync_api import Page, expect

from tests.browser.screens.screen import Screen, Stage, goes


def too_long_open(_stage: Stage, page: Page) -> None:
    """A form whose page has been open for longer than its cookie lived."""
    page.goto("/login/")
    page.context.clear_cookies()
    page.locator("[name=email]").fill("grace@example.com")
    page.locator("[name=password]").fill("a long and quiet river")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="That page had been open too long")).to_be_visible()


SCREENS = (
    Screen("not-found", goes("/broken/404/")),
    Screen("not-yours", goes("/broken/403/")),
    Screen("not-a-form", goes("/logout/"), "/logout/"),
    Screen("not-readable", goes("/broken/400/")),
    Screen("open-too-long", too_long_open, "/login/", ""),
    Screen("broken", goes("/broken/500/")),
    Screen("out-of-reach", goes("/broken/503/")),
    Screen("offline", goes("/offline/"), "/offline/", ""),
    Screen("protocol", goes("/api/events/"), "/api/events/", ""),
)
