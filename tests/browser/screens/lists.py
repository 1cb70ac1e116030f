"""The list of conversations, and the pages beside it: rooms, people, what was kept and what is looked for."""

from playwright.sync_api import Page

from tests.browser.screens.conversation import ENGINE, WITH_ALAN
from tests.browser.screens.screen import NEWCOMER, Screen, Stage, goes, visits


def about_member(stage: Stage, page: Page) -> None:
    """The roles that somebody may get."""
    page.goto(stage.places[ENGINE] + "about/")
    page.locator(".about__row", has_text="Barbara Liskov").locator("summary").click()


def settings_of_room(stage: Stage, page: Page) -> None:
    """Further down: who is invited, and the room's settings."""
    page.goto(stage.places["Glove fitting"] + "about/")
    page.locator("#ways-title").evaluate("(title) => title.closest('.card').scrollIntoView()")


SCREENS = (
    Screen("rooms", goes("/rooms/"), "/rooms/"),
    Screen("rooms-empty", goes("/rooms/"), "/rooms/", NEWCOMER),
    Screen("rooms-to-find", goes("/rooms/find/"), "/rooms/find/"),
    Screen("room-new", goes("/rooms/new/"), "/rooms/new/"),
    Screen("details", visits(ENGINE, "details/"), "/rooms/{room}/details/"),
    Screen("about-member", about_member, "/rooms/{room}/about/"),
    Screen("about-settings", settings_of_room, "/rooms/{room}/about/", "ada"),
    Screen("invitation", visits("room invitation"), "/invitations/{token}/"),
    Screen("preferences", visits(WITH_ALAN, "me/"), "/rooms/{room}/me/"),
    Screen("pins", visits(ENGINE, "pins/"), "/rooms/{room}/pins/"),
    Screen("message-edited", visits("edited message"), "/messages/{message}/", "katherine"),
    Screen("message-delete", visits("own message", "delete/"), "/messages/{message}/delete/"),
    Screen("message-report", visits("message of somebody", "report/"), "/messages/{message}/report/"),
    Screen("person-report", visits("report somebody"), "/people/{user}/report/"),
    Screen("saved", goes("/saved/"), "/saved/"),
    Screen("saved-empty", goes("/saved/"), "/saved/", NEWCOMER),
    Screen("search", goes("/search/?q=tide"), "/search/"),
    Screen("search-nothing", goes("/search/?q=from:@alan_turing+lighthouse"), "/search/"),
    Screen("people", goes("/people/"), "/people/"),
    Screen("people-blocked", goes("/people/blocked/"), "/people/blocked/", "ada"),
)
