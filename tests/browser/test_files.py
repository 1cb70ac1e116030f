"""Pictures, files and voices: chosen, described, sent, shown and looked at; nothing is lost, twice, or moves."""

import re
from base64 import b64encode

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import NewDevice, NewPerson, open_room
from tests.browser.people import PASSWORD, Person
from tests.browser.test_accessibility import faults_of
from tests.chat.media.samples import HTML, PDF, picture

# A file as the clipboard or a pointer brings it.
BRING = """(target, { kind, files }) => {
  const data = new DataTransfer();
  for (const { name, type, content } of files) {
    data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name, { type }));
  }
  const on = { bubbles: true, cancelable: true };
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, ...on }));
  else for (const type of ["dragover", kind]) target.dispatchEvent(new DragEvent(type, { dataTransfer: data, ...on }));
}"""
# Notes what of a message moves by itself.
WATCH = """() => {
  window.shifts = [];
  const moved = ({ sources }) => sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
  const note = (list) => list.getEntries().filter((shift) => !shift.hadRecentInput).forEach((shift) =>
    shifts.push(...moved(shift).filter((each) => /picture|gallery|voice/.test(each))));
  new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
}"""
# Notes which square of a picture is sent.
NOTE_SQUARE = """() => {
  const real = window.fetch;
  window.fetch = (url, how) => {
    if (how?.body instanceof FormData) noteSquare(["x", "y", "size"].map((name) => Number(how.body.get(name))));
    return real(url, how);
  };
}"""
# As browsers do where its owner says no; this one is started so that it always says yes.
REFUSE_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
}"""
LOADED = "(images) => Promise.all(images.map((image) => image.decode())).then(() => images.length)"


def payload(name: str, content: bytes, type_: str) -> FilePayload:
    return {"name": name, "mimeType": type_, "buffer": content}


def bring(target: Locator, kind: str, *files: FilePayload) -> None:
    """Paste or drop files."""
    told = [
        {"name": file["name"], "type": file["mimeType"], "content": b64encode(file["buffer"]).decode()}
        for file in files
    ]
    target.evaluate(BRING, {"kind": kind, "files": told})


def tile(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Files to send").get_by_role("listitem").filter(has_text=name)


def ready(page: Page, *names: str) -> None:
    """Wait until these files are uploaded, and no others are there."""
    expect(page.locator(".tile [data-slot=tile-name]")).to_have_text(list(names))
    for name in names:
        expect(tile(page, name).locator("[data-slot=tile-state]")).to_have_text(re.compile(r"^[\d.]+ K?B$"))


def write(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Write to")


def test_pictures_and_files_go_with_a_message_and_are_looked_at_by_keyboard(
    alice: Person, new_person: NewPerson
) -> None:
    bob = new_person("Bob Baker", **PHONE)
    room = open_room(alice, bob)
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    page = alice.page
    sea = payload("sea.png", picture(900, 600), "image/png")
    bring(write(page), "paste", sea)
    bring(
        page.locator("main"),
        "drop",
        payload("wide.jpg", picture(3000, 900, "JPEG"), "image/jpeg"),
        payload("tall.png", picture(200, 500), "image/png"),
    )
    alice.device.expects("415 (Unsupported Media Type)")
    page.get_by_label("Attach pictures and files").set_input_files(
        [
            payload("plan.pdf", PDF, "application/pdf"),
            payload("page.jpg", HTML, "image/jpeg"),
            payload("nothing.txt", b"", "text/plain"),
        ]
    )
    expect(page.locator("#composer-error")).to_have_text("“nothing.txt” is empty. Choose another file.")
    expect(tile(page, "page.jpg")).to_contain_text("Files of this kind cannot be sent.")
    write(page).fill("Look")
    write(page).press("Enter")
    expect(page.locator("#composer-error")).to_contain_text("“page.jpg” cannot be sent.")
    expect(write(page)).to_have_value("Look")
    assert faults_of(page) == []

    # By keyboard: to the tiles, along them, describe one, take two away.
    tile(page, "sea.png").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What is to be seen").fill("The sea at dusk")
    page.keyboard.press("Enter")
    expect(tile(page, "sea.png")).to_be_focused()
    page.keyboard.press("End")
    expect(tile(page, "page.jpg")).to_be_focused()
    page.keyboard.press("Delete")
    expect(tile(page, "plan.pdf")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    ready(page, "sea.png", "wide.webp", "plan.pdf")

    bob.page.evaluate(WATCH)
    write(page).press("Enter")
    alice.has_sent("Look")
    bob.sees("Look")
    shown = bob.page.locator(".picture__image")
    expect(shown).to_have_count(2)
    expect(shown.first).to_have_attribute("alt", "The sea at dusk")
    assert shown.evaluate_all(LOADED) == 2
    assert bob.page.evaluate("shifts") == []
    with bob.page.expect_download() as download:
        bob.page.get_by_role("link", name="plan.pdf").click()
    assert download.value.suggested_filename == "plan.pdf"
    write(bob.page).fill("A reply without words follows")
    write(bob.page).press("Control+Enter")
    bob.has_sent("Look", "A reply without words follows")
    bring(write(bob.page), "paste", sea)
    bob.page.get_by_role("button", name="Send", exact=True).click()  # at once, before it is made ready
    expect(page.locator(".message--bare .picture__image")).to_have_count(1)
    expect(alice.row("Bob Baker").locator("[data-slot=last]")).to_have_text("Photo")

    page.add_init_script(f"({WATCH})()")
    alice.reloads()
    assert page.locator(".picture__image").evaluate_all(LOADED) == 3
    assert page.evaluate("shifts") == []

    # The lightbox, by keyboard, and the way back.
    page.locator(".picture").first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Pictures of this conversation")
    expect(box).to_contain_text("1 of 3")
    expect(box.get_by_role("img", name="The sea at dusk")).to_be_visible()
    expect(box.locator("[data-slot=lightbox-image]")).to_have_attribute("src", re.compile(r"/media/[\w-]+/$"))
    for key, place in (("ArrowRight", "2 of 3"), ("End", "3 of 3"), ("PageUp", "2 of 3"), ("ArrowLeft", "1 of 3")):
        page.keyboard.press(key)
        expect(box).to_contain_text(place)
    page.keyboard.press("+")
    expect(box).to_have_class(re.compile("lightbox--near"))
    page.keyboard.press("-")
    expect(box).not_to_have_class(re.compile("lightbox--near"))
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator(".picture").first).to_be_focused()
    write(page).press("Escape")  # all is read
    expect(page).to_have_title("Bob Baker · Parley")
    page.locator(".picture").first.press("Enter")
    expect(box).to_be_visible()
    bob.write(room, "Meanwhile")  # nobody sees what comes under it
    expect(page).to_have_title("(1) Bob Baker · Parley")
    page.go_back()
    expect(box).to_be_hidden()
    page.locator("[data-slot=log]").evaluate("(log) => { log.scrollTop = 0; }")
    expect(page).to_have_title("Bob Baker · Parley")
    expect(page).to_have_url(f"{alice.device.link.url}/rooms/{room}/")

    alice.delete("Look")
    expect(bob.page.locator(".picture")).to_have_count(1)


def test_a_picture_that_was_sent_without_a_network_goes_out_once(alice: Person, bob: Person, talking: int) -> None:
    page = alice.page
    alice.say("before")
    alice.has_sent("before")
    page.get_by_label("Attach pictures and files").set_input_files([payload("first.png", picture(60, 40), "image/png")])
    ready(page, "first.png")
    alice.device.link.cut()
    page.get_by_label("Attach pictures and files").set_input_files([payload("tunnel.png", picture(), "image/png")])
    expect(tile(page, "tunnel.png")).to_contain_text("Waiting for the connection")
    write(page).fill("from the tunnel")
    write(page).press("Enter")
    write(page).fill("still in it")
    expect(alice.pending).to_have_text(["from the tunnel"])
    expect(page.locator(".message--pending .picture__image")).to_have_count(2)
    assert page.locator(".message--pending .picture__image").evaluate_all(LOADED) == 2, "it is shown from this device"
    alice.device.link.mend()
    alice.has_sent("before", "from the tunnel")
    expect(write(page)).to_have_value("still in it")
    expect(page.locator(".picture__image[src^='/media/']")).to_have_count(2)
    bob.sees("before", "from the tunnel")

    # The same, but for a page that goes before its upload.
    write(page).fill("")
    page.route("**/api/uploads/", lambda route: route.abort())
    page.get_by_label("Attach pictures and files").set_input_files([payload("later.png", picture(), "image/png")])
    tile(page, "later.png").wait_for()
    write(page).fill("after all")
    write(page).press("Enter")
    expect(alice.pending).to_have_text(["after all"])
    alice.device.expects("net::ERR_FAILED")
    page.get_by_label("Attach pictures and files").set_input_files([payload("begun.png", picture(), "image/png")])
    tile(page, "begun.png").wait_for()
    alice.has_stored("outbox", 1)
    alice.has_stored("files", 1)
    alice.reloads()
    expect(alice.pending).to_have_text(["after all"])
    expect(tile(page, "begun.png")).to_be_visible()
    page.unroute("**/api/uploads/")
    alice.has_sent("before", "from the tunnel", "after all")
    ready(page, "begun.png")
    bob.sees("before", "from the tunnel", "after all")
    expect(bob.page.locator(".picture__image")).to_have_count(3)


def test_a_voice_is_recorded_heard_and_told_of(alice: Person, bob: Person, talking: int) -> None:
    elsewhere = alice.device.call("POST", "rooms/", kind="private", name="Harbour")["id"]
    page = alice.page
    record = page.get_by_role("button", name="Record a voice message")
    bar = page.get_by_role("group", name="Voice message")
    record.click()
    expect(bar.get_by_role("button", name="Stop recording")).to_be_focused()
    expect(bar.get_by_role("timer")).to_have_text(re.compile(r"\d:(?!00)\d\d"))
    page.keyboard.press("Escape")  # it stops, and nothing is lost
    expect(bar.get_by_role("button", name="Play: voice message")).to_be_visible()
    assert faults_of(page) == []
    bar.get_by_role("button", name="Send the voice message").click()
    expect(bar).to_have_count(0)
    mine, theirs = page.locator(".timeline .voice"), bob.page.locator(".timeline .voice")
    expect(theirs).to_have_class(re.compile("voice--new"))
    expect(mine).not_to_have_class(re.compile("voice--heard"))
    expect(alice.row("Bob Baker").locator("[data-slot=last]")).to_have_text(
        re.compile(r"^You: Voice message, \d:\d\d$")
    )
    expect(page.locator(".message--pending")).to_have_count(0)

    position = theirs.get_by_role("slider")
    expect(position.locator("svg")).to_have_count(2)  # the player has come
    position.press("End")
    last = position.get_attribute("aria-valuemax")
    expect(position).to_have_attribute("aria-valuenow", last or "")
    position.press("Home")
    expect(position).to_have_attribute("aria-valuenow", "0")
    speed = theirs.get_by_role("button", name="Speed")
    for name in ("1.5 times", "2 times", "1 times"):
        speed.click()
        expect(speed).to_have_accessible_name(f"Speed: {name}")
    bob.page.evaluate("""() => document.addEventListener("voice-heard", () => (window.heard = true))""")
    theirs.get_by_role("button", name="Play").click()
    expect(mine).to_have_class(re.compile("voice--heard"))
    expect(theirs).not_to_have_class(re.compile("voice--new|voice--broken"))
    bob.reloads()
    expect(theirs.get_by_role("slider").locator("svg")).to_have_count(2)
    expect(theirs).not_to_have_class(re.compile("voice--new"))

    # What is said in a room stays with it, also where what shows it comes late.
    held: list[Route] = []
    page.route("**/composer-tray.*.js", lambda route: held.append(route))
    record.click()
    expect(bar.get_by_role("timer")).to_have_text(re.compile(r"\d:(?!00)\d\d"))
    with page.expect_request("**/composer-tray.*.js"):
        alice.row("Harbour").click()
    expect(page).to_have_url(f"{alice.device.link.url}/rooms/{elsewhere}/")
    expect(bar).to_have_count(0)
    expect(page.locator(".tile")).to_have_count(0)
    alice.row("Bob Baker").click()
    expect(page.locator(".timeline .voice")).to_have_count(1)
    held[0].continue_()
    expect(tile(page, "Voice message, ")).to_be_visible()
    expect(page.locator(".timeline .voice")).to_have_count(1)

    # Somebody who does not let us have the microphone is told how to.
    bob.page.evaluate(REFUSE_MICROPHONE)
    bob.page.get_by_role("button", name="Record a voice message").click()
    expect(bob.page.locator("#composer-error")).to_contain_text("Parley may not use the microphone. Allow it")
    expect(write(bob.page)).to_be_visible()


def test_pictures_go_and_are_seen_without_script(alice: Person, new_device: NewDevice) -> None:
    device = new_device(java_script_enabled=False)
    device.call("POST", "auth/signup/", full_name="Bob Baker", email="bob@example.org", password=PASSWORD)
    room = device.call("POST", "rooms/", kind="direct", user=alice.user)["id"]
    alice.opens(f"/rooms/{room}/")
    page = device.tab(f"/rooms/{room}/")
    page.get_by_label("Attach pictures and files").set_input_files(
        [payload("sea.png", picture(), "image/png"), payload("plan.pdf", PDF, "application/pdf")]
    )
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".picture__image")).to_be_visible()
    expect(page.get_by_role("link", name="plan.pdf")).to_have_attribute(
        "href", re.compile(r"^/media/[\w-]+/\?download$")
    )
    expect(alice.page.locator(".picture__image")).to_be_visible()
    device.expects("status of 415")
    page.get_by_label("Attach pictures and files").set_input_files([payload("page.jpg", HTML, "image/jpeg")])
    page.get_by_role("textbox", name="Write to").fill("and this?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("“page.jpg” was not sent, nor was your message.")
    expect(page.get_by_role("textbox", name="Write to")).to_have_value("and this?")
    page.locator(".picture").click()
    expect(page).to_have_url(re.compile(r"/media/[\w-]+/$"))


def test_a_face_is_chosen_cut_and_seen_by_others_at_once(alice: Person, bob: Person, talking: int) -> None:
    bob.write(talking, "who is there?")
    alice.write(talking, "me")
    expect(bob.page.locator(".avatar__picture")).to_have_count(0)
    page = alice.page
    alice.device.expects("net::ERR_FAILED")
    page.route("**/portrait.*.js", lambda route: route.abort())
    page.goto("/settings/")
    expect(page.get_by_role("button", name="Save picture")).to_be_visible()
    page.unroute("**/portrait.*.js")
    page.get_by_label("Choose a picture").focus()
    expect(page.get_by_role("button", name="Save picture")).to_be_hidden()  # there is a better way, with script
    page.get_by_label("Choose a picture").set_input_files([payload("me.png", picture(300, 200), "image/png")])
    dialog = page.get_by_role("dialog", name="Choose what is shown")
    expect(dialog.get_by_role("img")).to_be_focused()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("slider", name="Size")).not_to_have_value("0")
    assert faults_of(page) == []
    squares: list[list[int]] = []
    page.expose_function("noteSquare", lambda square: squares.append(square))
    page.evaluate(NOTE_SQUARE)
    dialog.get_by_role("button", name="Show this").click()
    expect(page.locator(".identity .avatar__picture")).to_be_visible()
    [(x, _y, size)] = squares
    assert size < 200 and x > (300 - size) / 2, "it is a part, and right of the middle"
    for place in (".room__top", ".timeline .message", ".rooms__list"):
        expect(bob.page.locator(f"{place} .avatar__picture")).to_have_count(1)
    page.goto(f"/rooms/{talking}/")
    expect(page.locator(".me .avatar__picture")).to_be_visible()
    page.goto("/settings/")
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator(".identity .avatar__picture")).to_have_count(0)
    expect(bob.page.locator(".avatar__picture")).to_have_count(0)
    page.get_by_label("Full name").fill("Alicia Arden")
    page.get_by_role("button", name="Save profile").click()
    for place in (".room__top", ".timeline .message", ".rooms__list"):
        expect(bob.page.locator(place).filter(has_text="Alicia Arden")).to_have_count(1)
