"""The timeline: where it opens, how one gets to a message and back, and that nothing moves what is being read."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NewPerson, open_room
from tests.browser.database import Database
from tests.browser.people import Person, wait_in

TOP_OF = """(row) => row.getBoundingClientRect().top"""
SETTLED = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))"


def row(page: Page, seq: int) -> Locator:
    return page.locator(f"#m-{seq}")


def go_up_to(page: Page, seq: int) -> Locator:
    """Scroll back until a message is in the middle of the view."""
    log = page.locator("[data-slot=log]")
    while not row(page, seq).count():
        log.evaluate("(log) => { log.scrollTop = -log.scrollHeight; }")
    row(page, seq).evaluate("(row) => row.scrollIntoView({ block: 'center' })")
    page.evaluate(SETTLED)
    return row(page, seq)


def test_one_goes_to_a_message_and_comes_back(alice: Person, bob: Person, room: int, database: Database) -> None:
    database.converse(room, [alice.user, bob.user], 400)
    tenth = alice.device.call("GET", f"rooms/{room}/messages/?around=10&limit=1")["results"][-1]["id"]
    client_id = "0d3f6c1e-1f6c-4b8a-9d0a-000000000010"
    bob.device.call("POST", f"rooms/{room}/messages/", client_id=client_id, body="remember?", reply_to=tenth)
    other = alice.device.call("POST", "rooms/", kind="private", name="Attic")["id"]
    alice.write(other, f"see /m/{tenth}/ or [this](/m/{tenth}/)")
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    page.evaluate("window.stayed = true")
    alice.sees_last("remember?")
    reading = go_up_to(page, 330)
    before = reading.evaluate(TOP_OF)
    page.get_by_role("button", name="Jump to latest").click()
    page.locator("[data-slot=quote]").click()
    expect(page).to_have_url(re.compile(rf"/rooms/{room}/\?around=10#m-10$"))
    expect(row(page, 10)).to_be_in_viewport()
    expect(row(page, 10)).to_have_class(re.compile("message--target"))
    expect(page.get_by_role("button", name="Jump to latest")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/rooms/{room}/$"))
    expect(alice.messages.last).to_be_in_viewport()

    reading = go_up_to(page, 330)
    before = reading.evaluate(TOP_OF)
    alice.row("Attic").click()
    page.locator(".message__body a", has_text="this").click()
    expect(row(page, 10)).to_be_in_viewport()
    page.go_back()
    expect(page.get_by_role("heading", name="Attic")).to_be_visible()
    page.go_back()
    expect(row(page, 330)).to_be_in_viewport()
    wait_in(page, lambda: abs(row(page, 330).evaluate(TOP_OF) - before) <= 2)
    assert page.evaluate("window.stayed")
    alice.reloads()
    expect(row(page, 330)).to_be_in_viewport()
    page.get_by_role("button", name="Jump to latest").click()
    expect(alice.messages.last).to_be_in_viewport()


def test_nothing_that_comes_or_grows_moves_what_is_read(
    alice: Person, bob: Person, room: int, database: Database
) -> None:
    database.converse(room, [alice.user, bob.user], 200)
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    alice.sees_last("number 200 and more of it and more of it and more of it")
    expect(page.get_by_role("textbox", name="Write to")).to_be_focused()
    held: list[Route] = []
    page.route(re.compile("before="), lambda route: held.append(route))
    page.locator("[data-slot=log]").evaluate("(log) => { log.scrollTop = -log.scrollHeight; }")
    older = page.locator("[data-slot=older]")
    expect(older).to_have_attribute("aria-busy", "true")
    alice.is_linked()
    reading = go_up_to(page, 170)
    page.set_viewport_size({"width": 1280, "height": 560})  # as where a keyboard comes up
    page.evaluate(SETTLED)
    before = reading.evaluate(TOP_OF)
    news = [bob.write(room, f"news {number}") for number in range(20)]
    jump = page.locator("[data-slot=jump]")
    expect(jump).to_have_text("20 new messages")
    page.unroute(re.compile("before="))  # lets go of what was held
    expect(row(page, 101)).to_be_attached()
    expect(older).not_to_have_attribute("aria-busy", "true")
    bob.device.call("PUT", f"messages/{news[0] - 49}/reactions/🎉/")
    expect(page.locator(".reaction")).to_have_count(1)
    page.evaluate(SETTLED)
    assert round(reading.evaluate(TOP_OF) - before) == 0
    for seq in (112, 125, 190):  # as a picture does that comes late
        row(page, seq).evaluate("(row) => { row.style.paddingBlockEnd = '150px'; }")
    page.evaluate(SETTLED)
    assert round(reading.evaluate(TOP_OF) - before) == 0
    jump.click()
    alice.sees_last("news 19")
    expect(alice.messages.last).to_be_in_viewport()
    expect(jump).to_be_hidden()
    bob.write(room, "news 20")  # who is at the end follows what comes
    alice.sees_last("news 20")
    expect(alice.messages.last).to_be_in_viewport()


GLANCE_MS = 500
"""What was in view for so long has been read (`attention.js`)."""


def test_unread_messages_out_of_sight_are_a_key_away(alice: Person, bob: Person, room: int, database: Database) -> None:
    database.converse(room, [alice.user, bob.user], 120)
    for number in range(80):
        bob.write(room, f"news {number}")
    page = alice.page
    alice.opens(f"/rooms/{room}/?around=145#m-145")  # the first of them are loaded, and not seen
    expect(row(page, 145)).to_be_in_viewport()
    above = page.locator("[data-slot=above]")
    glanced = page.evaluate("performance.now()") + 3 * GLANCE_MS
    while page.evaluate("performance.now()") < glanced:
        expect(above.get_by_text("80 unread")).to_be_visible()
    above.get_by_role("button", name="80 unread").click()
    expect(page.locator("[data-slot=divider]")).to_be_in_viewport()
    expect(above).to_be_hidden()
    alice.opens(f"/rooms/{room}/?around=30#m-30")
    expect(row(page, 30)).to_be_in_viewport()
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    page.get_by_role("textbox", name="Write to").press("Escape")  # which has the focus most of the time
    expect(page).to_have_title("Bob Baker · Parley")


def test_at_midnight_where_the_reader_is_today_becomes_yesterday(new_person: NewPerson, bob: Person) -> None:
    now = datetime.now(UTC)
    ahead = 22 - now.hour if now.hour > 8 else -2 - now.hour  # hours from UTC to where it is past ten in the evening
    alice = new_person("Alice Arden", timezone_id=f"Etc/GMT{-ahead:+}")  # whose signs are the other way round
    room = open_room(alice, bob)
    first = bob.write(room, "Late?")
    bob.device.call("POST", f"rooms/{room}/messages/", client_id=str(uuid4()), body="Very", reply_to=first)
    page = alice.page
    today = now + timedelta(hours=ahead)
    midnight = now + timedelta(days=1) - timedelta(hours=today.hour, minutes=today.minute, seconds=today.second)
    page.clock.install(time=midnight - timedelta(seconds=41))
    page.clock.pause_at(midnight - timedelta(seconds=40))  # so that no link is given up, and nothing is drawn for that
    page.goto(f"/rooms/{room}/")
    page.clock.run_for(10_000)
    alice.message("Late?").get_by_role("link", name="1 reply").click()
    timeline, thread = page.get_by_role("main"), page.get_by_role("complementary", name="Thread")
    when = alice.row("Bob Baker").locator("[data-slot=time]")
    expect(when).to_have_text(re.compile(r"^2[23]:\d\d$"))
    for place in (timeline, thread):
        expect(place.locator("[data-slot=day-text]")).to_have_text("Today")
    page.clock.run_for(40_000)
    expect(when).to_have_text(f"{today:%a}")
    for place in (timeline, thread):
        expect(place.locator("[data-slot=day-text]")).to_have_text("Yesterday")
