"""Every page on a desktop and on a small phone: it fits, and all that can be pressed has a name and is large enough."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.conftest import NewPerson
from tests.browser.people import ALIVE, Person, wait_in

SMALL: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 640}}
# What is wrong with a page. What has an invisible rim (::after) is larger to a finger than it looks.
FAULTS = """() => {
  const faults = [], wide = document.documentElement.clientWidth;
  const ends = (animation) => Number.isFinite(animation.effect.getComputedTiming().endTime);
  document.getAnimations().filter(ends).forEach((animation) => animation.finish());
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".visually-hidden, .skip");
  const least = matchMedia("(pointer: coarse)").matches ? 44 : 24;
  if (document.documentElement.scrollWidth > wide) faults.push("it is wider than the screen");
  for (const node of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!seen(node) || node.type === "hidden" || node.closest("details:not([open]) > :not(summary)")) continue;
    const label = node.ariaLabel || node.labels?.[0]?.textContent || node.textContent || node.title;
    const { width, height, left, right } = node.getBoundingClientRect();
    const rim = getComputedStyle(node, "::after");
    const field = node.type === "checkbox" ? node.closest(".field").getBoundingClientRect() : null;
    const inText = node.matches("p a, dd a, li a") && getComputedStyle(node).display === "inline";
    const large = Math.min(width, height) >= least - 0.5 || rim.position === "absolute" || field?.height >= least;
    if (!label.trim()) faults.push(`no name: ${node.outerHTML}`);
    if (!large && !inText) faults.push(`${width} x ${height}: ${label.trim()}`);
    if (left < 0 || right > wide) faults.push(`sticks out: ${label.trim()}`);
  }
  const empty = document.querySelector("textarea[name=body]:placeholder-shown");
  if (empty?.clientHeight > 60) faults.push("an empty box of several lines");
  const says = (node) => [...node.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
  for (const node of document.querySelectorAll("body *")) {
    const { overflowX, textOverflow } = getComputedStyle(node);
    if (!["hidden", "clip"].includes(overflowX) || textOverflow === "ellipsis" || !says(node) || !seen(node)) continue;
    const { clientWidth, scrollWidth, textContent } = node; // what is one pixel wide is for those who listen
    if (clientWidth > 1 && scrollWidth > clientWidth) faults.push(`cut off: ${textContent.trim()}`);
  }
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen);
  if (headings.filter(({ tagName }) => tagName === "H1").length > 1) faults.push("several first headings");
  headings.reduce((before, { tagName: [, level], textContent }) => {
    if (before && level > before + 1) faults.push(`out of order: ${textContent}`);
    return Number(level);
  }, 0);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`two of ${id}`);
  return faults;
}"""


@pytest.mark.parametrize("screen", [DESKTOP, SMALL], ids=["desktop", "phone"])
def test_every_page_fits_its_screen(screen: dict[str, Any], new_person: NewPerson, carol: Person) -> None:
    alice, bob = new_person("Alice Arden", **screen), new_person("Bob Baker")
    page = alice.page
    faults = {}
    alice.device.call("POST", f"blocks/{new_person('Dan Dahl').user}/")
    for path in furnished(alice, bob, carol):
        page.goto(path)
        if found := page.evaluate(FAULTS):
            faults[path] = found
    page.context.clear_cookies()
    for path in ("/login/", "/signup/"):
        page.goto(path)
        if found := page.evaluate(FAULTS):
            faults[path] = found
    assert faults == {}


def furnished(alice: Person, bob: Person, carol: Person) -> list[str]:
    """All that can be in Alice's rooms; answers the addresses of her pages."""
    call = alice.device.call
    name, topic = "The harbour office of the western islands", "Boats, tides and whatever else the sea brings. " * 4
    room = call("POST", "rooms/", kind="private", name=name, topic=topic)["id"]
    call("POST", f"rooms/{room}/members/", users=[bob.user])
    call("POST", f"rooms/{room}/invitations/", user=carol.user)
    direct = call("POST", "rooms/", kind="direct", user=bob.user)["id"]
    other = carol.device.call("POST", "rooms/", kind="private", name="Customs")["id"]
    carol.device.call("POST", f"rooms/{other}/invitations/", user=alice.user)
    for target in (room, direct):
        bob.write(target, "W" * 300)
        bob.write(target, "a\n" * 30 + "```\n" + "x" * 300 + "\n```")
        alice.write(target, "What was first, in one long line that nobody wants to read to its end? " * 4)
    messages = call("GET", f"rooms/{room}/messages/")["results"]
    theirs, mine = messages[-3]["id"], messages[-1]["id"]
    reply = {"client_id": "0d3f6c1e-1f6c-4b8a-9d0a-000000000002", "body": "A reply", "reply_to": mine}
    answer = bob.device.call("POST", f"rooms/{room}/messages/", **reply)["id"]
    for emoji in "👍🎉😂":
        call("PUT", f"messages/{theirs}/reactions/{emoji}/")
    call("PUT", f"messages/{theirs}/pin/")
    call("PATCH", f"messages/{mine}/", body="What was first?", revision=0)
    call("PUT", f"saved/{answer}/")
    invitation = call("GET", "invitations/")["results"][0]["id"]
    rooms = [f"/rooms/{each}/{rest}" for each in (room, direct) for rest in ("", "me/", "pins/")]
    message = [f"/messages/{each}/{rest}" for each in (theirs, mine) for rest in ("", "delete/")]
    lists = ["/rooms/", "/people/", "/people/?q=nobody", "/people/blocked/", "/rooms/find/", "/rooms/new/", "/saved/"]
    return [*rooms, f"/rooms/{room}/about/", *message, *lists, f"/invitations/{invitation}/", "/settings/"]


def test_the_toolbar_hides_nothing_of_what_is_pointed_at(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "short")
    bob.write(room, "a longer one, " * 30)
    alice.write(room, "mine")
    alice.opens(f"/rooms/{room}/")
    for said in ("short", "a longer one, " * 30, "mine"):
        toolbar, row = alice.point_at(said.strip()), alice.message(said.strip())
        toolbar.evaluate(
            "(bar) => Promise.allSettled(bar.getAnimations().map(({ finished }) => finished)).then(() => true)"
        )
        bar, body = toolbar.bounding_box(), row.locator("[data-slot=body] p").bounding_box()
        assert bar
        assert body
        assert bar["y"] + bar["height"] <= body["y"] or bar["y"] >= body["y"] + body["height"]
        assert bar["x"] + bar["width"] <= 1280


def test_what_is_typed_and_pointed_at_before_the_script_runs_is_kept(alice: Person, bob: Person, room: int) -> None:
    bob.write(room, "hello")
    page = alice.page
    held: list[Any] = []
    page.route("**/js/chat/index.*.js", lambda route: held.append(route))
    page.goto(f"/rooms/{room}/", wait_until="commit")
    box = page.get_by_role("textbox", name="Write to")
    box.fill("two\nlines")
    alice.message("hello").hover()
    wait_in(page, lambda: bool(held))
    page.unroute("**/js/chat/index.*.js")  # lets go of what was held
    page.evaluate(ALIVE)
    expect(page.locator(".row[aria-current] [data-slot=last]")).to_be_visible()
    expect(alice.message("hello").get_by_role("toolbar", name="Message actions")).to_be_visible()
    expect(box).to_have_value("two\nlines")

    held.clear()
    page.route("**/js/chat/index.*.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    files, names = page.get_by_label("Attach pictures and files"), page.locator(".tile [data-slot=tile-name]")
    note: FilePayload = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"high water at four"}
    files.set_input_files([note])
    wait_in(page, lambda: bool(held))
    page.unroute("**/js/chat/index.*.js")
    page.evaluate(ALIVE)
    expect(names).to_have_text("note.txt")
    expect(box).to_have_value("two\nlines")
    alice.opens("/rooms/")
    expect(alice.row("Bob Baker").locator("[data-slot=last]")).to_have_text("Draft: two lines")
    alice.row("Bob Baker").click()
    expect(box).to_have_value("two\nlines")
    expect(names).to_have_text("note.txt")
    page.get_by_role("button", name="Remove note.txt").click()
    expect(names).to_have_count(0)

    # What no script has had the time to keep is at least missed.
    page.route("**/composer-tray.*.js", lambda route: held.append(route))
    alice.reloads()
    files.set_input_files([note])
    alice.reloads()
    page.unroute("**/composer-tray.*.js")
    expect(page.locator("#composer-error")).to_have_text(
        "“note.txt” was lost when the page was loaded anew. Choose it again."
    )
