"""From conversation to conversation without loading a page; on a phone one pane at a time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import NewPerson, open_room
from tests.browser.people import Person

STAYED = "window.stayed === true"


@pytest.fixture
def rooms(alice: Person, bob: Person, carol: Person) -> dict[str, int]:
    """Alice's conversations with Bob and with Carol, one message in each."""
    rooms = {other.name: open_room(alice, other) for other in (bob, carol)}
    for other in (bob, carol):
        other.write(rooms[other.name], f"I am {other.name}")
    return rooms


def test_back_and_forward_lead_through_the_conversations(alice: Person, rooms: dict[str, int]) -> None:
    page = alice.page
    page.goto("/rooms/")
    page.evaluate("window.stayed = true")
    for name in ("Bob Baker", "Carol Cole"):
        alice.row(name).click()
        is_in(alice, name, rooms[name])
    page.go_back()
    is_in(alice, "Bob Baker", rooms["Bob Baker"])
    page.go_back()
    expect(page.get_by_role("heading", name="Pick up where you left off")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^(\(\d\) )?Conversations · Parley$"))
    page.go_forward()
    is_in(alice, "Bob Baker", rooms["Bob Baker"])
    page.go_forward()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])
    assert page.evaluate(STAYED)
    page.reload()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])


def test_a_draft_stays_with_its_conversation(alice: Person, rooms: dict[str, int]) -> None:
    page = alice.page
    page.goto(f"/rooms/{rooms['Bob Baker']}/")
    box = page.get_by_role("textbox", name="Write to")
    box.fill("for Bob alone")
    alice.row("Carol Cole").click()
    is_in(alice, "Carol Cole", rooms["Carol Cole"])
    expect(box).to_have_value("")
    expect(alice.row("Bob Baker").locator("[data-slot=last]")).to_have_text("Draft: for Bob alone")
    box.fill("for Carol alone")
    alice.row("Bob Baker").click()
    expect(box).to_have_value("for Bob alone")
    page.reload()
    expect(box).to_have_value("for Bob alone")
    box.press("Enter")
    alice.sees("I am Bob Baker", "for Bob alone")
    alice.row("Carol Cole").click()
    expect(box).to_have_value("for Carol alone")
    alice.row("Bob Baker").click()
    expect(box).to_have_value("")


def test_on_a_phone_there_is_one_pane_at_a_time(alice: Person, new_person: NewPerson) -> None:
    bob = new_person("Bob Baker", **PHONE)
    room = open_room(alice, bob)
    alice.page.goto(f"/rooms/{room}/")
    alice.say("Hello phone", "W" * 200, "a\n" * 40)
    alice.act("W" * 200, "Reply")
    alice.say("in one line")
    page = bob.page
    page.goto("/rooms/")
    side, main = page.locator(".side"), page.locator("main")
    expect(side).to_be_visible()
    expect(main).to_be_hidden()
    fits(page)

    bob.row("Alice Arden").tap()
    expect(page.get_by_role("heading", name="Alice Arden")).to_be_visible()
    expect(side).to_be_hidden()
    expect(bob.messages).to_have_count(4)
    expect(page.get_by_role("textbox", name="Write to Alice Arden")).to_be_in_viewport(ratio=1)
    fits(page)
    page.get_by_role("textbox", name="Write to Alice Arden").fill("Hello desktop")
    page.get_by_role("button", name="Send").tap()
    expect(alice.messages.last).to_have_text("Hello desktop")

    page.get_by_role("link", name="Back to conversations").tap()
    expect(page).to_have_url(f"{bob.device.link.url}/rooms/")
    expect(side).to_be_visible()
    expect(main).to_be_hidden()
    expect(bob.row("Alice Arden").locator("[data-slot=last]")).to_have_text("You: Hello desktop")
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
