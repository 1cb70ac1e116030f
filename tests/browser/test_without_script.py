"""Everything that matters works by plain forms, for somebody whose browser runs no script."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewDevice
from tests.browser.people import PASSWORD, Person, fill_in


def test_one_of_two_has_no_script(alice: Person, new_device: NewDevice) -> None:
    alice.page.goto("/rooms/")
    page = new_device(java_script_enabled=False).tab("/")
    page.get_by_role("link", name="Make an account").click()
    fill_in(page, full_name="Bob Baker", email="bob@example.org", password=PASSWORD)
    expect(page.locator(".me__name")).to_have_text("Bob Baker")
    page.get_by_role("button", name="Sign out").click()
    fill_in(page, email="bob@example.org", password=PASSWORD)
    expect(page.locator(".me__name")).to_have_text("Bob Baker")

    page.get_by_role("link", name="Find people").first.click()
    page.get_by_role("searchbox", name="Name or @handle").fill("alice")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Alice Arden").click()
    page.get_by_role("textbox", name="Write to Alice Arden").fill("Written without script")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message__body")).to_have_text(["Written without script"])

    alice.row("Bob Baker").click()
    alice.sees("Written without script")
    alice.say("Read without script")
    alice.has_sent("Written without script", "Read without script")
    page.get_by_role("link", name="Conversations").or_(page.locator(".brand")).first.click()
    expect(page.locator("[data-slot=unread-count]")).to_have_text("1")
    page.locator(".row", has_text="Alice Arden").click()
    expect(page.locator(".message__body")).to_have_text(["Written without script", "Read without script"])
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)
    expect(alice.page.locator(".message--mine [data-slot=status]")).to_have_attribute("data-status", "read")

    page.locator(".message--mine").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete message").click()
    expect(page.locator(".message__body")).to_have_text(["You deleted this message", "Read without script"])
    alice.sees("Message deleted", "Read without script")

    page.get_by_role("button", name="Sign out").click()
    page.goto(alice.page.url)
    expect(page).to_have_url(re.compile(r"/login/\?next=/rooms/\d+/$"))


def test_without_script_a_refused_message_is_kept_and_says_why(new_device: NewDevice, alice: Person) -> None:
    device = new_device(java_script_enabled=False)
    device.call("POST", "auth/signup/", full_name="Bob Baker", email="bob@example.org", password=PASSWORD)
    room = device.call("POST", "rooms/", kind="direct", user=alice.user)["id"]
    page = device.tab(f"/rooms/{room}/")
    text = page.get_by_role("textbox", name="Write to")
    device.expects("status of 400")
    text.fill("   ")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    text.fill("now with words")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message__body")).to_have_text(["now with words"])
    expect(page.locator(".script-only:visible")).to_have_count(0)
