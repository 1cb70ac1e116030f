"""Moderators and administrators at work in the admin, while those concerned look at their own screens."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import Axe
from tests.browser.conftest import NewPerson
from tests.browser.database import Database
from tests.browser.people import PASSWORD, Person, fill_in

PAGES = (
    "",
    "chat/report/?queue=all",
    "chat/message/",
    "chat/room/",
    "accounts/user/",
    "accounts/user/{bob}/person/",
    "accounts/auditentry/",
    "accounts/filterrule/try/",
)


HREFS = "(links) => links.map(({ href }) => href)"


def forms_of(page: Page) -> list[str]:
    """Where the tables of the admin lead to: the form of one row of each, and that of a new one."""
    page.goto("/admin/")
    found = []
    for table in page.locator("#content-main tbody th a").evaluate_all(HREFS):
        page.goto(table)
        found += page.locator("#result_list tbody tr:first-child th a, .object-tools .addlink").evaluate_all(HREFS)
    return [path for path in found if "/auth/group/" not in path or "add" in path]  # two of one form


def act(page: Page, name: str, reason: str) -> None:
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=name, exact=True).click()


def test_a_report_leads_to_a_ban_and_an_appeal_back_in(
    alice: Person, bob: Person, new_person: NewPerson, database: Database
) -> None:
    mona, ada = new_person("Mona Moderator"), new_person("Ada Admin")
    database.promote(mona.user, "Moderators")
    database.promote(ada.user, "Administrators")
    room = alice.device.call("POST", "rooms/", kind="private", name="Harbour")["id"]
    alice.device.call("POST", f"rooms/{room}/members/", users=[bob.user])
    alice.write(room, "Who has seen my boat?")
    bob.write(room, "Buy canaries!")
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")

    # Alice reports what Bob said, and Mona finds it on top of her queue.
    alice.act("Buy canaries!", "Report")
    dialog = alice.page.get_by_role("dialog", name="Report this message?")
    dialog.get_by_label("What is wrong?").select_option("spam")
    dialog.get_by_label("What should the moderators know?").fill("All day long")
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(alice.page.locator("[data-slot=toast]")).to_contain_text("Thank you. The moderators look at it")
    desk = mona.page
    desk.goto("/admin/")
    desk.get_by_role("link", name="Buy canaries!").click()
    expect(desk.get_by_text("All day long")).to_be_visible()
    expect(desk.get_by_text("Who has seen my boat?")).to_be_visible()
    assert (faults := Axe(desk).faults()) == [], "\n".join(faults)

    # She deletes it: at once it is gone from everybody's screen, and both are told.
    act(desk, "Delete the message", "Advertising")
    expect(desk.get_by_text("The message is deleted for everybody.")).to_be_visible()
    for person in (alice, bob):
        expect(person.message("Buy canaries!")).to_have_count(0)
    for person in (alice, bob):
        expect(person.page.get_by_role("link", name="The moderators have told you something.")).to_be_visible()
    bob.page.get_by_role("link", name="The moderators have told you something.").click()
    expect(bob.page.get_by_text("A moderator deleted a message of yours. The reason: Advertising")).to_be_visible()
    bob.opens(f"/rooms/{room}/")
    bob.say("Buy more canaries!")
    expect(alice.messages.last).to_have_text("Buy more canaries!")

    # It was the wrong one, she thinks, and takes it back where she is told to; then she has thought again.
    desk.get_by_role("link", name="Undo", exact=True).click()
    expect(desk.get_by_role("heading", name="What was done")).to_be_visible()
    act(desk, "Undo what can be undone", "On second thought")
    expect(desk.get_by_text("1 undone.")).to_be_visible()
    expect(desk.get_by_text("undone by Mona Moderator")).to_be_visible()
    for person in (alice, bob):
        expect(person.message("Buy canaries!")).to_be_visible()
    faults = []
    for path in PAGES:
        desk.goto(f"/admin/{path.format(bob=bob.user)}")
        faults += [f"{path}: {fault}" for fault in Axe(desk).faults()]
    assert not faults, "\n".join(faults)
    desk.goto("/admin/chat/report/?queue=decided")
    desk.get_by_role("link", name="Buy canaries!").click()
    act(desk, "Delete the message", "Advertising after all")
    expect(desk.get_by_text("The message is deleted for everybody.")).to_be_visible()
    expect(bob.message("Buy canaries!")).to_have_count(0)

    # She bans him: he is out before he does anything, and learns why at the door.
    act(desk, "Ban for", "Advertising, again")
    expect(desk.get_by_text("They are banned, and out.")).to_be_visible()
    expect(bob.page).to_have_url(re.compile("/login/"))
    bob.device.expects("403")
    fill_in(bob.page, email=bob.email, password=PASSWORD)
    expect(bob.page.get_by_role("alert")).to_contain_text("The reason: Advertising, again")
    bob.page.get_by_role("link", name="Appeal against the ban").click()
    expect(bob.page.locator("[name=text]")).to_be_visible()
    fill_in(bob.page, email=bob.email, password=PASSWORD, text="It was my brother.")
    expect(bob.page.get_by_text("Your appeal is with the moderators.")).to_be_visible()

    # Ada, who administers the site, grants the appeal, and reads in the trail who did what.
    ada.page.goto("/admin/")
    ada.page.get_by_role("link", name="It was my brother.").click()
    act(ada.page, "Grant: end the sanction", "Brothers happen")
    expect(ada.page.get_by_text("The appeal is granted, and they are told.")).to_be_visible()
    ada.page.get_by_role("link", name="Audit").click()
    rows = ada.page.locator("#result_list tbody tr")
    newest = ("appeal.granted", "ban.lifted", "ban.imposed", "message.deleted", "message.restored")
    for number, action in enumerate(newest):  # below them stands what others did before
        expect(rows.nth(number)).to_contain_text(action)
    fill_in(bob.page, email=bob.email, password=PASSWORD)
    expect(bob.page.get_by_role("link", name="The moderators have told you something.")).to_be_visible()

    for trouble in ("Applying inline style", "CSP: style-src", "Couldn't load preload assets"):
        ada.device.expects(trouble)  # of axe itself, where a sheet imports another
    faults = []
    for path in forms_of(ada.page):
        ada.page.goto(path)
        faults += [f"{path}: {fault}" for fault in Axe(ada.page).faults()]
    assert not faults, "\n".join(faults)

    # What is for administrators only, moderators do not find.
    ada.page.goto(f"/admin/accounts/user/{bob.user}/person/")
    ada.page.get_by_role("link", name="Edit the account").click()
    expect(ada.page.get_by_label("E-mail address")).to_have_value(bob.email)
    desk.goto(f"/admin/accounts/user/{bob.user}/person/")
    expect(desk.get_by_role("heading", name="Bob Baker")).to_be_visible()
    expect(desk.get_by_role("link", name="Edit the account")).to_have_count(0)
