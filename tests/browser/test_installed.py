"""The site as an app: what was open opens without a network too, and nobody sees what another person left."""

import json
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import NewDevice, NewPerson
from tests.browser.people import Person, wait_in
from tests.browser.test_notifications import RECORD, told
from tests.push_service import Browser

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

# No push service is reached from here: what the browser would say of one.
SUBSCRIBED = """
{
  const says = %s;
  const key = () => localStorage.pushKey && Uint8Array.from(atob(localStorage.pushKey), (char) => char.charCodeAt(0));
  const subscription = () => key() && ({
    endpoint: says.endpoint,
    options: { applicationServerKey: key().buffer },
    toJSON: () => ({ endpoint: says.endpoint, keys: says }),
    unsubscribe: async () => delete localStorage.pushKey,
  });
  PushManager.prototype.getSubscription = async () => subscription() || null;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.pushKey = applicationServerKey.replaceAll("-", "+").replaceAll("_", "/");
    return subscription();
  };
}
"""
SHOWS = """async ([expected, seconds]) => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const shown = await %s;
    if (shown === expected) return;
    if (Date.now() > deadline) throw new Error(`It shows ${JSON.stringify(shown)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
SHOWN = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((notices) =>
  notices.map(({ title, body, silent }) => `${title}: ${body}${silent ? " (silent)" : ""}`).join())"""
FORBID = """Notification = class {
  static permission = "granted";
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}; 0"""
RECORD_SHOWN = """{
  const show = registration.showNotification.bind(registration);
  globalThis.bodies = [];
  registration.showNotification = (title, how) => bodies.push(how.body) && show(title, how);
}
0"""
CLOSE = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((notices) =>
  notices.map((notice) => notice.close()).length)"""
COUNT_PUSHES = """(() => {
  if (globalThis.received === undefined) {
    globalThis.received = 0;
    addEventListener("push", () => (received += 1));
  }
  return received;
})()"""
# The browser exchanges the subscription, and has made another, or leaves that to the worker; answers what is sent.
EXCHANGE = """async ([says, byItself]) => {
  const made = { endpoint: says.endpoint, toJSON: () => ({ endpoint: says.endpoint, keys: says }) };
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => applicationServerKey && made;
  const heard = [];
  const ask = fetch;
  globalThis.fetch = async (path, how) => {
    const answer = await ask(path, how);
    if (how) heard.push([how.method, path, JSON.parse(how.body), answer.status]);
    return answer;
  };
  const event = new Event("pushsubscriptionchange");
  if (byItself) event.newSubscription = made;
  const done = new Promise((resolve) => (event.waitUntil = resolve));
  dispatchEvent(event);
  await Promise.race([done, new Promise((late) => setTimeout(late, 30_000))]);
  globalThis.fetch = ask;
  return heard;
}"""
CLICK = """registration.getNotifications().then(([notification]) =>
  dispatchEvent(new NotificationEvent("notificationclick", { notification })))"""


class Pushes:
    """What a push service hands to the worker of a page, and what that shows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)
        self._ids: list[str] = []
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._session.send("ServiceWorker.enable")

    def _note(self, event: dict[str, Any]) -> None:
        self._ids += [each["registrationId"] for each in event["registrations"]]

    def hand(self, room: int, seq: int, body: str) -> None:
        path, icon = f"/rooms/{room}/?around={seq}#m-{seq}", "/static/img/icon-192.png"
        news = {"room": room, "seq": seq, "title": "Bob Baker", "body": body, "path": path, "icon": icon}
        origin = self.page.evaluate("location.origin")
        parts = {"origin": origin, "registrationId": self._ids[-1], "data": json.dumps(news)}
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:  # as push services do that have heard of no delivery
            before = self._received()
            self._session.send("ServiceWorker.deliverPushMessage", parts)
            soon = time.monotonic() + 5
            while time.monotonic() < soon:
                if self._received() > before:
                    return
        raise AssertionError("The worker got nothing")

    def _received(self) -> int:
        """How many pushes the worker has got since somebody asked first."""
        [worker] = self.page.context.service_workers
        received: int = worker.evaluate(COUNT_PUSHES)
        return received

    def shows(self, notices: str, *, seconds: int = 30) -> None:
        """Wait until the system shows these, and no others."""
        self.page.evaluate(SHOWS % SHOWN, [notices, seconds])

    def hand_until_shown(self, room: int, seq: int, body: str, notices: str) -> None:
        """Once in some hundred times Chromium takes the first push and shows nothing."""
        self.hand(room, seq, body)
        with suppress(Error):
            self.shows(notices, seconds=10)
            return
        self.hand(room, seq, body)
        self.shows(notices)


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
    bob.opens(here)
    bob.sees("Before the tunnel", "From the tunnel")


def test_who_signs_out_leaves_nothing_behind(alice: Person, room: int, new_device: NewDevice) -> None:
    page, here = alice.page, f"/rooms/{room}/"
    go(page, here)
    go(page, "/rooms/")
    assert set(page.evaluate(KEPT)) == {here, "/rooms/"}
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")
    wait_in(page, lambda: page.evaluate(KEPT) == [])  # it goes while the next page comes
    alice.device.link.cut()
    page.goto(here)
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()


def test_who_is_signed_out_from_elsewhere_leaves_nothing_behind_either(alice: Person, room: int) -> None:
    page = alice.page
    go(page, f"/rooms/{room}/")
    alice.device.call("POST", "auth/logout/")
    page.wait_for_url("**/login/**")
    wait_in(page, lambda: page.evaluate(KEPT) == [])  # it goes while the next page comes


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


def test_what_is_pushed_is_shown_once_leads_to_its_place_and_goes_when_it_is_read(
    alice: Person, bob: Person, room: int
) -> None:
    page = alice.page
    says = Browser("https://push.example.com/send/1").says
    for script in (RECORD, SUBSCRIBED % json.dumps(says)):
        alice.device.context.add_init_script(script)
    alice.device.context.grant_permissions(["notifications"])
    go(page, "/rooms/")
    page.goto("/settings/notifications/")
    page.get_by_role("button", name="Turn on notifications").click()
    expect(page.get_by_text("also when no page of this site is open")).to_be_visible()
    page.get_by_role("checkbox", name="Play a sound for messages").uncheck()  # so that what the page tells is silent
    with page.expect_response(lambda response: response.request.method == "PUT"):
        page.get_by_role("checkbox", name="Show what was written").uncheck()
    state = alice.device.call("GET", "users/me/push/")
    assert (state["subscribed"], state["text"]) == (True, False)

    # What the browser exchanges by itself, the worker tells the server, as it was wished for; no page needs to open.
    [worker] = alice.device.context.service_workers
    for number, by_itself in ((2, True), (3, False)):
        new = Browser(f"https://push.example.com/send/{number}").says
        told_server = [["PUT", "/api/users/me/push/", {**new, "text": False}, 200]]
        assert worker.evaluate(EXCHANGE, [new, by_itself]) == told_server

    bob.write(room, "the tide is high")
    pushes = Pushes(page)
    pushes.hand_until_shown(room, 1, "the tide is high", "Bob Baker: the tide is high")
    page.goto("/rooms/")
    [worker] = alice.device.context.service_workers
    worker.evaluate(CLICK)
    expect(page).to_have_url(re.compile(rf"/rooms/{room}/\?around=1#m-1$"))
    pushes.shows("")
    worker.evaluate(RECORD_SHOWN)
    pushes.hand(room, 1, "of what she looks at")
    pushes.hand(room + 1, 1, "of another room")
    pushes.shows("Bob Baker: of another room")
    assert worker.evaluate("bodies") == ["of another room"]
    page.evaluate(CLOSE)
    page.goto("/rooms/")
    expect(page.locator(".connection")).to_be_hidden()
    bob.write(room, "it rises")
    told(page, "Bob Baker: New message")
    pushes.hand(room, 2, "New message")  # which the page has told already, and leaves to the worker
    pushes.shows("Bob Baker: New message (silent)")
    alice.row("Bob Baker").click()
    alice.sees("the tide is high", "it rises")
    pushes.shows("")

    # On some phones the worker alone may notify.
    page.goto("/rooms/")
    expect(page.locator(".connection")).to_be_hidden()
    page.evaluate(FORBID)
    bob.write(room, "and falls")
    pushes.shows("Bob Baker: New message (silent)")

    # Where the operator has turned it off meanwhile, the device says no longer that it is told.
    page.goto("/settings/notifications/")
    expect(page.get_by_text("also when no page of this site is open")).to_be_visible()
    off = {"key": None, "subscribed": True, "text": False}
    page.route("**/api/users/me/push/", lambda route: route.fulfill(json=off))
    page.get_by_role("checkbox", name="Show what was written").check()
    expect(page.get_by_text("also when no page of this site is open")).to_be_hidden()
    page.unroute_all()

    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Turn off notifications").click()
    assert not alice.device.call("GET", "users/me/push/")["subscribed"]
    assert worker.evaluate(EXCHANGE, [says, False]) == []  # nobody wants to be told any more
