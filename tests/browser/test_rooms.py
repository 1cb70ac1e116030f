"""A room of many in two browsers: made and run by plain forms, and live where there is script."""

import re

from playwright.sync_api import expect

from tests.browser.people import Person


def test_a_room_is_made_joined_closed_and_left(alice: Person, bob: Person) -> None:
    mine, his = alice.page, bob.page
    mine.goto("/rooms/find/")
    mine.get_by_role("link", name="Make a room", exact=True).first.click()
    mine.get_by_label("Name", exact=True).fill("Harbour")
    mine.get_by_label("Topic", exact=True).fill("Boats and tides")
    mine.get_by_label("Who may come").select_option("public")
    mine.get_by_role("button", name="Create room").click()
    expect(mine.get_by_role("heading", name="Harbour")).to_be_visible()

    his.goto("/rooms/find/?q=tides")
    his.get_by_role("button", name=re.compile("Harbour .* Join")).click()
    expect(his).to_have_url(re.compile(r"/rooms/\d+/$"))
    bob.say("Ahoy")
    alice.row("Harbour").click()
    expect(alice.messages.last).to_have_text("Ahoy")

    mine.get_by_role("link", name="Details").click()
    details = mine.get_by_role("complementary", name="Details")
    expect(details.get_by_role("listitem").filter(has_text="Alice Arden (you)")).to_be_visible()
    details.get_by_role("link", name="People and settings").click()
    his.get_by_role("textbox", name="Write to").fill("half a thought")
    mine.get_by_label("Name", exact=True).fill("Haven")
    mine.get_by_label("Only moderators, admins and owners write here").check()
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_label("Only moderators, admins and owners write here")).to_be_checked()
    expect(his.get_by_text("Only moderators write in this room.")).to_be_visible()
    expect(his.get_by_role("textbox", name="Write to")).to_be_hidden()
    expect(his.locator("main [name=body]")).to_have_attribute("placeholder", "Write to Haven")
    expect(his).to_have_title("Haven · Parley")
    expect(his.get_by_role("link", name="See who does")).to_have_attribute("href", re.compile(r"^/rooms/\d+/about/$"))

    row = mine.locator(".about__row", has_text="Bob Baker")
    row.get_by_text("Change").click()
    row.get_by_role("button", name="Remove").click()
    expect(his).to_have_url(re.compile(r"/rooms/$"))
    expect(his.locator(".row", has_text="Haven")).to_have_count(0)
    expect(his.get_by_role("button", name="Copy what you wrote")).to_be_visible()


def test_who_is_invited_sees_it_in_the_list_and_comes_in(alice: Person, bob: Person) -> None:
    room = alice.device.call("POST", "rooms/", kind="private", name="Harbour")["id"]
    with bob.page.expect_response("**/api/invitations/**"):  # what is there by then is no news
        bob.opens("/rooms/")
    expect(bob.page.get_by_text("Alice Arden")).to_have_count(0)
    alice.device.call("POST", f"rooms/{room}/invitations/", user=bob.user)
    expect(bob.page.locator("[data-slot=toast]")).to_contain_text("Alice Arden invites you to Harbour.")
    bob.page.get_by_role("link", name="you are invited to Harbour").click()
    bob.page.get_by_role("link", name="Harbour Alice Arden invites you").click()
    bob.page.get_by_role("button", name="Join").click()
    expect(bob.page.get_by_role("textbox", name="Write to Harbour")).to_be_visible()
    door = bob.page.get_by_role("link", name="Find or make a room", exact=True)
    expect(door.locator("[data-slot=invited]")).to_be_hidden()

    # Who is out while there is no network takes along what could not be sent.
    bob.device.expects("the server responded with a status of 404")
    bob.device.link.cut()
    bob.say("on my way")
    bob.has_stored("outbox", 1)
    alice.device.call("DELETE", f"rooms/{room}/members/{bob.user}/")
    bob.device.link.mend()
    bob.page.evaluate("dispatchEvent(new Event('online'))")
    bob.page.get_by_role("button", name="Copy its text").click()
    bob.has_stored("outbox", 0)


def test_the_author_reads_why_a_moderator_deleted_a_message(alice: Person, bob: Person) -> None:
    room = alice.device.call("POST", "rooms/", kind="private", name="Harbour")["id"]
    alice.device.call("POST", f"rooms/{room}/members/", users=[bob.user])
    bob.opens(f"/rooms/{room}/")
    message = bob.write(room, "Cheap boats")
    expect(bob.messages.last).to_have_text("Cheap boats")
    alice.device.call("DELETE", f"messages/{message}/", reason="Advertising.")
    expect(bob.messages.last).to_have_text("A moderator deleted this message")
    bob.page.get_by_role("link", name="Why?").click()
    expect(bob.page.get_by_text("Advertising.")).to_be_visible()
