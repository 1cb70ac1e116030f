"""The widget on somebody else's site: another origin, a strict policy, and pages that are not kind to it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.axe import Axe
from tests.browser.chromium import PHONE
from tests.browser.conftest import NewDevice
from tests.browser.host import HostSite
from tests.browser.people import BACK_MS, Device, Person, wait_in
from tests.browser.server import Server
from tests.browser.wall import Wall
from tests.chat.media.samples import picture
from tests.documents import code_in

# Two pictures later whatever was to happen at once has happened.
SETTLE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What is left of the screen above a keyboard, where that begins, and how much it is enlarged; as it is, for what is not
# named.
KEYBOARD = """(screen) => {
  for (const name of ["height", "scale", "offsetTop"]) {
    if (name in screen) Object.defineProperty(visualViewport, name, { value: screen[name], configurable: true });
    else delete visualViewport[name];
  }
  visualViewport.dispatchEvent(new Event("resize"));
}"""
WORDS = "(words) => document.querySelector('chat-widget').setAttribute('words', words)"
AT_REST = "() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))"
OPEN_SOCKETS = "() => sockets.filter(({ readyState }) => readyState <= 1).length"


@pytest.fixture
def visitor(new_device: NewDevice) -> Device:
    """A browser that has never been here."""
    return new_device()


@pytest.fixture
def host(visitor: Device) -> Iterator[HostSite]:
    with HostSite(visitor.link.url) as host:
        host.pages["/icon.js"] = ""
        yield host


def register(server: Server, host: HostSite, *options: str) -> dict[str, Any]:
    command = ("create_widget", "Boats", "--origin", host.url, *options, "--json")
    site: dict[str, Any] = json.loads(server.manage(*command))
    return site


def make_room(person: Person, name: str) -> int:
    room: int = person.device.call("POST", "rooms/", kind="private", name=name)["id"]
    return room


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Chat"))


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Chat")


def write(page: Page, body: str) -> None:
    page.get_by_role("textbox", name="Write a message").fill(body)
    page.get_by_role("textbox", name="Write a message").press("Enter")


def said(page: Page, *bodies: str) -> None:
    expect(panel(page).locator(".message:not(.message--system) [data-slot=body]")).to_have_text(list(bodies))
    expect(panel(page).locator(".message--pending")).to_have_count(0)


def test_a_guest_on_another_site_talks_with_the_team(
    server: Server, visitor: Device, host: HostSite, alice: Person
) -> None:
    room = make_room(alice, "Help desk")
    site = register(server, host, "--room", str(room), "--guests")
    host.put("/", f'<chat-widget site="{site["site"]}"></chat-widget>')
    page = visitor.tab()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if request.url.startswith(host.ours) else None)
    page.goto(host.url)
    expect(launcher(page)).to_be_visible()
    assert loaded == [f"{host.ours}/widget.js"], "nothing more before somebody wants it"
    assert page.evaluate("running.size") == 0

    launcher(page).click()
    expect(panel(page).get_by_role("heading", name="Help desk")).to_be_visible()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    for icon in panel(page).locator("button .icon").all():
        expect(icon).to_have_css("fill", "none")  # the button that opened it has a sheet of its own
    assert Axe(page).faults() == []
    write(page, "Is the blue boat **still** there?")
    said(page, "Is the blue boat still there?")
    alice.opens(f"/rooms/{room}/")
    alice.sees_last("Is the blue boat still there?")
    alice.say("It is.")
    expect(panel(page).locator("[data-slot=announcer]")).to_have_text("Alice Arden: It is.")
    said(page, "Is the blue boat still there?", "It is.")
    assert not [cookie for cookie in visitor.context.cookies() if "parley" in cookie["name"]]
    assert not [url for url in loaded if "token" in url]

    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    alice.say("Shall I **keep** it for you?")
    expect(launcher(page)).to_have_accessible_name(re.compile(r"Chat, \d unread"))
    expect(page.get_by_role("status")).to_have_text("Alice Arden: Shall I keep it for you?")
    page.emulate_media(media="print")
    expect(launcher(page)).to_be_hidden()
    page.emulate_media(media="screen")
    page.reload()
    expect(launcher(page)).to_have_accessible_name(re.compile(r"Chat, \d unread"))  # by itself: this is no stranger
    launcher(page).click()
    said(page, "Is the blue boat still there?", "It is.", "Shall I keep it for you?")
    expect(panel(page).locator(".message--mine")).to_have_count(1)
    expect(launcher(page)).to_have_count(0)

    # A page that is kept for the way back holds no socket; what was said meanwhile comes with it.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert page.evaluate(OPEN_SOCKETS) == 0
    alice.write(room, "Are you there?")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    said(page, "Is the blue boat still there?", "It is.", "Shall I keep it for you?", "Are you there?")

    # What is written while there is no network waits, and survives the page.
    visitor.link.cut()
    page.get_by_role("textbox", name="Write a message").fill("I am back")
    page.get_by_role("textbox", name="Write a message").press("Enter")
    expect(panel(page).locator(".message--pending [data-slot=body]")).to_have_text("I am back")
    page.reload()
    expect(page.get_by_role("heading", name="Boats and ropes")).to_be_visible()
    launcher(page).click()  # the browser still has it
    expect(page.get_by_role("textbox", name="Write a message")).to_be_disabled()
    visitor.link.mend()
    expect(alice.messages.last).to_have_text("I am back", timeout=BACK_MS)  # nobody has to ask for it

    # Two of one site share a connection; without them nothing is left.
    page.evaluate("document.body.append(document.querySelector('chat-widget').cloneNode())")
    page.evaluate("document.querySelectorAll('chat-widget').forEach((widget) => widget.open())")
    expect(panel(page)).to_have_count(2)
    expect(panel(page).first.locator(".message--mine")).to_have_count(2)
    expect(panel(page).last.locator(".message--mine")).to_have_count(2)
    assert page.evaluate(OPEN_SOCKETS) == 1
    page.evaluate("document.querySelectorAll('chat-widget').forEach((widget) => widget.remove())")
    page.evaluate(SETTLE)
    assert page.evaluate(OPEN_SOCKETS) == 0
    assert page.evaluate("[...running]") == []


def test_a_site_vouches_for_its_visitors_on_a_page_that_is_not_kind(
    server: Server, new_device: NewDevice, visitor: Device, host: HostSite, alice: Person
) -> None:
    site = register(server, host, "--team", str(make_room(alice, "Orders")))
    host.pages["/unset.css"] = "* { all: unset !important; } html { font-size: 8px; }"
    host.pages["/rest.js"] = "addEventListener('click', () => {});"
    head = '<link rel="stylesheet" href="/unset.css">'
    theirs = 'dir="rtl" lang="ar_EG"'  # which is no name of a language, and often seen
    host.put("/", f'<chat-widget site="{site["site"]}" theme="dark"></chat-widget>', attributes=theirs, head=head)
    visitor.expects("the server responded with a status of 401")  # whom nobody vouches for
    page = visitor.tab(host.url)
    box = launcher(page).bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (20, 56, 56)
    launcher(page).click()
    expect(page.get_by_role("status").filter(has_text="Sign in on this site")).to_be_visible()
    assert page.evaluate("heard") == [["open", ""], ["close", ""], ["error", "identity_required"]]

    token = sign(site, "u-17", "Vera Voss")
    page.evaluate("(token) => document.querySelector('chat-widget').identify(async () => token)", token)
    launcher(page).click()
    expect(panel(page).get_by_role("heading", name="Boats")).to_be_visible()
    assert not page.get_by_role("status").filter(has_text="Sign in on this site").is_visible()
    expect(panel(page).get_by_text("Nobody but you and the team reads it")).to_be_visible()
    alice.opens("/rooms/")
    expect(alice.page.get_by_role("link", name="Vera Voss")).to_have_count(0)  # who looks does not disturb anybody
    write(page, "Where is my order?")
    said(page, "Where is my order?")
    area = panel(page).bounding_box()
    assert area is not None
    assert (area["x"], area["width"], area["height"]) == (20, 380, 640)
    assert panel(page).evaluate("(node) => getComputedStyle(node).fontSize") == "15px"
    alice.page.get_by_role("link", name="Vera Voss").click()
    expect(alice.message("Where is my order?").locator("[data-slot=author]")).to_have_text("Vera Voss")
    assert Axe(page).faults("color-contrast", "aria-required-attr", "button-name") == []

    # Pictures and files come without an address that opens them, and the policy of the page has no word of it.
    boat: FilePayload = {"name": "boat.png", "mimeType": "image/png", "buffer": picture(900, 600)}
    order: FilePayload = {"name": "order.txt", "mimeType": "text/plain", "buffer": b"One blue boat"}
    alice.page.get_by_label("Attach pictures and files").set_input_files([boat, order])
    expect(alice.page.locator(".tile [data-slot=tile-state]")).to_have_text([re.compile(r"^[\d.]+ K?B$")] * 2)
    alice.say("Look")
    thumbnail = panel(page).get_by_role("button", name="Photo, enlarge")
    expect(thumbnail).to_have_attribute("data-drawn", "yes")
    drawn = (
        panel(page)
        .locator("canvas")
        .evaluate(
            """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(canvas.width - 2, 2, 1, 1);
          return [canvas.width, canvas.height, ...data];
        }"""
        )
    )
    assert drawn[0] / drawn[1] == pytest.approx(1.5, abs=0.01)
    assert drawn[2] > 200 > 50 > drawn[3], "its right is red"
    thumbnail.click()
    lightbox = panel(page).get_by_role("dialog", name="Pictures of this conversation")
    expect(lightbox.get_by_role("img", name="Photo")).to_have_attribute("width", "900")
    with page.expect_download() as download:
        lightbox.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "boat.webp"
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    expect(thumbnail).to_be_focused()
    with page.expect_download() as download:
        panel(page).get_by_role("button", name="order.txt").click()
    assert download.value.suggested_filename == "order.txt"
    assert download.value.path().read_bytes() == b"One blue boat"

    # A network that lets no socket through: the talk goes on by questions, and by a socket again when there may be one.
    phone = new_device(**PHONE)
    wall = Wall(phone)
    host.ours = phone.link.url
    host.put("/", f'<chat-widget site="{site["site"]}" token="{token}" open></chat-widget>')
    small = phone.tab(host.url)
    said(small, "Where is my order?", "Look")
    alice.say("On its way")
    said(small, "Where is my order?", "Look", "On its way")
    small.get_by_role("textbox", name="Write a message").fill("By which boat?")
    small.get_by_role("button", name="Send").tap()  # where Enter is a new line
    said(small, "Where is my order?", "Look", "On its way", "By which boat?")
    said(page, "Where is my order?", "Look", "On its way", "By which boat?")
    assert wall.questions and not wall.passed
    wall.stands = False
    small.evaluate("dispatchEvent(new Event('online'))")
    wait_in(small, lambda: wall.passed > 0)
    alice.say("The blue one")
    said(small, "Where is my order?", "Look", "On its way", "By which boat?", "The blue one")
    area = panel(small).bounding_box()
    assert area == {"x": 0, "y": 0, "width": 390, "height": 844}
    small.evaluate(KEYBOARD, {"height": 320})  # as on iOS, where it lies over the page
    expect(panel(small)).to_have_css("height", "320px")
    area = panel(small).locator("form").bounding_box()
    assert area is not None
    assert area["y"] + area["height"] <= 320
    small.evaluate(KEYBOARD, {"height": 422, "scale": 2})  # somebody looks closer
    expect(panel(small)).to_have_css("height", "844px")
    small.evaluate(KEYBOARD, {})
    small.evaluate(KEYBOARD, {"height": 320, "offsetTop": 150})  # to the field, iOS has moved the page
    expect(panel(small)).to_have_css("top", "150px")
    small.evaluate("document.documentElement.style.zoom = 1.25")
    small.evaluate(KEYBOARD, {})
    expect(panel(small)).to_have_css("top", "0px")
    assert panel(small).bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    panel(small).get_by_role("button", name="Close chat").tap()
    expect(panel(small)).to_be_hidden()

    # A page says it in its own words; what people say is theirs.
    page.evaluate(WORDS, code_in("docs/widget.md", "json"))
    field = page.get_by_role("textbox", name="Nachricht schreiben")
    expect(field).to_have_attribute("placeholder", "Nachricht schreiben")
    expect(panel(page).locator(".day").first).to_have_text("Heute")
    expect(panel(page).locator(".message--mine [data-slot=author]").first).to_have_text("Sie")
    expect(panel(page).locator("[data-slot=author]").last).to_have_text("Alice Arden")
    field.fill("Today")
    panel(page).get_by_role("button", name="Senden").click()
    said(page, "Where is my order?", "Look", "On its way", "By which boat?", "The blue one", "Today")

    # Whom the site vouches for is nobody until it does, and then hears what is new.
    host.put("/", f'<chat-widget site="{site["site"]}"></chat-widget>')
    came: list[str] = []
    page.on("request", lambda request: came.append(request.method) if "/visits/" in request.url else None)
    page.goto(host.url)
    expect(launcher(page)).to_be_visible()
    alice.say("Heute?")
    page.evaluate(AT_REST)
    page.evaluate("(token) => document.querySelector('chat-widget').identify(() => token)", token)
    expect(launcher(page)).to_have_accessible_name("Chat, 1 unread")
    assert came.count("POST") == 1


def test_on_our_own_site_whoever_is_signed_in_talks_as_they_are(alice: Person, bob: Person, room: int) -> None:
    harbour = make_room(alice, "Harbour")
    page = alice.page
    page.goto("/embed/demo/")
    page.evaluate("customElements.whenDefined('chat-widget').then(() => true)")
    page.evaluate(
        """(rooms) => {
          const widgets = rooms.map((room) => {
            const made = Object.assign(document.createElement("chat-widget"), { id: `w${room}` });
            made.setAttribute("room", room);
            return made;
          });
          document.body.append(...widgets);
          globalThis.heard = [];
          globalThis.hear = ({ author, body }) => heard.push(`${author}: ${body}`);
          globalThis.widget = widgets[0];
          widget.on("message", hear);
          widget.on("error", ({ code }) => heard.push(code));
          widget.toggle();
        }""",
        [room, harbour],
    )
    expect(panel(page).get_by_role("heading", name="Bob Baker")).to_be_visible()
    write(page, "From the shop")
    said(page, "From the shop")
    bob.opens(f"/rooms/{room}/")
    expect(bob.message("From the shop").locator("[data-slot=author]")).to_have_text("Alice Arden")
    bob.say("Buy me a rope")
    said(page, "From the shop", "Buy me a rope")
    assert page.evaluate("heard") == ["Bob Baker: Buy me a rope"]
    page.evaluate("widget.toggle(), widget.off('message', hear)")
    bob.say("And a bucket")
    wait_in(page, lambda: page.evaluate("widget.unread") > 0)
    assert page.evaluate("heard") == ["Bob Baker: Buy me a rope"]
    page.locator(f"#w{harbour}").get_by_role("button").click()
    expect(panel(page).get_by_role("heading", name="Harbour")).to_be_visible()

    # Who is signed out, elsewhere too, is told so, and is nobody here.
    alice.device.expects("status of 40")
    page.evaluate("widget.open()")
    alice.device.call("POST", "auth/logout/")
    expect(page.get_by_role("status").filter(has_text="Sign in to chat.").first).to_be_visible()
    assert "not_authenticated" in page.evaluate("heard")


def test_a_page_does_not_notice_that_our_server_is_away(
    server: Server, visitor: Device, host: HostSite, alice: Person
) -> None:
    site = register(server, host, "--room", str(make_room(alice, "Help desk")), "--guests")
    host.put("/", f'<chat-widget site="{site["site"]}" open></chat-widget><a href="#ropes">Ropes</a>')
    page = visitor.tab()
    for become_lost in (visitor.link.hold, visitor.link.cut):  # it never answers; nobody is there
        become_lost()
        page.goto(host.url, wait_until="domcontentloaded")
        page.get_by_role("link", name="Ropes").click()
        expect(page).to_have_url(f"{host.url}/#ropes")
        assert page.evaluate("document.querySelector('chat-widget').offsetWidth") == 0
        assert page.evaluate("[running.size, heard.length]") == [0, 0]
    visitor.link.mend()
    page.reload()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_enabled()
    assert page.evaluate("document.activeElement === document.body"), "nobody has asked for it"

    # On a page that is not the site's, whoever puts it there reads why it is not shown.
    visitor.expects("blocked by CORS policy")
    page.goto(host.url.replace("localhost", "127.0.0.1"))
    why = f"The chat may not be shown at {host.url.replace('localhost', '127.0.0.1')}. Add it"
    expect(page.get_by_role("status").filter(has_text=why)).to_be_visible()
    assert page.evaluate("heard") == [["close", ""], ["error", "wrong_origin"]]


def sign(site: dict[str, Any], subject: str, name: str) -> str:
    """As the documentation says."""
    scope: dict[str, Any] = {}
    exec(code_in("docs/widget.md", "python"), scope)  # noqa: S102 - it is ours
    token: str = scope["chat_token"](site["site"], site["secret"], subject, name)
    return token
