"""What somebody does on one device is so on all: reading on later, and what is begun and not sent."""

import re
from uuid import uuid4

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import NewDevice
from tests.browser.people import ALIVE, PASSWORD, Person, fill_in
from tests.chat.media.samples import picture


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

    bob.device.expects("net::ERR_FAILED")
    bob.page.route("**/mark-unread.*.js", lambda route: route.abort())
    bob.act("two", "Mark unread from here")
    expect(bob.page.locator("[data-slot=toast]")).to_contain_text("This cannot be loaded right now. Try again")
    bob.page.unroute("**/mark-unread.*.js")
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

    # Each thread has its own, also where one changes from one to the other while one writes.
    for question in ("tea?", "coffee?"):
        asked = bob.write(room, question)
        alice.device.call("POST", f"rooms/{room}/messages/", client_id=str(uuid4()), body="yes", reply_to=asked)
    phone_box, laptop_box = (page.get_by_role("textbox", name="Reply in this thread") for page in (bob.page, laptop))
    for page in (bob.page, laptop):
        open_thread(page, "tea?")
    phone_box.fill("with mi")
    expect(laptop_box).to_have_value("with mi")
    phone_box.press("End")
    phone_box.press_sequentially("lk")
    open_thread(bob.page, "coffee?")
    expect(phone_box).to_have_value("")
    phone_box.press_sequentially("black")
    open_thread(bob.page, "tea?")
    expect(phone_box).to_have_value("with milk")
    expect(laptop_box).to_have_value("with milk")
    open_thread(laptop, "coffee?")
    expect(laptop_box).to_have_value("black")
    open_thread(laptop, "tea?")
    sea: FilePayload = {"name": "sea.png", "mimeType": "image/png", "buffer": picture(90, 60)}
    bob.page.get_by_role("complementary").get_by_label("Attach pictures and files").set_input_files([sea])
    expect(laptop.locator(".tile [data-slot=tile-name]")).to_contain_text("sea")
    expect(laptop.locator(".tile")).to_be_visible()
    expect(other_box).to_have_value("")
    expect(list_of_another.locator("[data-slot=last]")).to_have_text("yes")
    expect(laptop_box).to_have_value("with milk")
    laptop_box.press("Enter")
    said = bob.page.get_by_role("complementary").locator(".message").last
    expect(said.locator("[data-slot=body]")).to_have_text("with milk")
    expect(said.locator(".picture__image")).to_be_visible()
    expect(phone_box).to_have_value("")
    expect(bob.page.locator(".tile")).to_have_count(0)
    tea, coffee = (laptop.get_by_role("main").locator(".message", has_text=each) for each in ("tea?", "coffee?"))
    expect(tea.get_by_role("link", name="2 replies", exact=True)).to_be_visible()
    expect(coffee.get_by_role("link", name="1 reply · draft", exact=True)).to_be_visible()
    bob.page.goto(f"/rooms/{room}/thread/{said_at(bob, 'coffee?')}/")
    expect(bob.page.get_by_role("complementary", name="Thread")).to_be_visible()
    expect(phone_box).to_have_value("black")


def open_thread(page: Page, question: str) -> None:
    """Go to a thread by what stands under the message that it begins with."""
    message = page.get_by_role("main").locator(".message", has_text=question)
    message.get_by_role("link", name=re.compile("repl")).click()
    expect(page.get_by_role("complementary").locator("[data-slot=thread-beginning]")).to_contain_text(question)


def said_at(person: Person, body: str) -> int:
    """The place of a message in its conversation."""
    return next(seq for seq, _author, said in person.transcript() if said == body)


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
