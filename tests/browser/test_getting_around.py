"""From conversation to conversation without loading a page; on a phone one pane at a time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import NewPerson, open_room
from tests.browser.people import Person, wait_in

STAYED = "window.stayed === true"
# What is left of the screen above the keyboard; all of it without a number.
KEYBOARD = """(height) => {
  if (height) Object.defineProperty(visualViewport, "height", { value: height, configurable: true });
  else delete visualViewport.height;
  visualViewport.dispatchEvent(new Event("resize"));
}"""


@pytest.fixture
def rooms(alice: Person, bob: Person, carol: Person) -> dict[str, int]:
    """Alice's conversations with Bob and with Carol, one message in each."""
    rooms = {other.name: open_room(alice, other) for other in (bob, carol)}
    for other in (bob, carol):
        other.write(rooms[other.name], f"I am {other.name}")
    return rooms


def test_back_and_forward_lead_through_the_conversations(alice: Person, rooms: dict[str, int]) -> None:
    page = alice.page
    alice.opens("/rooms/")
    page.evaluate("window.stayed = true")
    for name in ("Bob Baker", "Carol Cole"):
        alice.row(name).click()
        is_in(alice, name, rooms[name])
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    is_in(alice, "Bob Baker", rooms["Bob Baker"])
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Pick up where you left off")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^(\(\d\) )?Conversations · Parley$"))
    page.go_forward()
    is_in(alice, "Bob Baker", rooms["Bob Baker"])
    page.go_forward()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])
    assert page.evaluate(STAYED)
    alice.reloads()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])


def test_a_draft_stays_with_its_conversation(alice: Person, rooms: dict[str, int]) -> None:
    page = alice.page
    alice.opens(f"/rooms/{rooms['Bob Baker']}/")
    box = page.get_by_role("textbox", name="Write to")
    box.fill("for Bob alone")
    alice.row("Carol Cole").click()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])
    expect(box).to_have_value("")
    expect(alice.row("Bob Baker").locator("[data-slot=last]")).to_have_text("Draft: for Bob alone")
    box.fill("for Carol alone")
    alice.row("Bob Baker").click()
    expect(box).to_have_value("for Bob alone")
    alice.reloads()
    expect(box).to_have_value("for Bob alone")

    # What was written last is there again, also where the server has not heard of it, and writes an older one there.
    summary = f"rooms/{rooms['Bob Baker']}/"
    wait_in(page, lambda: alice.device.call("GET", summary)["draft"]["body"] == "for Bob alone")
    alice.device.expects("net::ERR_FAILED")
    page.route("**/api/rooms/*/draft/", lambda route: route.abort())
    box.fill("for Bob and nobody else")
    alice.reloads()
    expect(box).to_have_value("for Bob and nobody else")
    page.unroute("**/api/rooms/*/draft/")
    box.press("Enter")
    alice.sees("I am Bob Baker", "for Bob and nobody else")
    alice.row("Carol Cole").click()
    expect(box).to_have_value("for Carol alone")
    alice.row("Bob Baker").click()
    expect(box).to_have_value("")


def test_on_a_phone_there_is_one_pane_at_a_time(alice: Person, new_person: NewPerson) -> None:
    bob = new_person("Bob Baker", **PHONE)
    room = open_room(alice, bob)
    alice.opens(f"/rooms/{room}/")
    alice.say("Hello phone", "W" * 200, "a\n" * 40)
    alice.act("W" * 200, "Reply")
    alice.say("in one line")
    page = bob.page
    bob.opens("/rooms/")
    side, main = page.locator(".side"), page.get_by_text("Choose a conversation from the list")
    expect(side).to_be_visible()
    expect(main).to_be_hidden()
    fits(page)

    bob.row("Alice Arden").tap()
    expect(page.get_by_role("heading", name="Alice Arden")).to_be_visible()
    expect(side).to_be_hidden()
    expect(bob.messages).to_have_count(4)
    expect(page.get_by_role("textbox", name="Write to Alice Arden")).to_be_in_viewport(ratio=1)
    fits(page)
    page.evaluate(KEYBOARD, 320)  # as on iOS, where it lies over the page
    expect(page.locator("parley-chat")).to_have_css("height", "320px")
    box = page.get_by_role("textbox", name="Write to Alice Arden").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 320
    page.evaluate(KEYBOARD, None)
    expect(page.locator("parley-chat")).not_to_have_css("height", "320px")
    page.get_by_role("textbox", name="Write to Alice Arden").fill("Hello desktop")
    page.get_by_role("button", name="Send").tap()
    expect(alice.messages.last).to_have_text("Hello desktop")

    page.get_by_role("link", name="Back to conversations").tap()
    expect(page).to_have_url(f"{bob.device.link.url}/rooms/")
    expect(side).to_be_visible()
    expect(main).to_be_hidden()
    expect(bob.row("Alice Arden").locator("[data-slot=last]")).to_have_text("You: Hello desktop")
    expect(bob.row("Alice Arden").locator("[data-slot=status]")).to_have_text(re.compile("Delivered|Read"))
    page.go_back()
    expect(page.get_by_role("heading", name="Alice Arden")).to_be_visible()


def is_in(person: Person, name: str, room: int) -> None:
    """Everything on the page is about the conversation with ``name``."""
    page = person.page
    expect(page).to_have_url(f"{person.device.link.url}/rooms/{room}/")
    expect(page).to_have_title(re.compile(rf"^(\(\d\) )?{name} · Parley$"))
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("textbox", name=f"Write to {name}")).to_be_visible()
    expect(page.locator(".row[aria-current=page]")).to_contain_text(name)
    person.sees(f"I am {name}")


def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    # not innerWidth, which grows with what sticks out
    assert page.evaluate("document.documentElement.scrollWidth <= visualViewport.width * visualViewport.scale")


def test_a_few_letters_lead_to_a_conversation_a_person_or_a_room(
    alice: Person, bob: Person, rooms: dict[str, int], new_person: NewPerson
) -> None:
    new_person("Zoe Zander").device.call("PATCH", "users/me/", full_name="Zoë Zander")
    bob.device.call("POST", "rooms/", kind="public", name="Sailing")
    page = alice.page
    alice.opens(f"/rooms/{rooms['Bob Baker']}/")
    page.evaluate("window.stayed = true")
    dialog = page.get_by_role("dialog", name="Go to a conversation or a person")
    field = dialog.get_by_role("combobox", name="Go to a conversation or a person")
    options = dialog.get_by_role("option")

    page.get_by_role("textbox", name="Write to").press("ControlOrMeta+k")
    expect(field).to_be_focused()
    expect(options).to_have_text([re.compile("Carol Cole")])  # where we are is no place to go to
    page.keyboard.press("ControlOrMeta+k")
    expect(dialog).to_be_hidden()
    page.keyboard.press("ControlOrMeta+k")
    field.press_sequentially("cac")
    expect(options).to_have_text([re.compile("Carol Cole")])
    page.keyboard.press("Enter")
    is_in(alice, "Carol Cole", rooms["Carol Cole"])

    page.get_by_role("link", name="Find people").click()
    field.press_sequentially("zoe")
    expect(options).to_have_text([re.compile("Zoë Zander.*write the first message")])
    field.fill("qqq")
    expect(dialog.get_by_role("status")).to_have_text("Nobody and no room is called “qqq”.")
    field.fill("sail")
    expect(options).to_have_text([re.compile("Sailing.*join")])
    options.first.click()
    expect(page.get_by_role("heading", name="Sailing")).to_be_visible()
    page.keyboard.press("ControlOrMeta+k")
    field.press_sequentially("zoe")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write to Zoë Zander")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Sailing")).to_be_visible()
    assert page.evaluate(STAYED)


def test_everything_is_in_reach_of_keys_that_do_nothing_while_one_writes(
    alice: Person, bob: Person, rooms: dict[str, int]
) -> None:
    room = rooms["Bob Baker"]
    bob.write(room, "one")
    alice.write(room, "two")
    bob.write(room, "three")
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    alice.sees("I am Bob Baker", "one", "two", "three")
    box = page.get_by_role("textbox", name="Write to")
    box.press_sequentially("jkreu?+/")
    expect(box).to_have_value("jkreu?+/")
    box.fill("")
    focused = page.locator(".message:focus")
    page.locator("[data-slot=log]").focus()
    page.keyboard.press("k")
    expect(focused).to_contain_text("three")
    page.keyboard.press("k")
    expect(focused).to_contain_text("two")
    page.keyboard.press("e")
    expect(box).to_have_value("two")
    box.press("Escape")
    focus(alice, "three")
    page.keyboard.press("e")  # somebody else's: it is not for us to edit
    expect(focused).to_contain_text("three")
    page.keyboard.press("r")
    expect(page.locator("[data-slot=context]")).to_contain_text("Reply to Bob Baker: three")
    box.press("Escape")
    focus(alice, "three")
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    expect(alice.message("three").locator(".reaction__count")).to_have_text("1")
    focus(alice, "three")
    page.keyboard.press("Home")
    expect(focused).to_contain_text("I am Bob Baker")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Message actions")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("button", name="All keys and commands").click()
    help_ = page.get_by_role("dialog", name="Keys and commands")
    for words in ("Go to a conversation or a person", "Message before", "New line", "/topic"):
        expect(help_).to_contain_text(words)
    help_.get_by_role("checkbox", name="Keys alone").uncheck()
    send = help_.locator("dt", has_text="Enter").filter(has_text="Ctrl")
    expect(send).to_have_count(0)
    help_.get_by_role("checkbox", name="Enter begins a new line").check()
    expect(send).to_have_count(1)
    help_.get_by_role("checkbox", name="Messages stay unread").check()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()

    # Habits of this device: Enter for a new line, and nothing is read but by hand.
    box.fill("two")
    box.press("Enter")
    box.press_sequentially("lines")
    expect(box).to_have_value("two\nlines")
    box.press("ControlOrMeta+Enter")
    expect(alice.messages.last).to_have_text(re.compile(r"two\s*lines"))
    expect(alice.pending).to_have_count(0)
    bob.write(room, "four")
    alice.sees_last("four")
    waiting = page.get_by_role("button", name="1 unread")
    expect(waiting).to_be_visible()
    page.get_by_role("button", name="Mark as read").click()
    expect(waiting).to_be_hidden()
    page.locator("[data-slot=log]").focus()
    page.keyboard.press("?")
    page.keyboard.press("Alt+ArrowDown")
    is_in(alice, "Carol Cole", rooms["Carol Cole"])
    expect(help_).to_have_count(0)
    page.get_by_role("textbox", name="Write to").press("Alt+ArrowUp")
    expect(page.get_by_role("heading", name="Bob Baker")).to_be_visible()
    for selector in ("[data-slot=search]", ".row[aria-current]", "[data-slot=log]", "[data-slot=composer] textarea"):
        page.keyboard.press("F6")
        expect(page.locator(selector)).to_be_focused()


def focus(person: Person, body: str) -> None:
    """Bring the keyboard to a message, as who tabs there does."""
    person.message(body).focus()
