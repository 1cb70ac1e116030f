"""What WCAG 2.2 AA asks for, on every screen: by day and by night, from right to left, and 320 pixels wide."""

import json
import re
from collections.abc import Iterable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.axe import Axe
from tests.browser.conftest import NewDevice
from tests.browser.eyes import CUT_OFF, LOST_COLOURS
from tests.browser.people import Person
from tests.browser.screens.screen import form_of
from tests.browser.server import Server
from tests.browser.test_screens import furnished
from tests.chat import matrix

SETTINGS = [
    f"/settings/{section}" for section in ("", "appearance/", "notifications/", "privacy/", "devices/", "account/")
]
RIGHT_TO_LEFT = "document.documentElement.dir = 'rtl'"
STILL = "Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => true)"
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def faults_of(page: Page) -> list[str]:
    """What axe finds on what is on the page now, however it is looked at."""
    before = page.viewport_size
    assert before
    axe = Axe(page)
    page.evaluate(STILL)
    found = axe.faults()
    page.emulate_media(color_scheme="dark")
    page.evaluate(STILL)
    found += [f"dark: {fault}" for fault in axe.faults("color-contrast")]
    page.emulate_media(color_scheme="light", forced_colors="active")
    found += [f"in the colours of the system: {fault}" for fault in page.evaluate(LOST_COLOURS)]
    page.emulate_media(forced_colors="none")
    page.evaluate(RIGHT_TO_LEFT)
    page.set_viewport_size(NARROW)
    page.evaluate(STILL)
    found += [f"narrow, from right to left: {fault}" for fault in axe.faults(but="color-contrast")]
    if page.evaluate(WIDER):
        found.append("narrow, from right to left: it is wider than the screen")
    found += [f"narrow, with letters apart: {fault}" for fault in page.evaluate(CUT_OFF)]
    page.set_viewport_size(before)
    page.evaluate(RIGHT_TO_LEFT.replace("rtl", "ltr"))
    return found


def all_faults(page: Page, paths: Iterable[str]) -> dict[str, list[str]]:
    faults = {}
    for path in paths:
        page.goto(path)
        if found := faults_of(page):
            faults[path] = found
    return faults


@pytest.mark.parametrize("part", [0, 1])
def test_axe_finds_nothing_on_any_screen(
    alice: Person, bob: Person, carol: Person, new_device: NewDevice, server: Server, part: int
) -> None:
    alice.page.emulate_media(reduced_motion="reduce")
    room, *paths = furnished(alice, bob, carol)
    one_of_each = {re.sub(r"\d+", "7", path): path for path in reversed(paths)}
    said = alice.device.call("GET", f"{room.removeprefix('/')}messages/")["results"]
    theirs = next(message for message in said if message["author"]["id"] == bob.user and not message["reply_to"])
    of_people = [f"/messages/{theirs['id']}/report/", f"/people/{bob.user}/report/", "/notices/"]
    root = next(message["reply_to"]["seq"] for message in said if message["reply_to"])
    in_room = [room, f"{room}details/", f"{room}thread/{root}/"]
    searches = ["/search/", "/search/?q=first", "/search/?q=nothing+like+it"]
    inside = [*in_room, *one_of_each.values(), *searches, *of_people, *SETTINGS]
    by_mail: list[str] = json.loads(server.manage("shell", "--verbosity", "0", "--command", LINKS % alice.user))
    outside = ["/login/", "/signup/", "/reset/", "/reset/1/stale/", "/appeal/", "/offline/", "/embed/demo/", *by_mail]
    assert unvisited([*inside, *outside]) == set(), "Add them above, or say in NO_SCREEN why nobody looks at them"
    outsider = new_device(reduced_motion="reduce")
    outsider.expects("the server responded with a status of 404")  # of a link that is stale
    assert all_faults(alice.page, inside[part::2]) | all_faults(outsider.tab(), outside[part::2]) == {}


LINKS = """
import json
from accounts.invitations import invite
from accounts.mail.tokens import confirm_tokens, reset_tokens, undo_tokens, verify_tokens
from accounts.models import AddressChange, User
from accounts.moderation.sanctions import warn
user = User.objects.get(pk=%d)
warn(actor=None, user_id=user.pk, reason="Too many boats.")
addresses = {"old_email": user.email, "new_email": "new@example.org", "was_verified": True}
change = AddressChange.objects.create(user=user, **addresses)
print(json.dumps([
    "/signup" + invite(actor=None, email="dan@example.org").link.partition("/signup")[2],
    f"/reset/{user.pk}/{reset_tokens.make_token(user)}/",
    f"/verify/{user.pk}/{verify_tokens.make_token(user)}/",
    f"/address/{change.pk}/{confirm_tokens.make_token(change)}/",
    f"/address/{change.pk}/{undo_tokens.make_token(change)}/undo/",
]))
"""
"""Has moderators tell somebody something; prints where the mails to them lead, and one to somebody new."""

NO_SCREEN = re.compile(
    r"/(|m/.*|rooms/{room}/search/)$"  # they lead on
    r"|/settings/(status|password|account/.+)/$"  # the page that they belong to, with what is wrong
    r"|/(media|avatars|pictures)/|/(widget|manifest|worker|livez|readyz|metrics)"  # files, and words for machines
    r"|/(api|admin)/"  # of the admin: test_moderation.py
)


def unvisited(paths: Iterable[str]) -> set[str]:
    """The addresses of pages, as in the table of who may do what, that none of these is."""
    visited = [path.partition("?")[0] for path in paths]
    pages = {row.address for row in matrix.rows() if row.method == "GET" and not NO_SCREEN.match(row.address)}
    return {page for page in pages if not any(form_of(page).fullmatch(path) for path in visited)}


def test_axe_finds_nothing_in_what_opens_on_a_page(alice: Person, bob: Person, room: int) -> None:
    page = alice.page
    page.emulate_media(reduced_motion="reduce")
    alice.write(room, "Of mine")
    said = bob.write(room, "Of Bob")
    bob.device.call("POST", f"rooms/{room}/messages/", client_id=str(uuid4()), body="Of both", reply_to=said)
    alice.opens(f"/rooms/{room}/")
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_role("complementary", name="Details").get_by_text("@bob_baker")).to_be_visible()
    assert faults_of(page) == []
    alice.point_at("Of mine")
    assert faults_of(page) == []
    dialog = alice.menu_of("Of mine")
    assert faults_of(page) == []
    dialog.get_by_role("button", name="Delete message").click()
    expect(page.get_by_role("dialog", name="Delete this message?")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    alice.act("Of mine", "Forward")
    dialog = page.get_by_role("dialog", name="Forward this message")
    dialog.get_by_role("combobox", name="Forward to").fill("bob")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Remove Bob Baker")).to_be_visible()
    dialog.get_by_role("combobox", name="Forward to").fill("bob")
    expect(dialog.get_by_role("option", name="Bob Baker")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    alice.message("Of mine").locator(".status").click()
    expect(page.get_by_role("dialog", name="Who has it")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Emoji", exact=True).click()
    expect(page.get_by_role("radio", name="Medium dark")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("dialog", name="Go to a conversation or a person")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="1 reply").click()
    expect(page.get_by_role("complementary", name="Thread").get_by_text("Of both")).to_be_visible()
    assert faults_of(page) == []


def test_who_needs_more_contrast_gets_it(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "Of Bob")
    alice.write(room, "Of mine")
    page = alice.page
    page.emulate_media(contrast="more", reduced_motion="reduce")
    alice.opens(f"/rooms/{room}/")
    axe = Axe(page)
    assert axe.faults("color-contrast-enhanced") == []
    page.emulate_media(color_scheme="dark")
    assert axe.faults("color-contrast-enhanced") == []


FOCUS = """() => {
  const at = document.activeElement;
  const marked = (node) => ["outlineStyle", "boxShadow"].some((name) => getComputedStyle(node)[name] !== "none");
  const box = at.closest(".find, .composer__box, .search") ?? at;
  const name = at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent.trim().slice(0, 40);
  return [name, marked(at) || marked(box)];
}"""


def test_everything_in_a_room_is_reached_by_keyboard_in_the_order_of_reading(
    alice: Person, bob: Person, room: int
) -> None:
    bob.write(room, "Of Bob")
    page = alice.page
    alice.opens(f"/rooms/{room}/")
    expect(page.get_by_role("textbox", name="Write to Bob Baker")).to_be_focused()
    page.evaluate("document.body.tabIndex = -1, document.body.focus()")
    names: list[str] = []
    while "Send" not in names and len(names) < 40:
        page.keyboard.press("Tab")
        name, is_marked = page.evaluate(FOCUS)
        assert is_marked, f"One cannot see that the focus is on {name}"
        names.append(name)
    order = ["Skip to the conversation", "New conversation", "Search messages", "Sign out"]
    order += ["Details", "Messages", "Write to Bob Baker", "Send"]
    assert [name for name in names if name in order] == order
