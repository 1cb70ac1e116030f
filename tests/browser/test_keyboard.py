"""A whole day by keyboard alone, from the first page to the last: no pointer, and no focus put somewhere by script."""

import re

from playwright.sync_api import FileChooser, Locator, Page, expect

from tests.browser.conftest import NewDevice
from tests.browser.people import ALIVE, PASSWORD, Person, email_of, wait_in
from tests.browser.test_files import payload
from tests.chat.media.samples import picture

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MOST = 60
# Whether the keyboard is at this element, and what is wrong with where it is: one has to see it.
LOOK = """(wanted) => {
  const at = document.activeElement;
  if (!at || at === document.body) return [false, "the focus is lost"];
  const box = at.closest(".composer__attach, .choice__option, .tone, .tile") ?? at;
  const { left, top, width, height } = at.getBoundingClientRect();
  const name = `${at.ariaLabel ?? at.textContent.trim().slice(0, 40)} (${at.localName}.${at.className})`;
  const writes = at.matches("textarea, input:not([type=checkbox], [type=radio], [type=file])"); // there is a caret
  const marked = (node) => getComputedStyle(node).outlineStyle !== "none";
  const shows = (x, y) => at.contains(document.elementFromPoint(left + width * x, top + height * y));
  if (!writes && !marked(at) && !marked(box)) return [at === wanted, `nothing shows that the focus is on ${name}`];
  const seen = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].some(([x, y]) => shows(x, y));
  return [at === wanted, seen ? "" : `the focus is out of sight, on ${name}`];
}"""


class Hands:
    """Somebody's hands on the keys of one page, and their eyes on where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, target: Locator) -> None:
        """Wait until the focus is there, to be seen."""
        expect(target).to_be_focused()
        _there, wrong = target.evaluate(LOOK)
        assert not wrong, wrong

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press a key until the focus is there. All the way one sees where it is."""
        expect(target).to_be_visible()
        way = [target.evaluate(LOOK)]
        while not way[-1][0] and len(way) < MOST:
            self.press(key)
            way.append(target.evaluate(LOOK))
            assert not way[-1][1], way[-1][1]
        assert way[-1][0], f"{key} does not lead to {target}"

    def follow(self, target: Locator, key: str = "Tab") -> None:
        self.reach(target, key)
        self.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)

    def choose(self, message: Locator, name: str) -> None:
        """From the menu of a message that has the focus."""
        self.press("Enter")
        menu = message.get_by_role("dialog", name="Message actions")
        self.at(menu.get_by_role("button", name="Reply"))
        self.follow(menu.get_by_role("button", name=name, exact=True), "ArrowDown")


def test_a_whole_day_passes_by_keyboard_alone(new_device: NewDevice, bob: Person, carol: Person) -> None:
    alice = Person("Alice Arden", new_device(), user=0)
    page = alice.page
    hands = Hands(page)
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    page.goto("/")
    hands.follow(page.get_by_role("link", name="Make an account"))
    hands.write(page.get_by_label("Name"), alice.name)
    hands.write(page.get_by_label("E-mail"), alice.email)
    hands.write(page.get_by_label("Password"), PASSWORD)
    hands.press("Enter")
    page.wait_for_url("**/rooms/")

    # Somebody is found, written to, and answers.
    hands.follow(page.get_by_role("link", name="Find people").last)
    hands.write(page.get_by_role("searchbox", name="Name or @handle"), "bob")
    hands.press("Enter")
    page.wait_for_url("**/people/?q=bob")
    hands.follow(page.get_by_role("button", name="Bob Baker"))
    box = page.get_by_role("textbox", name="Write to Bob Baker")
    hands.at(box)
    page.evaluate(ALIVE)
    page.keyboard.type("Hello Bob")
    hands.reach(page.get_by_label("Attach pictures and files"), "Shift+Tab")
    hands.press("Enter")
    wait_in(page, lambda: bool(choosers))
    choosers[0].set_files(payload("sea.png", picture(300, 200), "image/png"))
    hands.reach(box)
    hands.press("Enter")
    alice.has_sent("Hello Bob")
    room = int(re.sub(r"\D", "", page.url.partition("/rooms/")[2]))
    bob.write(room, "Hello Alice")
    alice.sees("Hello Bob", "Hello Alice")
    here = page.locator("main .message")  # and not in the thread, which keeps what it was about
    mine, theirs = alice.message("Hello Bob").and_(here), alice.message("Hello Alice").and_(here)

    # Along the timeline; a reaction out of the grid.
    hands.press("Shift+F6")
    hands.at(page.get_by_role("log", name="Messages"))
    hands.press("k")
    hands.at(theirs)
    hands.press("ArrowUp")
    hands.at(mine)
    hands.press("ArrowDown", "+")
    hands.follow(theirs.get_by_role("button", name="Any emoji"))
    grid = page.get_by_role("dialog", name="Emoji")
    hands.at(grid.get_by_role("combobox", name="Find an emoji"))
    hands.press("ArrowDown", "ArrowRight", "Enter")
    expect(grid).to_be_hidden()
    expect(theirs.locator(".reaction")).to_have_count(1)
    hands.at(theirs)

    # A reply, and it is put right.
    hands.press("r")
    hands.at(box)
    expect(box).to_have_accessible_description("Reply to Bob Baker: Hello Alice")
    page.keyboard.type("How are you")
    hands.press("Enter")
    alice.has_sent("Hello Bob", "Hello Alice", "How are you")
    hands.at(box)
    hands.press("ArrowUp")
    expect(box).to_have_value("How are you")
    page.keyboard.type("?")
    hands.press("Enter")
    alice.sees("Hello Bob", "Hello Alice", "How are you?")
    expect(box).to_have_value("")
    hands.at(box)

    # It goes on to somebody else; what opens closes again, and one is where one was.
    hands.press("Shift+F6", "k", "k")
    hands.at(theirs)
    hands.choose(theirs, "Forward")
    dialog = page.get_by_role("dialog", name="Forward this message")
    hands.write(dialog.get_by_role("combobox", name="Forward to"), "carol")
    expect(dialog.get_by_role("option", name="Carol Cole")).to_be_visible()
    hands.press("Enter")
    expect(dialog.get_by_role("button", name="Remove Carol Cole")).to_be_visible()
    hands.press("Control+Enter")
    expect(dialog).to_be_hidden()
    hands.at(theirs)
    hands.choose(theirs, "Open thread")
    hands.write(page.get_by_role("textbox", name="Reply in this thread"), "Between us")
    hands.press("Enter")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("Between us")).to_be_visible()
    hands.press("Escape")
    hands.at(theirs)
    details = page.get_by_role("link", name="Details")
    hands.follow(details, "Shift+Tab")
    hands.at(page.get_by_role("button", name="Close details"))
    hands.press("Enter")
    hands.at(details)

    # To what is looked for, to another conversation and back.
    hands.press("/")
    hands.at(page.get_by_role("searchbox", name="Search messages"))
    page.keyboard.type("Hello Alice")
    hands.press("Enter")
    page.wait_for_url("**/search/**")
    page.evaluate(ALIVE)
    found = page.get_by_role("list", name="Messages found").get_by_role("link")
    hands.follow(found.filter(has_text="Hello Alice").filter(has_text="Bob Baker").last)
    hands.at(theirs)
    switcher = page.get_by_role("dialog", name="Go to a conversation or a person").get_by_role("combobox")
    hands.press("ControlOrMeta+k")
    hands.at(switcher)
    hands.press("Escape")
    hands.at(theirs)
    for name in (carol.name, bob.name):
        hands.press("ControlOrMeta+k")
        hands.at(switcher)
        page.keyboard.type(name)
        expect(page.get_by_role("option", name=name)).to_be_visible()
        hands.press("Enter")
        hands.at(page.get_by_role("textbox", name=f"Write to {name}"))

    # A picture in full size.
    hands.press("Shift+F6", "k", "Home")
    hands.at(mine)
    small = mine.locator(".picture")
    hands.follow(small)
    large = page.get_by_role("dialog", name="Pictures of this conversation")
    hands.at(large.get_by_role("button", name="Close"))
    hands.press("Escape")
    hands.at(small)

    # A setting, another device, and out.
    new_device(user_agent=FIREFOX).call("POST", "auth/login/", email=email_of(alice.name), password=PASSWORD)
    hands.follow(page.get_by_title("Your profile"), "Shift+Tab")
    hands.follow(page.get_by_role("link", name="Appearance"))
    hands.reach(page.get_by_role("radio", name="System").first)
    hands.reach(page.get_by_role("radio", name="Dark"), "ArrowDown")
    hands.follow(page.get_by_role("button", name="Save"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("status")).to_be_focused()
    hands.follow(page.get_by_role("link", name="Devices"), "Shift+Tab")
    hands.follow(page.get_by_role("button", name="Sign out Firefox"))
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    expect(page.get_by_role("status")).to_be_focused()
    hands.follow(page.get_by_role("button", name="Sign out", exact=True), "Shift+Tab")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
