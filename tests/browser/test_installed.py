"""The site as an app: what was open opens without a network too, and nobody sees what another person left."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewDevice, NewPerson
from tests.browser.people import Person

WAIT_FOR = """async (path) => {
  const deadline = Date.now() + 30_000;
  while (!%s) {
    if (Date.now() > deadline) throw new Error("In vain");
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
IS_SERVED = "navigator.serviceWorker.controller"
IS_KEPT = "(await (await caches.open('pages')).match(path))"
KEPT = "caches.open('pages').then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))"
NAMES = "caches.keys().then((names) => names.sort())"
TAKE_OVER = "navigator.serviceWorker.getRegistration().then((registration) => registration.update()).then(() => true)"


@pytest.fixture
def alice(new_person: NewPerson) -> Person:
    return new_person("Alice Arden", service_workers="allow")


def go(page: Page, path: str) -> None:
    """Open a page, and wait until the worker serves it and has kept it."""
    page.goto(path)
    page.evaluate(WAIT_FOR % IS_SERVED, path)
    page.evaluate(WAIT_FOR % IS_KEPT, path)


def test_without_a_network_a_room_opens_again_and_what_is_written_goes_out_later(
    alice: Person, bob: Person, room: int
) -> None:
    bob.write(room, "Before the tunnel")
    page, here = alice.page, f"/rooms/{room}/"
    go(page, here)
    alice.device.link.cut()
    page.reload()
    alice.sees("Before the tunnel")
    expect(page.locator(".connection")).to_contain_text("Offline — messages will be sent when you're back")
    alice.say("From the tunnel")
    expect(alice.pending).to_have_text(["From the tunnel"])
    page.reload()
    expect(alice.pending).to_have_text(["From the tunnel"])
    page.goto("/saved/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    alice.device.link.mend()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Saved messages")).to_be_visible()
    page.goto(here)
    alice.has_sent("Before the tunnel", "From the tunnel")
    bob.page.goto(here)
    bob.sees("Before the tunnel", "From the tunnel")


def test_who_signs_out_leaves_nothing_behind(alice: Person, room: int, new_device: NewDevice) -> None:
    page, here = alice.page, f"/rooms/{room}/"
    go(page, here)
    go(page, "/rooms/")
    assert set(page.evaluate(KEPT)) == {here, "/rooms/"}
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")
    assert page.evaluate(KEPT) == []
    alice.device.link.cut()
    page.goto(here)
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()


def test_who_is_signed_out_from_elsewhere_leaves_nothing_behind_either(alice: Person, room: int) -> None:
    page = alice.page
    go(page, f"/rooms/{room}/")
    alice.device.call("POST", "auth/logout/")
    page.wait_for_url("**/login/**")
    assert page.evaluate(KEPT) == []


def test_a_new_version_takes_over_and_throws_the_old_files_away(alice: Person, room: int) -> None:
    page = alice.page
    go(page, f"/rooms/{room}/")
    old, pages = page.evaluate(NAMES)
    assert (old.partition("-")[0], pages) == ("files", "pages")
    version = old.removeprefix("files-").encode()
    new = b"new" + version[3:]
    alice.device.link.swap({b"Accept-Encoding: gzip": b"Xccept-Encoding: gzip", version: new})
    page.evaluate(TAKE_OVER)
    page.evaluate(WAIT_FOR % "!(await caches.has(path))", old)
    page.reload()
    page.evaluate(WAIT_FOR % IS_SERVED, "")
    assert page.evaluate(NAMES) == [f"files-{new.decode()}", "pages"]


def test_the_manifest_says_what_a_browser_needs_to_install_it(alice: Person) -> None:
    page = alice.page
    page.goto("/rooms/")
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] == ["in-incognito"]  # as every browser of a test is
