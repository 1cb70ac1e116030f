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
    his.get_by_role("button", name="Join Harbour").click()
    expect(his).to_have_url(re.compile(r"/rooms/\d+/$"))
    bob.say("Ahoy")
    alice.row("Harbour").click()
    expect(alice.messages.last).to_have_text("Ahoy")

    mine.get_by_role("link", name="About this room").click()
    mine.get_by_label("Only moderators, admins and owners write here").check()
    mine.get_by_role("button", name="Save").click()
    expect(his.get_by_text("Only moderators write in this room.")).to_be_visible()
    expect(his.get_by_role("textbox", name="Write to")).to_be_hidden()

    row = mine.locator(".about__row", has_text="Bob Baker")
    row.get_by_text("Change").click()
    row.get_by_role("button", name="Remove").click()
    expect(his).to_have_url(re.compile(r"/rooms/$"))
    expect(his.locator(".row", has_text="Harbour")).to_have_count(0)
