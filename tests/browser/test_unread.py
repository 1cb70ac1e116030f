"""Unread counts: in the list, in the title, on every device."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewDevice
from tests.browser.people import PASSWORD, Person, fill_in

# As a hand does, and not in one leap.
GO_DOWN = """async (log) => {
  for (; log.scrollTop < -1; log.scrollTop += 60) await new Promise(requestAnimationFrame);
}"""


def test_reading_on_one_device_clears_the_counts_on_the_other(
    alice: Person, bob: Person, room: int, new_device: NewDevice
) -> None:
    phone = new_device().tab("/login/")
    fill_in(phone, email=bob.email, password=PASSWORD)
    bob.opens("/rooms/")
    alice.opens(f"/rooms/{room}/")
    alice.say("one", "two", "three")
    for page in (bob.page, phone):
        expect(unread(page, 3)).to_be_visible()
        expect(page).to_have_title("(3) Conversations · Parley")
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon-unread"))

    phone.locator(".row", has_text="Alice Arden").click()
    expect(phone.locator(".message__body")).to_have_text(["one", "two", "three"])
    expect(phone.locator("[data-slot=divider]")).to_have_text("3 new")

    for page in (bob.page, phone):
        expect(page.locator("[data-slot=unread]")).to_be_hidden()
    expect(bob.page).to_have_title("Conversations · Parley")
    expect(bob.page.locator("link[rel=icon]")).not_to_have_attribute("href", re.compile("favicon-unread"))
    expect(phone).to_have_title("Alice Arden · Parley")
    phone.reload()
    expect(phone.locator("[data-slot=unread]")).to_be_hidden()
    expect(phone.locator("[data-slot=divider]")).to_have_count(0)


def test_a_deleted_message_is_not_counted_any_more(alice: Person, bob: Person, room: int) -> None:
    bob.opens("/rooms/")
    alice.opens(f"/rooms/{room}/")
    alice.say("one", "two")
    expect(unread(bob.page, 2)).to_be_visible()
    alice.delete("two")
    expect(unread(bob.page, 1)).to_be_visible()
    expect(bob.page).to_have_title("(1) Conversations · Parley")
    expect(bob.row("Alice Arden").locator("[data-slot=last]")).to_have_text("Message deleted")

    # What is longer than the screen is read by whoever goes through it.
    for line in ("one\n", "two\n"):
        alice.write(room, line * 150)
    expect(unread(bob.page, 3)).to_be_visible()
    bob.row("Alice Arden").click()
    expect(bob.page.locator("[data-slot=divider]")).to_be_in_viewport()
    bob.page.locator("[data-slot=log]").evaluate(GO_DOWN)
    last = alice.page.locator(".message").last.locator("[data-slot=status]")
    expect(last).to_have_attribute("data-status", "read")


def test_what_arrives_in_the_open_conversation_is_read(alice: Person, bob: Person, talking: int) -> None:
    alice.say("hello")
    bob.sees("hello")
    expect(alice.page.locator(".message [data-slot=status]")).to_have_attribute("data-status", "read")
    expect(bob.page).to_have_title("Alice Arden · Parley")
    expect(bob.page.locator("[data-slot=unread]")).to_be_hidden()


def unread(page: Page, count: int) -> Locator:
    return page.locator("[data-slot=unread]:not([hidden]) [data-slot=unread-count]", has_text=str(count))
