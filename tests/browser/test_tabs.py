"""Many tabs of one person are one device: one socket, one state, one order."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, WebSocket, expect

from config.embedded.process import wait_until
from tests.browser.database import Database
from tests.browser.people import Person, wait_in
from tests.browser.wall import Wall

TABS = 5


class Sockets:
    """The sockets that the tabs of somebody open, and which of them are open now."""

    def __init__(self, person: Person) -> None:
        person.device.link.expect_trouble()  # tabs that close while they take over say so in the console
        self.opened: list[tuple[Page, WebSocket]] = []
        person.device.context.on("page", self._watch)
        for page in person.device.context.pages:
            self._watch(page)

    def _watch(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.opened.append((page, socket)))

    @property
    def open(self) -> list[Page]:
        """The tabs that hold one."""
        return [page for page, socket in self.opened if not page.is_closed() and not socket.is_closed()]

    def leader(self, tabs: list[Page]) -> Page:
        """The one tab with a socket, as soon as there is one."""
        wait_in(tabs[-1], lambda: len(self.open) == 1)
        return self.open[0]


@pytest.fixture
def sockets(alice: Person) -> Sockets:
    return Sockets(alice)


@pytest.fixture
def tabs(alice: Person, bob: Person, sockets: Sockets, talking: int) -> list[Page]:
    """Alice's tabs: all are in her conversation with Bob, but the last, which is in the list."""
    paths = [f"/rooms/{talking}/"] * (TABS - 2) + ["/rooms/"]
    return [alice.page, *map(alice.device.chat, paths)]


def test_many_tabs_share_one_socket_and_all_show_the_same(
    alice: Person, bob: Person, tabs: list[Page], sockets: Sockets, talking: int, database: Database
) -> None:
    leader = sockets.leader(tabs)
    expected = []
    for number, tab in enumerate(tabs[:-1]):
        expected += [f"from tab {number}", f"Bob to tab {number}"]
        say(tab, f"from tab {number}")
        bob.sees(*expected[:-1])
        bob.say(f"Bob to tab {number}")
        all_show(tabs[:-1], expected)
    bob.has_sent(*expected)
    assert database.bodies(talking) == expected
    assert [page for page, _ in sockets.opened] == [leader]


def test_what_a_tab_without_the_socket_sends_arrives_once_and_in_order(
    alice: Person, bob: Person, tabs: list[Page], sockets: Sockets, talking: int, database: Database
) -> None:
    followers = [tab for tab in tabs[:-1] if tab is not sockets.leader(tabs)]
    for number in range(4):
        for name, tab in zip("AB", followers, strict=False):
            say(tab, f"{name} {number}")
    assert wait_until(lambda: len(database.bodies(talking)) == 8, seconds=30)
    said = database.bodies(talking)
    for name in "AB":
        assert [body for body in said if body.startswith(name)] == [f"{name} {number}" for number in range(4)]
    all_show([*tabs[:-1], bob.page], said)
    for tab in tabs[:-1]:
        expect(tab.locator(".message--pending, .message--failed")).to_have_count(0)


def test_when_the_tab_with_the_socket_closes_another_takes_over_at_once(
    alice: Person, bob: Person, tabs: list[Page], sockets: Sockets, talking: int, database: Database
) -> None:
    bob.say("before")
    all_show(tabs[:-1], ["before"])
    rest = list(tabs)
    for word in ("first", "second"):
        leader = sockets.leader(rest)
        rest.remove(leader)
        leader.close()
        bob.say(f"{word} handover")
        heir = rest[0]
        expect(heir.locator(".message__body", has_text=f"{word} handover")).to_be_visible()
    expected = ["before", "first handover", "second handover"]
    inside = [tab for tab in rest if "/rooms/" in tab.url and tab is not tabs[-1]]
    say(inside[-1], "all there")
    all_show([*inside, bob.page], [*expected, "all there"])
    assert database.bodies(talking) == [*expected, "all there"]
    assert len(sockets.opened) == 3


def test_a_tab_that_is_frozen_with_the_socket_is_replaced(
    alice: Person, bob: Person, tabs: list[Page], sockets: Sockets
) -> None:
    leader = sockets.leader(tabs)
    rest = [tab for tab in tabs[:-1] if tab is not leader]
    rest[0].bring_to_front()
    with asleep(leader):
        bob.say("are you awake")
        all_show(rest, ["are you awake"])
        say(rest[0], "I am")
        bob.sees("are you awake", "I am")
    all_show(tabs[:-1], ["are you awake", "I am"])
    wait_in(rest[0], lambda: leader not in sockets.open)


def test_reading_in_one_tab_clears_the_count_in_all(alice: Person, bob: Person, talking: int) -> None:
    tabs = [alice.page, alice.device.chat("/rooms/"), alice.device.chat("/people/")]
    alice.opens("/rooms/")
    bob.say("one", "two")
    for tab in tabs:
        expect(tab.locator("[data-slot=unread]:not([hidden])")).to_have_text("2 unread")
    late = alice.device.tab("/rooms/")
    expect(late.locator("[data-slot=unread]:not([hidden])")).to_have_text("2 unread")
    tabs[1].bring_to_front()
    tabs[1].locator(".row", has_text="Bob Baker").click()
    for tab in (*tabs, late):
        expect(tab.locator("[data-slot=unread]")).to_be_hidden()
    assert alice.device.call("GET", f"rooms/{talking}/")["unread"] == 0


def test_the_end_of_the_sign_in_reaches_every_tab(alice: Person, bob: Person, tabs: list[Page]) -> None:
    alice.device.expects("the server responded with a status of 401")  # who asks just then whether it still holds
    tabs[-1].get_by_role("button", name="Sign out").click()
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("way", ["frozen", "kept for the way back"])
def test_a_tab_that_is_put_away_hands_the_socket_over_and_catches_up_when_it_is_back(
    alice: Person, bob: Person, sockets: Sockets, talking: int, way: str
) -> None:
    other = alice.device.chat(f"/rooms/{talking}/")
    assert sockets.leader([other]) is alice.page
    alice.page.evaluate(AWAY[way][0])
    bob.say("where are you")
    expect(other.locator(".message__body")).to_have_text(["where are you"])
    assert sockets.leader([other]) is other
    alice.page.evaluate(AWAY[way][1])
    alice.sees("where are you")
    alice.say("back again")
    all_show([alice.page, other, bob.page], ["where are you", "back again"])
    assert len(sockets.opened) == 2


def test_where_sockets_are_blocked_the_conversation_goes_on_and_the_socket_comes_back(
    alice: Person, bob: Person, talking: int, database: Database
) -> None:
    wall = Wall(alice.device)
    alice.opens(f"/rooms/{talking}/")
    tabs = [alice.page, alice.device.chat(f"/rooms/{talking}/")]
    bob.say("can you hear me")
    all_show(tabs, ["can you hear me"])
    for tab, body in zip(tabs, ("yes, by another way", "so can I"), strict=True):
        say(tab, body)
        expect(bob.message(body)).to_be_visible()
    expected = ["can you hear me", "yes, by another way", "so can I"]
    all_show([*tabs, bob.page], expected)
    expect(alice.page.locator("[data-slot=connection]")).to_be_hidden()
    assert wall.questions and not wall.passed

    wall.stands = False
    for tab in tabs:
        tab.evaluate("dispatchEvent(new Event('online'))")
    bob.say("and now")
    all_show(tabs, [*expected, "and now"])
    wait_in(alice.page, lambda: wall.used > 0)
    bob.say("as ever")
    all_show(tabs, [*expected, "and now", "as ever"])
    wall.questions.clear()
    alice.say("yes")
    all_show([*tabs, bob.page], [*expected, "and now", "as ever", "yes"])
    assert wall.questions == []
    assert database.bodies(talking) == [*expected, "and now", "as ever", "yes"]


def say(tab: Page, body: str) -> None:
    tab.get_by_role("textbox", name="Write to").fill(body)
    tab.get_by_role("textbox", name="Write to").press("Enter")


def all_show(tabs: list[Page], bodies: list[str]) -> None:
    for tab in tabs:
        expect(tab.locator("[data-slot=timeline] [data-slot=body]")).to_have_text(bodies)


@contextmanager
def asleep(tab: Page) -> Iterator[None]:
    """Its script does not run, and it was not told that it would not: a machine that suspends tabs."""
    session = tab.context.new_cdp_session(tab)
    session.send("Debugger.enable")
    session.send("Debugger.pause")
    yield
    session.send("Debugger.disable")
    session.detach()


AWAY = {
    "frozen": ("document.dispatchEvent(new Event('freeze'))", "document.dispatchEvent(new Event('resume'))"),
    "kept for the way back": (
        "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    ),
}
"""What a browser says to a page before it puts it away and when it brings it back; a driven one never does either."""
