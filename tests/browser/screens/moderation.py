"""The moderators' tool."""

from playwright.sync_api import Page

from tests.browser.screens.screen import Screen, Stage, goes, visits

WHO = "margaret"


def many(_stage: Stage, page: Page) -> None:
    """One reason for what is done to many."""
    page.goto("/admin/chat/message/")
    for said in ("now cheaper still", "And with two boats", "One night, with a light"):
        page.locator("#result_list tr", has_text=said).locator("input.action-select").check()
    page.locator("select[name=action]").select_option(index=1)
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).first.click()
    page.locator("#id_reason").wait_for()


def tried(_stage: Stage, page: Page) -> None:
    page.goto("/admin/accounts/filterrule/try/")
    page.locator("#id_text").fill("Last chance! Nearly new watches at https://watches.example/")
    page.get_by_role("button", name="Try the text").click()
    page.locator("#result-title").wait_for()


def invited(_stage: Stage, page: Page) -> None:
    page.goto("/admin/accounts/user/invite/")
    page.locator("[name=email]").fill("mary@example.com")
    page.get_by_role("button", name="Invite them").click()
    page.locator("#made-title").wait_for()


SCREENS = (
    Screen("admin", goes("/admin/"), "/admin/", WHO),
    Screen("admin-reports", goes("/admin/chat/report/?queue=all"), "/admin/chat/report/", WHO),
    Screen("admin-report", visits("report"), "/admin/chat/report/{object}/change/", WHO),
    Screen("admin-appeal", visits("appeal"), "/admin/accounts/appeal/{object}/change/", WHO),
    Screen("admin-person", visits("person"), "/admin/accounts/user/{object}/person/", WHO),
    Screen("admin-people", goes("/admin/accounts/user/"), "/admin/accounts/user/", WHO),
    Screen("admin-account", visits("account"), "/admin/accounts/user/{object}/change/", WHO),
    Screen("admin-invite", invited, "/admin/accounts/user/invite/", WHO),
    Screen("admin-messages", goes("/admin/chat/message/"), "/admin/chat/message/", WHO),
    Screen("admin-message", visits("reported message"), "/admin/chat/message/{object}/change/", WHO),
    Screen("admin-many", many, "/admin/chat/message/", WHO),
    Screen("admin-audit", goes("/admin/accounts/auditentry/"), "/admin/accounts/auditentry/", WHO),
    Screen("admin-done", visits("done"), "/admin/accounts/auditentry/done/{batch}/", WHO),
    Screen("admin-filters", goes("/admin/accounts/filterrule/"), "/admin/accounts/filterrule/", WHO),
    Screen("admin-filters-tried", tried, "/admin/accounts/filterrule/try/", WHO),
    Screen("admin-jobs", goes("/admin/procrastinate/procrastinatejob/"), "/admin/procrastinate/procrastinatejob/", WHO),
)
