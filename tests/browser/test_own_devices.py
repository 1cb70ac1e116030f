"""What somebody does on one device is so on all: reading on later, and what is begun and not sent."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewDevice
from tests.browser.people import ALIVE, PASSWORD, Person, fill_in


def second_device(person: Person, new_device: NewDevice, path: str) -> Page:
    page = new_device().tab("/login/")
    fill_in(page, email=person.email, password=PASSWORD)
    page.goto(path)
    page.evaluate(ALIVE)
    return page


def test_what_is_marked_unread_stays_so_on_all_devices_until_it_is_opened(
    alice: Person, bob: Person, room: int, new_device: NewDevice
) -> None:
    for body in ("one", "two", "three"):
        alice.write(room, body)
    laptop = second_device(bob, new_device, "/rooms/")
    bob.opens(f"/rooms/{room}/")
    expect(laptop.locator("[data-slot=unread]")).to_be_hidden()

    bob.act("two", "Mark unread from here")
    for page in (bob.page, laptop):
        expect(page.locator("[data-slot=unread-count]")).to_have_text("2")
    bob.message("three").hover()
    bob.page.wait_for_timeout(1_000)  # long enough to have been read, were it not wanted otherwise
    for page in (bob.page, laptop):
        expect(page.locator("[data-slot=unread-count]")).to_have_text("2")

    laptop.locator(".row", has_text="Alice Arden").click()
    expect(laptop.locator("[data-slot=divider]")).to_have_text("2 new")
    for page in (bob.page, laptop):
        expect(page.locator("[data-slot=unread]")).to_be_hidden()


def test_a_draft_follows_its_author_until_it_is_sent(
    alice: Person, bob: Person, room: int, new_device: NewDevice
) -> None:
    alice.write(room, "hello")
    bob.opens(f"/rooms/{room}/")
    laptop = second_device(bob, new_device, f"/rooms/{room}/")
    list_of_another = second_device(bob, new_device, "/rooms/")
    box, other_box = (page.get_by_role("textbox", name="Write to") for page in (bob.page, laptop))

    box.fill("half a thought")
    expect(other_box).to_have_value("half a thought")
    expect(list_of_another.locator("[data-slot=last]")).to_have_text("Draft: half a thought")

    other_box.press("End")
    other_box.press_sequentially(", whole")
    expect(box).to_have_value("half a thought, whole")
    other_box.press("Enter")
    bob.sees("hello", "half a thought, whole")
    expect(box).to_have_value("")
    expect(list_of_another.locator("[data-slot=last]")).to_have_text("You: half a thought, whole")
    bob.reloads()
    expect(box).to_have_value("")


def test_a_draft_still_answers_what_it_answered(alice: Person, bob: Person, room: int, new_device: NewDevice) -> None:
    alice.write(room, "a *moth*?")
    bob.opens(f"/rooms/{room}/")
    bob.act("a moth?", "Reply")
    box = bob.page.get_by_role("textbox", name="Write to")
    box.fill("a real")
    about = "Reply to Alice Arden: a moth?"
    laptop = second_device(bob, new_device, f"/rooms/{room}/")
    expect(laptop.get_by_role("textbox", name="Write to")).to_have_value("a real")
    expect(laptop.locator("[data-slot=context-text]")).to_have_text(about)

    bob.reloads()
    expect(bob.page.locator("[data-slot=context-text]")).to_have_text(about)
    box.press("End")
    box.press_sequentially(" one")
    box.press("Enter")
    expect(bob.message("a real one").locator("[data-slot=quote-text]")).to_have_text("a moth?")
    for page in (bob.page, laptop):
        expect(page.locator("[data-slot=context]")).to_be_hidden()


def test_the_author_sees_who_has_read_a_message(alice: Person, bob: Person, talking: int) -> None:
    alice.say("hello")
    bob.sees("hello")
    expect(alice.page.locator(".message [data-slot=status]")).to_have_attribute("data-status", "read")
    alice.act("hello", "Who has read it")
    dialog = alice.page.get_by_role("dialog", name="Who has it")
    expect(dialog.get_by_role("heading", name="Read 1")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_have_text(re.compile(r"Bob Baker.*Read \d\d:\d\d"))
    expect(dialog.get_by_role("heading", name="Delivered")).to_be_hidden()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
