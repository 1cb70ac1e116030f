"""Notifications of the system: asked for by a button, one for each message, and none of what is looked at."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import Person, wait_in

# Around the browser's own, which shows nothing that a test could see: what it was asked to show, and to play.
RECORD = """
globalThis.told = [];
globalThis.notes = 0;
globalThis.OscillatorNode = class extends OscillatorNode {
  start(at) {
    super.start(at);
    notes += 1;
  }
};
globalThis.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    told.push(this);
    document.documentElement.dataset.told = told.map(({ title, body }) => `${title}: ${body}`).join("\\n");
  }
};
"""
# Whether the news that another tab has turned them on has come to this one.
KNOWS = "JSON.parse(localStorage.getItem('parley-notices') ?? '{}').on === true"


def told(page: Page, *notices: str) -> None:
    """Wait until this tab has shown these notifications and no others."""
    expect(page.locator("html")).to_have_attribute("data-told", "\n".join(notices))


def test_what_is_not_looked_at_is_told_once_and_leads_to_its_place(alice: Person, bob: Person, room: int) -> None:
    bob.device.context.add_init_script(RECORD)
    bob.device.context.grant_permissions(["notifications"])
    page, *more, other = bob.page, *(bob.device.tab() for _ in range(4))
    for tab in (page, *more):
        tab.goto("/rooms/")
    expect(page.locator(".connection")).to_be_hidden()
    alice.write(room, "before it was wanted")
    expect(bob.row("Alice Arden").locator("[data-slot=unread-count]")).to_have_text("1")

    other.goto("/settings/notifications/")
    other.get_by_role("button", name="Turn on notifications").click()
    expect(other.get_by_text("This device tells you of new messages")).to_be_visible()
    other.goto("/people/")
    wait_in(page, lambda: page.evaluate(KNOWS))
    alice.write(room, "the *tide* is high")
    told(page, "Alice Arden: the tide is high")
    for tab in (*more, other):
        expect(tab.locator("html[data-told]")).to_have_count(0)
    # It sounds in the tab that leads, and the system is quiet; a conversation that shall not sound does not.
    assert page.evaluate("[notes, told.at(-1).silent]") == [2, True]
    assert [tab.evaluate("notes") for tab in (*more, other)] == [0, 0, 0, 0]
    other.goto(f"/rooms/{room}/me/")
    other.get_by_role("checkbox", name="Sound").uncheck()
    other.goto("/settings/notifications/")
    sound = other.get_by_role("checkbox", name="Play a sound for messages")
    expect(sound).to_be_checked()  # all others still do
    sound.uncheck()
    other.reload()
    expect(sound).not_to_be_checked()
    other.get_by_role("button", name="Hear it").click()
    assert other.evaluate("notes") == 2
    other.goto("/people/")

    bob.device.call("PATCH", f"rooms/{room}/me/", muted=True)
    expect(page).to_have_title("Conversations · Parley")
    alice.write(room, "not so urgent")
    alice.write(room, "@bob_baker, it rises")
    told(page, "Alice Arden: the tide is high", "Alice Arden: @bob_baker, it rises")
    assert page.evaluate("[notes, told.at(-1).silent]") == [2, True]
    expect(page).to_have_title("(1) Conversations · Parley")
    expect(bob.row("Alice Arden").locator("[data-slot=unread-count]")).to_have_text("4")

    page.evaluate("told.at(-1).onclick()")
    expect(page).to_have_url(re.compile(rf"/rooms/{room}/\?around=4#m-4$"))
    expect(bob.message("@bob_baker, it rises")).to_have_class(re.compile("message--target"))
    alice.write(room, "@bob_baker, do you see it?")
    expect(bob.messages.last).to_have_text("@bob_baker, do you see it?")
    page.goto("/settings/notifications/")  # now another tab leads, whichever
    alice.write(room, "@bob_baker, and now?")
    tabs = (*more, other)
    wait_in(other, lambda: any(tab.evaluate("told.length") for tab in tabs))
    for tab in tabs:
        expect(tab.locator(".row [data-slot=last]")).to_have_text("@bob_baker, and now?")
    assert sorted(tab.evaluate("told.map(({ body }) => body).join()") for tab in tabs) == [
        *[""] * 3,
        "@bob_baker, and now?",
    ]
