"""The box to write in: what it proposes, what it understands, and what it never does."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from config.embedded.process import wait_until
from tests.browser.conftest import open_room
from tests.browser.haste import HASTE, STORED
from tests.browser.people import BACK_MS, Person, wait_in

DRAG = """(main, { type, text }) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  main.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
CHOSEN = """(area) => {
  const option = document.getElementById(area.getAttribute("aria-activedescendant"));
  return option?.ariaSelected === "true" ? option.textContent : "";
}"""
PRESS = "(area, event) => area.dispatchEvent(new KeyboardEvent('keydown', event))"
PASTE = """(area, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def box(page: Page) -> Locator:
    return page.locator("textarea[name=body]")


def proposed(page: Page) -> Locator:
    return page.get_by_role("option")


def is_chosen(page: Page, words: str) -> None:
    """Wait until the field names this proposal as the active one."""
    wait_in(page, lambda: words in box(page).evaluate(CHOSEN))


def harbour(alice: Person, *others: Person) -> int:
    room: int = alice.device.call("POST", "rooms/", kind="private", name="Harbour office")["id"]
    alice.device.call("POST", f"rooms/{room}/members/", users=[person.user for person in others])
    return room


def test_people_rooms_and_emoji_are_proposed_and_chosen_by_keys(alice: Person, bob: Person, carol: Person) -> None:
    room = harbour(alice, bob)
    page = alice.page
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    bob.say("hello")
    alice.sees_last("hello")
    write = box(page)
    expect(write).not_to_have_attribute("role", "combobox")
    write.press_sequentially("dear @b")
    expect(proposed(page)).to_have_text(re.compile(r"Bob Baker\s+@bob_baker"))
    field = page.get_by_role("combobox", name="Write to", expanded=True)
    expect(field).to_have_attribute("aria-autocomplete", "list")
    listbox = page.get_by_role("listbox", name="People")
    assert listbox.get_attribute("id") == field.get_attribute("aria-controls")
    is_chosen(page, "Bob Baker")

    write.press("Escape")  # no, thanks: it does not come back for this word
    expect(listbox).to_be_hidden()
    write.press_sequentially("o")
    expect(listbox).to_be_hidden()
    write.press_sequentially(" and @")
    expect(proposed(page)).to_have_count(2)
    write.press("ArrowDown")
    is_chosen(page, "everybody here, 2 people")
    write.press("ArrowDown")
    is_chosen(page, "Bob Baker")
    write.press("Enter")
    expect(write).to_have_value("dear @bo and @bob_baker ")

    write.press_sequentially("#hb")
    expect(proposed(page)).to_have_count(0)
    write.press("Backspace")
    is_chosen(page, "Harbour office")
    write.press("Tab")
    write.press_sequentially(":tad")
    is_chosen(page, "🎉")
    proposed(page).first.click()
    expect(write).to_be_focused()
    expect(write).to_have_value(f"dear @bo and @bob_baker [#Harbour office](/rooms/{room}/) 🎉 ")
    page.keyboard.press("ControlOrMeta+z")  # what was put in can be undone
    expect(write).to_have_value(f"dear @bo and @bob_baker [#Harbour office](/rooms/{room}/) :tad")
    write.press("Escape")
    write.press("Enter")
    expect(bob.page.locator(".message--calls-me")).to_have_count(1)

    # Who is not in the room is not called; who may brings them in before the message goes.
    write.press_sequentially("@carol")
    is_chosen(page, "not in this room")
    write.press("Enter")
    warning = page.get_by_text("Carol Cole is not in this room and will not hear of it.")
    expect(warning).to_be_visible()
    write.fill("not `@carol_cole` but @bob_baker")
    expect(warning).to_be_hidden()
    write.fill("hear, @carol_cole")
    page.get_by_role("button", name="Add them").click()
    expect(page.locator("[data-slot=toast]")).to_have_text("Carol Cole is in this room now.")
    expect(warning).to_be_hidden()
    write.press("Enter")
    expect(page.locator(".message__body .mention", has_text="carol_cole")).to_be_visible()
    direct = open_room(alice, bob)
    alice.opens(f"/rooms/{direct}/")
    alice.say(f"[#Harbour office](/rooms/{room}/)")
    page.evaluate("window.stayed = true")
    page.locator(".message__body a").click()
    expect(page.get_by_role("heading", name="Harbour office")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_nothing_happens_while_somebody_composes_a_character(alice: Person, bob: Person, room: int) -> None:
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    session = page.context.new_cdp_session(page)
    box(page).focus()
    session.send("Input.imeSetComposition", {"text": "@b", "selectionStart": 2, "selectionEnd": 2})
    expect(box(page)).to_have_value("@b")
    for key in ("Enter", "ArrowUp", "Escape"):
        event = {"key": key, "isComposing": True, "keyCode": 229, "bubbles": True, "cancelable": True}
        assert box(page).evaluate(PRESS, event), f"{key} belongs to the input method"
    expect(proposed(page)).to_have_count(0)
    session.send("Input.insertText", {"text": "@b"})
    is_chosen(page, "Bob Baker")
    alice.sees()


def test_commands_do_what_they_say_or_say_what_is_wrong(alice: Person, bob: Person, carol: Person) -> None:
    room = harbour(alice, bob)
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    page, wrong, toast = alice.page, alice.page.locator("#composer-error"), alice.page.locator("[data-slot=toast]")
    alice.say("/dance tango")
    expect(wrong).to_have_text(re.compile(r"There is no command /dance\."))
    expect(box(page)).to_have_value("/dance tango")
    alice.say("/topic")
    expect(wrong).to_contain_text("Write the topic behind it")
    alice.say("/topic Boats and tides")
    expect(bob.page.locator(".room__sub")).to_have_text("Boats and tides")
    expect(wrong).to_be_hidden()
    expect(box(page)).to_have_value("")
    alice.say("/invite @carol_cole ")
    expect(toast).to_have_text("Carol Cole is invited.")
    alice.say("/shrug who knows", "/me makes tea", "/usr/bin is a path")
    for said in (r"who knows ¯\_(ツ)_/¯", "makes tea", "/usr/bin is a path"):
        expect(bob.page.locator(".message__body", has_text=said)).to_be_visible()
    expect(bob.page.locator(".message__body em")).to_have_text("makes tea")

    box(page).fill("")
    box(page).press_sequentially("/")
    expect(proposed(page)).to_have_count(9)
    box(page).press_sequentially("he")
    box(page).press("Tab")
    box(page).press("Enter")
    expect(page.get_by_role("dialog", name="Keys and commands")).to_be_visible()
    page.keyboard.press("Escape")
    alice.device.call("PATCH", f"rooms/{room}/", slow_seconds=600)
    bob.say("one at a time")
    expect(bob.page.get_by_role("timer")).to_have_text("Slow mode: your next message goes out in 10 minutes.")
    bob.device.expects("403 (Forbidden)")
    bob.say("/topic Whales")
    expect(bob.page.locator("#composer-error")).to_have_text(re.compile(r"^Only .+"))
    bob.say("/leave")
    expect(bob.page.locator("#composer-error")).to_contain_text("“/leave now”")
    bob.say("/leave now")
    expect(bob.page).to_have_url(f"{bob.device.link.url}/rooms/")
    expect(page.locator(".message--system").last).to_contain_text("Bob Baker left.")


def test_the_last_message_is_edited_marked_up_and_linked_without_a_mouse(alice: Person, bob: Person, room: int) -> None:
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    alice.say("first", "secnd")
    alice.has_sent("first", "secnd")
    write = box(page)
    write.press("ArrowUp")
    expect(write).to_have_value("secnd")
    expect(page.locator("[data-slot=context]")).to_contain_text("Edit your message")
    write.fill("second")
    write.press("Enter")
    expect(alice.message("second").locator("[data-slot=marks]")).to_have_text("Edited")
    expect(write).to_have_value("")
    write.press("ArrowUp")
    expect(write).to_have_value("second")
    write.press("Escape")
    expect(write).to_have_value("")
    expect(page.locator("[data-slot=context]")).to_be_hidden()

    write.fill("read this now")
    write.evaluate("(area) => area.setSelectionRange(5, 9)")
    write.press("ControlOrMeta+b")
    expect(write).to_have_value("read **this** now")
    write.press("ControlOrMeta+b")
    expect(write).to_have_value("read this now")
    assert not write.evaluate(PASTE, "https://example.org/a_(b)")
    expect(write).to_have_value("read [this](https://example.org/a_%28b%29) now")
    write.press("ArrowUp")
    expect(write).to_have_value("read [this](https://example.org/a_%28b%29) now")

    write.evaluate("(area) => area.setSelectionRange(0, 0)")
    main = page.locator("main")
    main.evaluate(DRAG, {"type": "dragover", "text": ""})
    expect(main).to_have_class(re.compile("room--dropping"))
    main.evaluate(DRAG, {"type": "drop", "text": "Please "})
    expect(main).not_to_have_class(re.compile("room--dropping"))
    expect(write).to_have_value(re.compile("^Please read"))
    write.fill("a\n" * 100)
    assert write.evaluate("(area) => area.offsetHeight <= innerHeight * 0.41 && area.scrollHeight > area.offsetHeight")


def test_any_emoji_is_found_for_a_message_and_for_a_reaction(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "guess what")
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    box(page).fill("at sea ")
    page.get_by_role("button", name="Emoji", exact=True).click()
    picker = page.get_by_role("dialog", name="Emoji")
    field, signs = picker.get_by_role("combobox", name="Find an emoji"), picker.get_by_role("option")
    active = picker.locator("[aria-selected=true]")
    expect(field).to_be_focused()
    line = signs.evaluate_all("(all) => all.filter((each) => each.offsetTop === all[0].offsetTop).length")
    for key, at in (("ArrowRight", 1), ("ArrowDown", 1 + line), ("ArrowUp", 1), ("ArrowLeft", 0)):
        field.press(key)
        assert active.evaluate("(each) => [...each.parentNode.children].indexOf(each)") == at
    field.press_sequentially("qqq")
    expect(picker).to_contain_text("No emoji has this name.")
    field.fill("ocean")
    expect(picker).to_contain_text(":ocean:")
    field.press("Enter")
    expect(picker).to_be_hidden()
    expect(box(page)).to_have_value("at sea 🌊")

    toolbar = alice.point_at("guess what")
    toolbar.get_by_role("button", name="React", exact=True).click()
    toolbar.get_by_role("button", name="Any emoji").click()
    expect(signs.first).to_have_text("🌊")  # what was used last comes first
    field.press_sequentially("octo")
    field.press("Enter")
    expect(alice.message("guess what").locator(".reaction")).to_have_text(re.compile("🐙"))

    # The colour of skin is chosen once, for all that have one, wherever they are proposed.
    page.get_by_role("button", name="Emoji", exact=True).click()
    field.press("Tab")
    page.keyboard.press("ArrowRight")
    page.get_by_role("radio", name="Medium dark").check()
    field.fill("wave")
    field.press("Enter")
    expect(box(page)).to_have_value("at sea 🌊👋🏾")
    alice.reloads()
    expect(box(page)).to_have_value("at sea 🌊👋🏾")
    box(page).press_sequentially(" :thumbsu")
    expect(proposed(page).first).to_contain_text("👍🏾")
    box(page).press("Escape")
    alice.point_at("guess what").get_by_role("button", name="React with 👋🏾").click()
    expect(alice.message("guess what").locator(".reaction")).to_have_text([re.compile("🐙"), re.compile("👋🏾")])
    mine = alice.point_at("guess what").get_by_role("button", name="React with 👋🏾")
    expect(mine).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("seed", [1])
def test_what_one_writes_in_haste_is_once_in_its_room_or_waits_there(
    alice: Person, bob: Person, carol: Person, seed: int
) -> None:
    rooms = {bob.name: open_room(alice, bob), carol.name: open_room(alice, carol)}
    rooms["Harbour office"] = harbour(alice, bob)
    for name, room in rooms.items():
        alice.write(room, f"{name} begins")
    page, link = alice.page, alice.device.link
    link.expect_trouble()
    alice.opens(f"/rooms/{rooms['Harbour office']}/")
    first: FilePayload = {"name": "Harbour.txt", "mimeType": "text/plain", "buffer": b"of the sea"}
    page.get_by_label("Attach pictures and files").set_input_files([first])
    expect(page.locator(".tile")).to_be_visible()
    made = [first["name"]]
    for burst, disturb in enumerate((lambda: None, link.hold, link.cut, alice.reloads)):
        disturb()
        made += page.evaluate(HASTE, [seed * 10 + burst, 45])
        page.evaluate(STORED, alice.user)
        link.mend()
    assert len(set(made)) == len(made) > 50

    for name, room in rooms.items():
        alice.row(name).click()
        expect(page).to_have_url(f"{link.url}/rooms/{room}/")
        expect(alice.pending).to_have_count(0, timeout=BACK_MS)
        expect(page.locator(".message--failed")).to_have_count(0)
        box(page).press("Escape")  # should it be an answer, or an edit
        of_room = sorted(each for each in made if each.startswith(name.partition(" ")[0]))

        def is_whole(room: int = room, of_room: list[str] = of_room) -> bool:
            return written_in(alice, room) == of_room

        if not wait_until(is_whole, seconds=30):
            assert written_in(alice, room) == of_room, name


def written_in(person: Person, room: int) -> list[str]:
    """The words and files that are in the messages of the open room, or wait in its box."""
    said = person.device.call("GET", f"rooms/{room}/messages/?limit=100")["results"]
    said = [message for message in said if message["kind"] == "text" and "begins" not in message["body"]]
    words = " ".join([*(message["body"] for message in said), box(person.page).input_value()]).split()
    files = [file["name"] for message in said for file in message["attachments"]]
    return sorted([*words, *files, *person.page.locator(".tile [data-slot=tile-name]").all_text_contents()])
