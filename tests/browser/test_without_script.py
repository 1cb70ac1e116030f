"""Everything that matters works by plain forms, for somebody whose browser runs no script."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewDevice
from tests.browser.people import PASSWORD, Person, fill_in


def test_one_of_two_has_no_script(alice: Person, new_device: NewDevice) -> None:
    alice.opens("/rooms/")
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
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
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


def test_rooms_messages_search_and_settings_work_by_plain_forms(alice: Person, new_device: NewDevice) -> None:
    device = new_device(java_script_enabled=False)
    device.call("POST", "auth/signup/", full_name="Bob Baker", email="bob@example.org", password=PASSWORD)
    harbour = alice.device.call("POST", "rooms/", kind="public", name="Harbour", topic="Boats and tides")["id"]
    for number in range(60):
        alice.write(harbour, f"Boat {number}")
    page = device.tab("/rooms/")
    page.get_by_role("link", name="Find or make a room").click()
    page.get_by_role("button", name=re.compile("Harbour .* Join")).click()
    expect(page.get_by_text("Boat 59", exact=True)).to_be_visible()
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.get_by_text("Boat 0", exact=True)).to_be_visible()
    page.get_by_role("link", name="Newest messages").click()

    # React, reply, edit, pin and save: all from the page of a message.
    page.locator(".message", has_text="Boat 59").get_by_role("link", name="Reply, react…").click()
    page.get_by_role("button", name="React with 👍").click()
    expect(page.locator(".reaction")).to_contain_text("👍 1")
    page.locator(".message", has_text="Boat 59").get_by_role("link", name="Reply, react…").click()
    page.get_by_role("textbox", name="Your reply").fill("A fine boot")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(".message--mine .quote")).to_contain_text("Boat 59")
    page.locator(".message--mine").get_by_role("link", name="Reply, react…").click()
    page.get_by_role("textbox", name="New text").fill("A fine boat")
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".message--mine .message__body")).to_have_text("A fine boat")
    page.locator(".message--mine").get_by_role("link", name="Reply, react…").click()
    page.get_by_role("button", name="Save for later").click()
    expect(page.locator(".kept .message__body")).to_have_text("A fine boat")

    page.get_by_role("searchbox", name="Search messages").first.fill("fine boat")
    page.get_by_role("searchbox", name="Search messages").first.press("Enter")
    page.get_by_role("list", name="Messages found").get_by_role("link").click()
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_text("Boats and tides")).to_be_visible()
    page.get_by_role("link", name="People and settings").click()
    page.get_by_role("button", name="Leave the room").click()
    expect(page.get_by_text("You left the room.")).to_be_visible()

    page.get_by_title("Your profile").click()
    page.get_by_role("textbox", name="Full name").fill("Robert Baker")
    page.get_by_role("button", name="Save profile").click()
    expect(page.locator(".identity__name")).to_have_text("Robert Baker")
    sections = page.get_by_role("navigation", name="Settings")
    sections.get_by_role("link", name="Appearance").click()
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    sections.get_by_role("link", name="Privacy").click()
    page.get_by_label("Invisible").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Invisible")).to_be_checked()
    sections.get_by_role("link", name="Notifications").click()
    expect(page.get_by_text("here none runs")).to_be_visible()
    other = new_device()
    other.call("POST", "auth/login/", email="bob@example.org", password=PASSWORD)
    sections.get_by_role("link", name="Devices").click()
    page.get_by_role("button", name="Sign out all other devices").click()
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    assert other.context.request.get("/api/users/me/").status == 401
    sections.get_by_role("link", name="Account").click()
    page.locator("#closing_current_password").fill(PASSWORD)
    page.get_by_role("button", name="Close my account").click()
    expect(page.get_by_text("Your account is closed.")).to_be_visible()


def test_a_page_whose_client_does_not_come_is_as_without_script(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "hello")
    page = alice.page
    alice.device.expects("net::ERR_FAILED")
    page.route("**/js/chat/index.*.js", lambda route: route.abort())
    page.goto(f"/rooms/{room}/")
    expect(page.get_by_role("link", name="Reply, react…")).to_be_visible()
    expect(page.get_by_role("button", name="Mark as read")).to_be_visible()
    page.unroute("**/js/chat/index.*.js")
    page.reload()
    page.evaluate("customElements.whenDefined('parley-chat').then(() => true)")
    expect(page.get_by_role("link", name="Reply, react…")).to_be_hidden()
