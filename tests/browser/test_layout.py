"""One, two or three panes: the list, the conversation, and what there is to know about it."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import NewPerson
from tests.browser.people import Person

APART = """() => {
  const panes = [".side", "main", "aside.details"].map((name) => document.querySelector(name));
  const [side, main, details] = panes.map((pane) => pane.getBoundingClientRect());
  return [side.right <= main.left, main.right <= details.left, details.right <= innerWidth];
}"""


def test_details_stand_beside_the_conversation_and_follow_it(alice: Person, bob: Person, carol: Person) -> None:
    call = alice.device.call
    harbour = call("POST", "rooms/", kind="private", name="Harbour", topic="Boats")["id"]
    call("POST", f"rooms/{harbour}/members/", users=[bob.user])
    direct = call("POST", "rooms/", kind="direct", user=bob.user)["id"]
    bob.write(harbour, "The crane is out until noon")
    page = alice.page
    alice.opens(f"/rooms/{harbour}/")
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_have_count(0)
    door = page.get_by_role("link", name="Details")
    door.click()
    expect(page).to_have_url(re.compile(rf"/rooms/{harbour}/$"))
    expect(door).to_have_attribute("aria-expanded", "true")
    expect(details.get_by_role("button", name="Close details")).to_be_focused()
    expect(details.get_by_role("listitem").filter(has_text="Alice Arden (you)")).to_contain_text("owner")
    page.set_viewport_size({"width": 1024, "height": 768})
    assert page.evaluate(APART) == [True, True, True]

    # It changes with what it is about, and is there again after a reload.
    call("POST", f"rooms/{harbour}/members/", users=[carol.user])
    expect(details.get_by_role("button", name="Carol Cole")).to_be_visible()
    alice.act("The crane is out until noon", "Pin")
    expect(details.get_by_role("link", name="Bob The crane is out until noon")).to_be_visible()
    alice.row("Bob Baker").click()
    expect(details.get_by_text("@bob_baker")).to_be_visible()
    alice.reloads()
    expect(details.get_by_text("@bob_baker")).to_be_visible()
    alice.opens(f"/rooms/{harbour}/")
    details.get_by_role("button", name="Bob Baker").click()
    expect(page).to_have_url(re.compile(rf"/rooms/{direct}/$"))
    details.get_by_role("button", name="Close details").click()
    expect(details).to_have_count(0)
    expect(door).to_be_focused()
    alice.reloads()
    expect(page.locator(".row[aria-current] [data-slot=last]")).to_be_visible()
    expect(details).to_have_count(0)

    # Where there is no width for a third pane they are a page.
    page.set_viewport_size({"width": 1000, "height": 800})
    door.click()
    expect(page).to_have_url(re.compile(rf"/rooms/{direct}/details/$"))
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/rooms/{direct}/$"))


def test_on_a_phone_one_pane_follows_the_other_with_a_way_back(new_person: NewPerson, bob: Person) -> None:
    alice = new_person("Alice Arden", **PHONE)
    room = alice.device.call("POST", "rooms/", kind="direct", user=bob.user)["id"]
    bob.write(room, "Ahoy")
    page = alice.page
    alice.opens("/rooms/")
    expect(page.get_by_role("heading", level=1, name="Conversations")).to_be_visible()
    alice.row("Bob Baker").click()
    alice.sees("Ahoy")
    expect(page.get_by_role("navigation", name="Conversations")).to_be_hidden()
    page.get_by_role("link", name="Details").click()
    page.get_by_role("link", name="Back to Bob Baker").click()
    alice.sees("Ahoy")
    page.get_by_role("link", name="Back to conversations").click()
    expect(page.get_by_role("heading", level=1, name="Conversations")).to_be_visible()
    page.go_back()
    alice.sees("Ahoy")


def test_what_one_chooses_to_look_at_holds_on_all_devices(alice: Person, room: int) -> None:
    page = alice.page
    page.emulate_media(color_scheme="light")
    page.goto("/settings/appearance/")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    for choice in ("Dark", "High", "Larger", "Compact", "Less"):
        page.get_by_role("radio", name=choice, exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is how it looks from now on.")).to_be_visible()
    for path in ("/settings/", f"/rooms/{room}/"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
        assert page.evaluate(size) == before * 1.25
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.querySelector('.icon-button')).transitionDuration") == "0s"
