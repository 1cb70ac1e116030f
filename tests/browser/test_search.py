"""Search: from a key, or a plain form, to the message in its place."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewDevice, open_room
from tests.browser.people import PASSWORD, Person


def test_a_key_leads_to_the_field_and_a_hit_to_its_message(alice: Person, bob: Person) -> None:
    room = open_room(alice, bob)
    bob.write(room, "Meet me at the **fountain**")
    bob.write(room, "Or at the harbour")
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    box = page.get_by_role("textbox", name="Write to")
    box.press_sequentially("and/or")
    expect(box).to_have_value("and/or")
    box.fill("")
    page.locator("[data-slot=log]").focus()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search messages").first
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("FOUNT")
    page.keyboard.press("Enter")
    expect(page.locator(".hit mark")).to_have_text(["fount"])
    expect(page.locator(".chip")).to_have_text(["“FOUNT”"])
    page.locator(".hit__link").click()
    expect(page).to_have_url(re.compile(rf"/rooms/{room}/\?around=\d+#m-\d+$"))
    alice.sees("Meet me at the fountain", "Or at the harbour")


def test_it_works_without_script(new_device: NewDevice, bob: Person) -> None:
    device = new_device(java_script_enabled=False)
    device.call("POST", "auth/signup/", full_name="Alice Arden", email="alice@example.org", password=PASSWORD)
    room = device.call("POST", "rooms/", kind="direct", user=bob.user)["id"]
    bob.write(room, "Meet me at the fountain")
    page = device.tab(f"/rooms/{room}/")
    page.get_by_role("link", name="Search in this conversation").click()
    field = page.locator("main").get_by_role("searchbox")
    expect(field).to_have_value(re.compile(r"^in:@bob_baker"))
    field.fill("in:@bob_baker zebra")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator(".hit")).to_have_count(0)
    page.get_by_role("link", name="Leave out “zebra”").click()
    expect(page.locator(".hit__text")).to_have_text(["Meet me at the fountain"])
    page.locator(".hit__link").click()
    expect(page.locator(".message__body")).to_have_text(["Meet me at the fountain"])
