"""What can be done with a message in the browser: answered, edited, reacted to, kept, undone."""

import re

from playwright.sync_api import FilePayload, Locator, Route, expect

from tests.browser.conftest import NewPerson
from tests.browser.people import Person
from tests.browser.server import Server
from tests.browser.test_notifications import RECORD, told
from tests.chat.media.samples import picture

# What a job worker does when the time has come.
REMIND = """
from chat.models import SavedMessage
from chat.services.reminders import remind
saved = SavedMessage.objects.waiting().get()
remind(saved_id=saved.pk, at=saved.remind_at)
"""

# As on a device whose clock is wrong.
TOMORROW = "{ const now = Date.now; Date.now = () => now() + 86_400_000; }"

WIDTHS = "(parts) => parts.map((part) => part.getBoundingClientRect().width)"


def box(person: Person) -> Locator:
    return person.page.get_by_role("textbox", name="Write to")


def test_a_message_is_answered_and_both_see_what_it_answers(alice: Person, bob: Person, room: int) -> None:
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    alice.say("a *moth*?")
    bob.sees("a moth?")
    bob.act("a moth?", "Reply")
    expect(bob.page.locator("[data-slot=context]")).to_contain_text("Reply to Alice Arden: a moth?")
    bob.say("yes")
    for person in (alice, bob):
        expect(person.message("yes").locator("[data-slot=quote]")).to_have_text(re.compile(r"Alice Arden\s+a moth\?"))
        widths = person.message("yes").locator("[data-slot=quote], [data-slot=body]").evaluate_all(WIDTHS)
        assert widths[0] == widths[1], "one bubble holds both"
    expect(bob.page.locator("[data-slot=context]")).to_be_hidden()

    alice.act("a moth?", "Edit")
    expect(box(alice)).to_have_value("a *moth*?")
    box(alice).fill("a bug?")
    box(alice).press("Enter")
    for person in (alice, bob):
        expect(person.page.locator("#m-1 [data-slot=marks]")).to_have_text("Edited")
        expect(person.message("yes").locator("[data-slot=quote-text]")).to_have_text("a bug?")
    expect(box(alice)).to_have_value("")

    # What is gone stands nowhere, also not above the box of who is just answering it.
    bob.act("a bug?", "Reply")
    context = bob.page.locator("[data-slot=context-text]")
    expect(context).to_have_text("Reply to Alice Arden: a bug?")
    alice.delete("a bug?")
    expect(context).to_have_text("Reply to Alice Arden: Message deleted")


def test_a_thread_stands_beside_its_conversation_and_grows(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "a *moth*?")
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    address = re.compile(rf"/rooms/{room}/$")
    place = f"/rooms/{room}/thread/1/"
    held: list[Route] = []
    alice.page.route("**/message-changes.*.js", lambda route: held.append(route))  # for which an answer does not wait
    alice.act("a moth?", "Reply")
    alice.say("a bug")
    alice.page.unroute("**/message-changes.*.js")
    for person in (alice, bob):
        expect(person.message("a moth?").get_by_role("link", name="1 reply", exact=True)).to_be_visible()
    page, box_in_thread = bob.page, bob.page.get_by_role("textbox", name="Reply in this thread")
    beside = page.get_by_role("complementary", name="Thread")
    expect(beside).to_have_count(0)
    bob.act("a bug", "Open thread")
    expect(page).to_have_url(re.compile(f"{place}$"))
    expect(box_in_thread).to_be_focused()
    page.get_by_role("main").locator(".message", has_text="a bug").hover()
    expect(page.get_by_role("main").get_by_role("toolbar")).to_be_in_viewport(ratio=1)  # where there is less room now
    said = beside.locator("[data-slot=body]")
    expect(said).to_have_text(["a moth?", "a bug"])
    expect(beside.locator("[data-slot=quote]")).to_have_count(0)
    box_in_thread.fill("which one?")
    box_in_thread.press("Enter")
    expect(said).to_have_text(["a moth?", "a bug", "which one?"])
    expect(beside.locator(".message--pending")).to_have_count(0)
    box_in_thread.fill("half a sen")

    # Who looks at the conversation has it there, and what comes and goes is counted.
    alice.sees("a moth?", "a bug", "which one?")
    expect(alice.message("a moth?").get_by_role("link", name="2 replies")).to_be_visible()
    alice.act("which one?", "Reply")
    alice.say("this one")
    expect(said).to_have_text(["a moth?", "a bug", "which one?", "this one"])
    expect(beside.get_by_text("3 replies")).to_be_visible()
    alice.delete("a bug")
    expect(beside.get_by_text("2 replies")).to_be_visible()
    for person in (alice, bob):
        expect(person.page.get_by_role("main").get_by_role("link", name="2 replies")).to_be_visible()

    # One of the replies is answered by keys, and Esc goes one step at a time.
    reply, about = beside.locator(".message", has_text="this one"), beside.locator("[data-slot=context-text]")
    menu = beside.get_by_role("dialog", name="Message actions")
    for key in ("Enter", "Escape"):
        reply.focus()
        page.keyboard.press(key)
        expect(menu).to_have_count(1 if key == "Enter" else 0)
    expect(reply).to_be_focused()
    page.keyboard.press("r")
    expect(about).to_have_text("Reply to Alice Arden: this one")
    expect(box_in_thread).to_be_focused()

    # Back and forward, a reload, and a page of its own where there is no width.
    page.go_back()
    expect(page).to_have_url(address)
    expect(beside).to_have_count(0)
    page.go_forward()
    expect(box_in_thread).to_have_value("half a sen")
    page.reload()
    expect(said).to_have_text(["a moth?", "Message deleted", "which one?", "this one"])
    expect(page.get_by_role("main").locator("[data-slot=body]")).to_have_count(4)
    expect(about).to_have_text("Reply to Alice Arden: this one")

    # What goes with any message goes with a reply.
    sea: FilePayload = {"name": "sea.png", "mimeType": "image/png", "buffer": picture(90, 60)}
    beside.get_by_label("Attach pictures and files").set_input_files([sea])
    expect(beside.locator(".tile [data-slot=tile-state]")).to_have_text(re.compile(r"^[\d.]+ K?B$"))
    box_in_thread.fill("look ")
    beside.get_by_role("button", name="Emoji", exact=True).click()
    page.get_by_role("dialog", name="Emoji").get_by_role("option").first.click()
    expect(box_in_thread).to_have_value("look 👍")
    box_in_thread.press("Enter")
    expect(beside.locator(".tile")).to_have_count(0)
    for said_by in (beside.locator(".message").last, alice.message("look 👍")):
        expect(said_by.locator("[data-slot=attachments] img").first).to_be_visible()
        expect(said_by.locator("[data-slot=quote-text]")).to_have_text("this one")
    expect(about).to_be_hidden()
    expect(beside.locator(".message--pending")).to_have_count(0)
    beside.get_by_role("button", name="Close thread").click()
    expect(page).to_have_url(address)
    expect(beside).to_have_count(0)

    # On a phone it takes the place of the conversation, and lives as that does.
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("main").get_by_role("link", name="3 replies").click()
    beside = page.get_by_role("main", name="Thread")
    said = beside.locator("[data-slot=body]")
    expect(beside).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    expect(page).to_have_url(re.compile(f"{place}$"))
    bob.device.context.add_init_script(RECORD)
    bob.device.context.grant_permissions(["notifications"])
    page.evaluate("localStorage.setItem('parley-notices', JSON.stringify({ on: true, sound: false }))")
    page.route("**/thread-pane.*.js", lambda route: held.append(route))
    page.reload()
    box_in_thread.fill("on a phone")  # before the box is exchanged, not while it is
    page.unroute("**/thread-pane.*.js")
    expect(beside).to_be_visible()
    expect(box_in_thread).to_have_value("on a phone")
    beside.get_by_role("button", name="Reply", exact=True).click()
    expect(said.last).to_have_text("on a phone")
    expect(beside.locator(".message--pending")).to_have_count(0)
    alice.sees_last("on a phone")
    # What is seen of the thread is read. What that covers is not, and calls.
    alice.act("which one?", "Reply")
    alice.say("from afar")
    expect(said.last).to_have_text("from afar")
    read = alice.page.locator("[data-slot=status][data-status=read]")
    expect(alice.message("from afar").filter(has=read)).to_be_visible()
    alice.write(room, "by the way")
    told(page, "Alice Arden: by the way")
    expect(page).to_have_title("(1) Alice Arden · Parley")
    box_in_thread.fill("not now")
    beside.get_by_role("button", name="Reply", exact=True).click()
    alice.sees_last("not now")
    expect(beside.locator(".message--pending")).to_have_count(0)
    expect(page).to_have_title("(1) Alice Arden · Parley")
    # What is edited, is so in the conversation.
    beside.locator(".message", has_text="not now").focus()
    page.keyboard.press("e")
    expect(box(bob)).to_have_value("not now")
    expect(box(bob)).to_be_focused()
    box(bob).press("Escape")
    expect(page).to_have_url(address)
    expect(beside).to_have_count(0)
    expect(alice.message("by the way").filter(has=read)).to_be_visible()
    expect(page).to_have_title("Alice Arden · Parley")


def test_an_edit_can_be_left_and_what_was_being_written_is_there_again(alice: Person, room: int) -> None:
    alice.page.add_init_script(TOMORROW)
    alice.opens(f"/rooms/{room}/")
    alice.say("first")
    box(alice).fill("half a sen")
    alice.act("first", "Edit")
    expect(box(alice)).to_have_value("first")
    box(alice).press("Escape")
    expect(box(alice)).to_have_value("half a sen")
    alice.sees("first")


def test_reactions_come_and_go_on_both_sides(alice: Person, bob: Person, room: int) -> None:
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    alice.say("done")
    bob.sees("done")
    toolbar = bob.point_at("done")
    toolbar.get_by_role("button", name="React", exact=True).click()
    toolbar.get_by_role("button", name="React with 🎉").click()
    for person in (alice, bob):
        expect(person.message("done").locator(".reaction")).to_have_text(re.compile(r"🎉\s+1"))
    alice.message("done").locator(".reaction").click()
    for person in (alice, bob):
        expect(person.message("done").locator(".reaction__count")).to_have_text("2")
    expect(alice.message("done").locator(".reaction")).to_have_class(re.compile("reaction--mine"))
    alice.message("done").locator(".reaction").click()
    bob.message("done").locator(".reaction").click()
    for person in (alice, bob):
        expect(person.message("done").locator(".reaction")).to_have_count(0)


def test_a_deletion_is_undone(alice: Person, bob: Person, room: int) -> None:
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    alice.say("dear all")
    bob.sees("dear all")
    alice.delete("dear all")
    bob.sees("Message deleted")
    undo = alice.page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    for _ in range(2):  # by way of the box
        alice.page.keyboard.press("F6")
    expect(undo).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(undo).to_be_hidden()
    expect(box(alice)).to_be_focused()
    for person in (alice, bob):
        person.sees("dear all")


def test_a_message_is_pinned_kept_reminded_of_and_linked_to(
    alice: Person, bob: Person, room: int, server: Server
) -> None:
    for number in range(1, 90):
        alice.write(room, f"number {number}")
    alice.opens(f"/rooms/{room}/")
    bob.opens(f"/rooms/{room}/")
    alice.act("number 89", "Pin")
    expect(alice.message("number 89").locator("[data-slot=marks]")).to_have_text("Pinned")
    expect(alice.page.locator(".message--system").last).to_contain_text("Alice Arden pinned a message.")
    expect(bob.row("Alice Arden")).to_contain_text("Alice Arden pinned a message.")
    alice.act("number 89", "Save for later")
    toast = alice.page.locator("[data-slot=toast]")
    expect(toast).to_contain_text("Saved for later")
    expect(alice.page.locator(".connection")).to_be_hidden()
    alice.act("number 80", "Remind me")
    dialog = alice.page.get_by_role("dialog", name="Remind me of this message")
    dialog.get_by_role("button", name="In 1 hour").click()
    expect(toast).to_contain_text("You will be reminded on")
    alice.act("number 80", "Remind me")
    expect(dialog.get_by_role("status")).to_contain_text("You will be reminded on")
    expect(dialog.get_by_role("button", name="No reminder")).to_be_visible()
    dialog.get_by_role("button", name="Never mind").click()
    server.manage("shell", "--command", REMIND)
    expect(toast).to_contain_text("Reminder: Alice Arden: number 80")
    alice.opens("/saved/")
    expect(alice.page.locator(".kept", has_text="number 80")).to_contain_text("Due since")
    bob.opens(f"/rooms/{room}/?around=10#m-10")
    expect(bob.page.locator("#m-10")).to_be_in_viewport()
    expect(bob.page.locator("#m-10")).to_have_class(re.compile("message--target"))


def test_calling_everybody_in_a_larger_room_wants_to_be_meant(
    alice: Person, bob: Person, new_person: NewPerson
) -> None:
    others = [bob, *(new_person(name) for name in ("Carol Cole", "Dan Dahl", "Eve Evans", "Finn Falk"))]
    room = alice.device.call("POST", "rooms/", kind="private", name="Harbour")["id"]
    alice.device.call("POST", f"rooms/{room}/members/", users=[person.user for person in others])
    alice.opens(f"/rooms/{room}/")
    alice.say("@room lunch?")
    dialog = alice.page.get_by_role("dialog", name="Call everybody?")
    expect(dialog).to_contain_text("all 6 people")
    dialog.get_by_role("button", name="Go back").click()
    expect(box(alice)).to_have_value("@room lunch?")
    box(alice).press("Enter")
    dialog.get_by_role("button", name="Send to everybody").click()
    expect(alice.page.locator(".mention")).to_have_text("@room")
    bob.opens(f"/rooms/{room}/")
    expect(bob.page.locator(".message--calls-me")).to_have_count(1)


def test_a_moderator_says_why_and_a_message_goes_on_to_another_conversation(
    alice: Person, bob: Person, carol: Person, room: int
) -> None:
    harbour, jetty, quay = (
        alice.device.call("POST", "rooms/", kind="private", name=name)["id"] for name in ("Harbour", "Jetty", "Quay")
    )
    for each in (harbour, jetty):
        alice.device.call("POST", f"rooms/{each}/members/", users=[bob.user])
    alice.device.call("POST", f"rooms/{quay}/archive/")
    alice.write(room, "hello")
    bob.write(harbour, "cheap watches")
    alice.opens(f"/rooms/{harbour}/")
    alice.act("cheap watches", "Forward")
    dialog = alice.page.get_by_role("dialog", name="Forward this message")
    find = dialog.get_by_role("combobox", name="Forward to")
    expect(find).to_be_focused()
    proposed = dialog.locator("[data-slot=option-name]")
    expect(proposed).to_have_text(["Bob Baker", "Jetty"])  # not where it stands already, nor what is only for reading
    find.press("ArrowDown")
    find.press("Enter")
    expect(dialog.get_by_role("button", name="Remove Jetty")).to_be_visible()
    find.press("Backspace")
    expect(dialog.get_by_role("button", name="Forward", exact=True)).to_be_disabled()
    find.fill("caro")
    expect(proposed).to_have_text(["Carol Cole"])  # with whom she has not talked yet
    find.press("Enter")
    expect(dialog.get_by_role("button", name="Remove Carol Cole")).to_be_visible()
    expect(find).to_have_value("")
    find.fill("bob")
    dialog.get_by_role("option", name="Bob Baker").click()
    expect(dialog.get_by_role("option", name="Bob Baker")).to_contain_text("chosen")
    dialog.get_by_label("A message with it").fill("do not buy")
    dialog.get_by_role("button", name="Forward to 2").click()
    expect(dialog).to_have_count(0)
    expect(alice.page.locator("[data-slot=toast]")).to_contain_text("Forwarded to Carol Cole and Bob Baker")
    alice.page.get_by_role("button", name="Open Carol Cole").click()
    expect(alice.page.get_by_role("heading", name="Carol Cole").first).to_be_visible()
    alice.has_sent("cheap watches", "do not buy")
    alice.opens(f"/rooms/{harbour}/")
    alice.act("cheap watches", "Delete message")
    dialog = alice.page.get_by_role("dialog", name="Delete this message for everybody?")
    dialog.get_by_label("Why?").fill("Advertising")
    dialog.get_by_role("button", name="Delete message").click()
    expect(alice.page.locator(".message--deleted")).to_have_count(1)
    bob.opens(f"/rooms/{room}/")
    expect(bob.message("cheap watches").locator("[data-slot=marks]")).to_have_text("Forwarded")
    bob.sees("hello", "cheap watches", "do not buy")

    # And from there, by keys alone, to two more. What is closed meanwhile stays chosen, and says why.
    more = bob.message("cheap watches").get_by_role("button", name="More", exact=True)
    bob.act("cheap watches", "Forward")
    find = bob.page.get_by_role("combobox", name="Forward to")
    expect(find).to_be_focused()
    bob.page.keyboard.press("Escape")
    expect(find).to_have_count(0)
    expect(more).to_be_focused()
    bob.act("cheap watches", "Forward")
    dialog = bob.page.get_by_role("dialog", name="Forward this message")
    for letters, name in (("harb", "Harbour"), ("jett", "Jetty")):
        find.fill(letters)
        expect(dialog.locator("[data-slot=option-name]")).to_have_text([name])
        find.press("Enter")
    alice.device.call("POST", f"rooms/{harbour}/archive/")
    bob.device.expects("the server responded with a status of 403")
    bob.page.keyboard.press("ControlOrMeta+Enter")
    expect(bob.page.locator("[data-slot=toast]")).to_contain_text("Forwarded to Jetty")
    expect(dialog.get_by_role("status")).to_contain_text("Harbour: This room is archived")
    expect(dialog.locator("[data-slot=chip-name]")).to_have_text(["Harbour"])
    bob.page.keyboard.press("Escape")
    expect(bob.row("Jetty")).to_contain_text("You: cheap watches")
