"""The main job: two people sign up, find each other and talk."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewDevice
from tests.browser.database import Database
from tests.browser.people import PASSWORD, Person, fill_in

# Notes whether somebody is still said to be writing when their message has been drawn.
NOTE_WRITING = """(line) => {
  const timeline = document.querySelector("[data-slot=timeline]");
  new MutationObserver((_, watch) => {
    if (!timeline.textContent.includes("Hello")) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => (timeline.dataset.writing = String(!line.hidden))));
  }).observe(timeline, { subtree: true, childList: true });
}"""
# Notes what those hear who listen.
NOTE_SAID = """(announcer) => {
  const said = [];
  new MutationObserver(() => {
    if (announcer.textContent) said.push(announcer.textContent);
    announcer.dataset.said = said.join("\\n");
  }).observe(announcer, { childList: true, characterData: true, subtree: true });
}"""

NASTY = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"alert('taken')\">",
    "[click](javascript:alert('taken'))",
    "\u202edrawkcab\u202c forwards",
    "\u2066<b>isolated",
    "</article></main><style>body{display:none}</style>",
)


def test_two_people_sign_up_find_each_other_and_talk(new_device: NewDevice, database: Database) -> None:
    hers, his = new_device().tab("/"), new_device().tab("/")
    for page, name in ((hers, "Alice Arden"), (his, "Bob Baker")):
        page.get_by_role("link", name="Make an account").click()
        fill_in(page, full_name=name, email=f"{name[:3]}@example.org", password=PASSWORD)
        page.wait_for_url("**/rooms/")
        expect(page.locator(".me__name")).to_have_text(name)

    hers.get_by_role("link", name="Find people").last.click()
    hers.get_by_role("button", name="Bob Baker").click()
    hers.get_by_role("textbox", name="Write to Bob Baker").fill("Hello Bob")
    hers.get_by_role("button", name="Send").click()

    expect(hers.locator(".message__body")).to_have_text(["Hello Bob"])
    his.locator(".row", has_text="Alice Arden").click()  # it appeared in his list by itself
    expect(his.locator(".message__body")).to_have_text(["Hello Bob"])
    his.get_by_role("textbox", name="Write to Alice Arden").fill("Hello Alice")
    his.keyboard.press("Enter")
    for page in (hers, his):
        expect(page.locator(".message__body")).to_have_text(["Hello Bob", "Hello Alice"])
    room = int(re.sub(r"\D", "", hers.url.partition("/rooms/")[2]))
    assert database.bodies(room) == ["Hello Bob", "Hello Alice"]


def test_a_message_stands_there_before_the_server_knows_and_then_gets_its_ticks(
    alice: Person, bob: Person, room: int
) -> None:
    alice.opens(f"/rooms/{room}/")
    alice.say("to warm up")
    status = alice.page.locator(".message").last.locator("[data-slot=status]")
    expect(status).to_have_attribute("data-status", "sent")

    alice.device.link.hold()
    alice.say("on its way")
    alice.sees("to warm up", "on its way")
    expect(status).to_have_attribute("data-status", "pending")
    alice.device.link.mend()

    expect(status).to_have_attribute("data-status", "sent")
    bob.opens("/rooms/")
    expect(status).to_have_attribute("data-status", "delivered")
    bob.opens(f"/rooms/{room}/")
    expect(status).to_have_attribute("data-status", "read")
    expect(alice.page.locator("[data-slot=timeline] [data-slot=status]:not([data-status=''])")).to_have_count(1)


def test_typing_is_shown_until_the_message_is_there(alice: Person, bob: Person, talking: int) -> None:
    line = alice.page.locator("[data-slot=typing]")
    expect(line).to_be_hidden()
    bob.page.get_by_role("textbox", name="Write to").press_sequentially("He")
    expect(line).to_have_text("Bob is writing")
    expect(bob.page.locator("[data-slot=typing]")).to_be_hidden()
    line.evaluate(NOTE_WRITING)
    bob.page.keyboard.type("llo")
    bob.page.keyboard.press("Enter")
    alice.sees("Hello")
    expect(alice.page.locator("[data-slot=timeline]")).to_have_attribute("data-writing", "false")
    expect(line).to_be_hidden()


def test_whoever_closes_the_tab_while_writing_is_no_longer_writing(alice: Person, bob: Person, talking: int) -> None:
    bob.page.get_by_role("textbox", name="Write to").press_sequentially("He")
    line = alice.page.locator("[data-slot=typing]")
    expect(line).to_be_visible()
    bob.device.leave()
    expect(line).to_be_hidden()


def test_a_deleted_message_is_gone_for_both_at_once(
    alice: Person, bob: Person, talking: int, database: Database
) -> None:
    alice.say("first", "a slip of the tongue", "last")
    bob.sees("first", "a slip of the tongue", "last")

    alice.delete("a slip of the tongue")
    alice.sees("first", "You deleted this message", "last")
    bob.sees("first", "Message deleted", "last")
    for person in (alice, bob):
        expect(person.page.locator("[data-slot=announcer]")).to_be_empty()  # which may just have read it out
        assert "slip" not in person.page.content()
        person.reloads()
        assert "slip" not in person.page.content()
    assert database.bodies(talking) == ["first", "", "last"]


def test_what_arrives_is_told_to_those_who_listen_and_leaves_nothing_behind(
    alice: Person, bob: Person, talking: int
) -> None:
    announcer = bob.page.locator("[data-slot=announcer]")
    announcer.evaluate(NOTE_SAID)
    words = "Alice Arden: can you hear me?"
    for times in (1, 2):  # the same words again are news
        alice.say("can you hear me?")
        expect(announcer).to_have_attribute("data-said", "\n".join([words] * times))
        expect(announcer).to_be_empty()
    expect(alice.page.locator("[data-slot=announcer]")).to_be_empty()


def test_only_ones_own_messages_can_be_deleted(alice: Person, bob: Person, talking: int) -> None:
    alice.say("mine to take back")
    bob.sees("mine to take back")
    for person, buttons in ((alice, ["Copy text", "Delete message"]), (bob, ["Copy text"])):
        menu = person.menu_of("mine to take back")
        for name in ("Copy text", "Delete message"):
            expect(menu.get_by_role("button", name=name)).to_have_count(int(name in buttons))


def test_what_looks_like_code_is_shown_as_text(alice: Person, bob: Person, talking: int) -> None:
    alice.say(*NASTY)
    for person in (alice, bob):
        expect(person.messages).to_have_count(len(NASTY))
        expect(person.pending).to_have_count(0)
        person.reloads()  # from here on as the server renders it
    for person in (alice, bob):
        expect(person.messages).to_have_count(len(NASTY))
        shown = person.messages.all_text_contents()
        assert shown[:2] == list(NASTY[:2])
        assert "drawkcab" in shown[3]
        assert shown[5] == NASTY[5]
        expect(person.page.locator("[data-slot=timeline] :is(script, img, style, a[href^=javascript])")).to_have_count(
            0
        )
        assert "taken" not in person.page.title()
        expect(person.page.locator("main")).to_be_visible()


def test_a_name_that_looks_like_code_is_shown_as_text(alice: Person, new_device: NewDevice) -> None:
    device = new_device()
    mallory = device.call(
        "POST",
        "auth/signup/",
        full_name='<img src=x onerror="alert(1)">',
        email="mallory@example.org",
        password=PASSWORD,
    )
    room = device.call("POST", "rooms/", kind="direct", user=alice.user)["id"]
    alice.opens("/rooms/")
    device.call("POST", f"rooms/{room}/messages/", client_id="0d3f6c1e-1f6c-4b8a-9d0a-000000000001", body="hello")
    alice.row(mallory["full_name"]).click()
    expect(alice.page.get_by_role("heading", name=mallory["full_name"])).to_be_visible()
    alice.reloads()
    expect(alice.page.locator("img")).to_have_count(0)
