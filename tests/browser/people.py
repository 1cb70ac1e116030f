"""People with browsers of their own, and what they do in them."""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Response, WebSocket, expect
from playwright.sync_api import TimeoutError as TooLate

from config.embedded.process import wait_until
from tests.browser.network import Link

PASSWORD = "a long and quiet river"
#: What is not there after so many milliseconds needs to be asked for once more.
SOON = 5_000
#: Longer than the longest pause between two tries to connect, and than a worker needs to start on a busy machine.
BACK_MS = 90_000
#: Once this is answered, the script of a page of the chat has taken over what the server wrote.
ALIVE = "customElements.whenDefined('parley-chat').then(() => true)"
#: What Chromium itself writes to the console when the network fails; everything else there is ours.
NETWORK_NOISE = re.compile(r"WebSocket connection to 'ws:|Failed to load resource: net::ERR_")
PENDING = re.compile(r"\bmessage--pending\b")

#: Most devices here have none, so that what a test does to requests is done to all of them.
NO_WORKER = "Service Worker registration blocked by Playwright"

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  console.error(`CSP: ${violatedDirective} forbids ${blockedURI} in ${sourceFile}:${lineNumber}`));
"""

# Waits until the storage of this name has so many entries. To ask for one that is not there would make it.
STORED = """async ([name, count]) => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  while (!(await indexedDB.databases()).some((each) => each.name === name)) await pause();
  const database = await settled(indexedDB.open(name));
  const entries = () => database.transaction("entries").objectStore("entries");
  while (await settled(entries().count()) !== count) await pause();
  database.close();
}"""

READ_ROWS = """(rows) => rows.map((row) =>
  [Number(row.dataset.seq), Number(row.dataset.author), row.querySelector("[data-slot=body]").innerText])
"""


class Device:
    """A browser of somebody: tabs with the same cookies, on a network of their own.

    `troubles` are errors in the console, exceptions, violations of the content policy, dialogs and failures of the
    server: no test shall see any. What Chromium says about a network that a test has disturbed does not count.
    """

    def __init__(self, context: BrowserContext, link: Link) -> None:
        self.context = context
        self.link = link
        self.troubles: list[str] = []
        #: The pages whose socket the server has answered since they were last opened.
        self.linked: set[Page] = set()
        self._expected: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        context.on("dialog", self._on_dialog)
        context.on("response", self._on_response)
        context.on("page", self._on_page)

    def expects(self, text: str) -> None:
        """Errors with this text in the console are what the test is about."""
        self._expected.append(text)

    def tab(self, path: str = "") -> Page:
        """Open another tab."""
        page = self.context.new_page()
        if path:
            page.goto(path)
        return page

    def chat(self, path: str) -> Page:
        """Open a page of the chat in another tab, and wait until it is alive."""
        page = self.tab(path)
        page.evaluate(ALIVE)
        return page

    def leave(self) -> None:
        """Close all tabs; the sign-in stays."""
        for page in self.context.pages:
            page.close()

    def call(self, method: str, path: str, **fields: Any) -> Any:
        """Use the API with the cookies of this device: for what a test is not about."""
        token = self.context.request.get("/api/auth/csrf/").json()["csrf_token"]
        response = self.context.request.fetch(
            f"/api/{path}", method=method, data=fields, headers={"X-CSRFToken": token}
        )
        assert response.ok, response.text()
        return response.json() if response.status != 204 else None

    def _on_console(self, message: ConsoleMessage) -> None:
        noise = self.link.was_disturbed and NETWORK_NOISE.search(message.text)
        expected = any(text in message.text for text in [NO_WORKER, *self._expected])
        if message.type in {"error", "warning"} and not noise and not expected:
            self.troubles.append(f"{message.text} ({message.location['url']})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"A dialog: {dialog.message}")
        dialog.dismiss()

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}")

    def _on_page(self, page: Page) -> None:
        def heard(frame: str | bytes) -> None:
            if '"type":"ready"' in str(frame):
                self.linked.add(page)

        def opened(socket: WebSocket) -> None:
            socket.on("framereceived", heard)

        page.on("websocket", opened)


class Person:
    """Somebody who is signed in on `device`, and looks at `page`."""

    def __init__(self, name: str, device: Device, *, user: int) -> None:
        self.name = name
        self.user = user
        self.device = device
        self.page = device.tab()

    @property
    def email(self) -> str:
        return email_of(self.name)

    def opens(self, path: str) -> None:
        """Go to a page of the chat, and wait until it is alive: before that, it hears no key and no click of ours."""
        self.device.linked.discard(self.page)
        self.page.goto(path)
        self.page.evaluate(ALIVE)

    def reloads(self) -> None:
        """The same with the page that is open."""
        self.device.linked.discard(self.page)
        self.page.reload()
        self.page.evaluate(ALIVE)

    def is_linked(self) -> None:
        """Wait until the server tells this page what happens from now on: before, it is no news to it but a state."""
        wait_in(self.page, lambda: self.page in self.device.linked)

    def has_stored(self, what: str, count: int) -> None:
        """Wait until this device keeps so many: of the `outbox`, or of the `files`. A row shows before it is stored."""
        self.page.evaluate(STORED, [f"parley-{what}-{self.user}", count])

    def write(self, room: int, body: str) -> int:
        """Send a message by the API, without a page; answers its id, once the server has it."""
        message = self.device.call("POST", f"rooms/{room}/messages/", client_id=str(uuid4()), body=body)
        return int(message["id"])

    @property
    def messages(self) -> Locator:
        """The bodies in the timeline, in the order in which they stand there."""
        return self.page.locator("[data-slot=timeline] [data-slot=body]")

    @property
    def pending(self) -> Locator:
        """Of these, what the server has not acknowledged."""
        return self.page.locator(".message--pending [data-slot=body]")

    def row(self, name: str) -> Locator:
        """Somebody's row in the list of conversations."""
        return self.page.locator(".row").filter(has=self.page.get_by_text(name, exact=True))

    def message(self, body: str) -> Locator:
        said = self.page.locator("[data-slot=body]", has_text=re.compile(rf"^\s*{re.escape(body)}\s*$"))
        return self.page.locator(".message").filter(has=said)

    def say(self, *bodies: str) -> None:
        """Write and press Enter, once the page has come alive: before that, Enter is a line break.

        The server may not have it yet when this returns: `has_sent` waits for that.
        """
        self.page.evaluate(ALIVE)
        for body in bodies:
            self.page.get_by_role("textbox", name="Write to").fill(body)
            self.page.get_by_role("textbox", name="Write to").press("Enter")

    def point_at(self, body: str) -> Locator:
        """Point at a message until it has the toolbar; answers the toolbar."""
        self.page.evaluate(ALIVE)
        message = self.message(body)
        expect(message).not_to_have_class(PENDING)  # with which one can do next to nothing
        toolbar = message.get_by_role("toolbar", name="Message actions")
        self._until(toolbar, lambda: message.hover(timeout=SOON))
        return toolbar

    def menu_of(self, body: str) -> Locator:
        """Open the menu of a message from its toolbar."""
        menu = self.message(body).get_by_role("dialog", name="Message actions")
        more = self.message(body).get_by_role("button", name="More", exact=True)

        def press() -> None:
            if self.page.get_by_role("dialog", name="Message actions").count():  # of the wrong message
                self.page.keyboard.press("Escape")
            self.point_at(body)
            more.click(timeout=SOON)

        self._until(menu, press)
        return menu

    def _until(self, wanted: Locator, act: Callable[[], None]) -> None:
        """Do it until that is there: where Playwright scrolls, another message comes under the pointer."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(TooLate):
                act()
                wanted.wait_for(timeout=SOON)
                return
        expect(wanted).to_be_visible()

    def act(self, body: str, name: str) -> None:
        """Choose from the menu of a message."""
        self.menu_of(body).get_by_role("button", name=name, exact=True).click()

    def delete(self, body: str) -> None:
        """Take back a message of one's own."""
        self.act(body, "Delete message")
        dialog = self.page.get_by_role("dialog", name="Delete this message?")
        expect(dialog).to_contain_text(body)
        dialog.get_by_role("button", name="Delete message").click()

    def sees(self, *bodies: str) -> None:
        """Wait until the timeline has these bodies and no others, in this order."""
        expect(self.messages).to_have_text(list(bodies))

    def sees_last(self, body: str) -> None:
        """Wait until this is the last of the bodies in the timeline."""
        expect(self.messages.last).to_have_text(body)

    def has_sent(self, *bodies: str) -> None:
        """Wait until nothing of it is waiting any more."""
        self.sees(*bodies)
        expect(self.pending).to_have_count(0)

    def transcript(self) -> list[tuple[int, int, str]]:
        """What stands in the timeline: seq, author and body of each message."""
        rows = self.page.locator("[data-slot=timeline] .message").evaluate_all(READ_ROWS)
        return [(seq, author, body) for seq, author, body in rows]


def email_of(name: str) -> str:
    return f"{name.split()[0].lower()}@example.org"


def fill_in(page: Page, **fields: str) -> None:
    """Fill in a form of the entrance and send it."""
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main button[type=submit]").click()


def wait_in(tab: Page, condition: Callable[[], bool]) -> None:
    """Wait for what playwright tells us of, which it does only while we wait in a page."""

    def told() -> bool:
        tab.evaluate("0")
        return condition()

    assert wait_until(told, seconds=30)


def troubles_of(devices: Iterable[Device]) -> list[str]:
    return [trouble for device in devices for trouble in device.troubles]
