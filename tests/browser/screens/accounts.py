"""One's own account: settings, notices, the doors, and where links in mails lead."""

from playwright.sync_api import Page, expect

from tests.browser.screens.screen import BANNED, PEDDLER, Screen, Stage, email_of, fills, goes, visits

NOBODY = ""


def refused_sign_up(_stage: Stage, page: Page) -> None:
    page.goto("/signup/")
    fills(page, full_name="Annie Easley", email="annie@example.com", password="1234")
    expect(page.locator(".field__errors, .field--bad").first).to_be_visible()


def banned(stage: Stage, page: Page) -> None:
    page.goto("/login/")
    fills(page, email=email_of(BANNED), password=stage.password)
    expect(page.get_by_role("link", name="Appeal against the ban")).to_be_visible()


def reset_sent(_stage: Stage, page: Page) -> None:
    page.goto("/reset/")
    fills(page, email="annie@example.com")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()


def appeal(_stage: Stage, page: Page) -> None:
    """How a notice is answered."""
    page.goto("/notices/")
    page.locator("summary").first.click()


SCREENS = (
    Screen("settings-profile", goes("/settings/"), "/settings/"),
    Screen("settings-appearance", goes("/settings/appearance/"), "/settings/appearance/"),
    Screen("settings-notifications", goes("/settings/notifications/"), "/settings/notifications/"),
    Screen("settings-privacy", goes("/settings/privacy/"), "/settings/privacy/"),
    Screen("settings-devices", goes("/settings/devices/"), "/settings/devices/"),
    Screen("settings-account", goes("/settings/account/"), "/settings/account/"),
    Screen("notices", goes("/notices/"), "/notices/", "tony"),
    Screen("notices-appeal", appeal, "/notices/", PEDDLER),
    Screen("notices-none", goes("/notices/"), "/notices/"),
    Screen("login", goes("/login/"), "/login/", NOBODY),
    Screen("login-banned", banned, "/login/", NOBODY),
    Screen("appeal", goes("/appeal/"), "/appeal/", NOBODY),
    Screen("signup", goes("/signup/"), "/signup/", NOBODY),
    Screen("signup-refused", refused_sign_up, "/signup/", NOBODY),
    Screen("signup-invited", visits("sign-up"), "/signup/invitations/{token}/", NOBODY),
    Screen("signup-invitation-over", goes("/signup/invitations/used/"), "/signup/invitations/{token}/", NOBODY),
    Screen("signup-closed", goes("/closed/"), who=NOBODY),
    Screen("reset", goes("/reset/"), "/reset/", NOBODY),
    Screen("reset-sent", reset_sent, "/reset/", NOBODY),
    Screen("reset-password", visits("new password"), "/reset/{user}/{token}/", NOBODY),
    Screen("address-verify", visits("address"), "/verify/{user}/{token}/", NOBODY),
    Screen("address-confirm", visits("new address"), "/address/{change}/{token}/", NOBODY),
    Screen("address-undo", visits("old address"), "/address/{change}/{token}/undo/", NOBODY),
)
