"""A conversation, in all the states that it can be in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.screens.screen import Screen, Stage, dialog, is_phone, is_wide, message, open_menu, visits
from tests.browser.touch import hold

ROOM = "/rooms/{room}/"
ENGINE, KITCHEN, QUIET = "Tide engine", "Kitchen table", "Harbour notices"
WITH_ALAN, WITH_ADA, WITH_DON = "alan & grace", "ada & grace", "donald & grace"
OFFLINE_MS = 31_000
# Time goes on at once, as far as the page can tell, for what it shows only after a while.
LATER = "(ms) => { const now = Date.now; Date.now = () => now() + ms; dispatchEvent(new Event('offline')); }"


def talk(stage: Stage, page: Page) -> None:
    """The conversation with Alan, who is writing."""
    stage.opens(page, WITH_ALAN)
    page.wait_for_selector(".room .presence[data-status=active]")
    box = stage.friend.get_by_role("textbox", name="Write to")
    while page.locator(".typing").is_hidden():  # typing is told once in three seconds
        box.press_sequentially("On my way", delay=20)
    box.fill("")


def group(stage: Stage, page: Page) -> None:
    """A room of many: with its details where they have a column, with the toolbar at a message, or with its sheet."""
    if is_wide(page):
        page.add_init_script("localStorage.setItem('parley-details', 'open')")
    stage.opens(page, ENGINE)
    if is_phone(page):
        hold(message(page, "And the other 11,000 rows?"))
        return
    if is_wide(page):
        expect(page.get_by_role("complementary", name="Details")).to_contain_text("Katherine Johnson")
    page.get_by_text("An hour of water").hover()
    page.wait_for_selector(".toolbar")


def menu(stage: Stage, page: Page) -> None:
    """All that can be done with a message."""
    stage.opens(page, KITCHEN)
    open_menu(page, "What kind, and which edition?")


def thread(stage: Stage, page: Page) -> None:
    """What was answered to one message, beside the conversation or in its place."""
    stage.opens(page, ENGINE)
    row = message(page, "How we write down a port").first
    row.scroll_into_view_if_needed()
    row.get_by_role("link", name=re.compile("repl")).click()
    expect(page.locator(".beside")).to_contain_text("Only my peace of mind")


def pictures(stage: Stage, page: Page) -> None:
    """A message with two pictures, and a voice message below it."""
    stage.opens(page, KITCHEN)
    gallery = message(page, "The same pier")
    gallery.evaluate("(message) => message.scrollIntoView()")
    gallery.locator(".picture__image").evaluate_all("(all) => Promise.all(all.map((each) => each.decode()))")


def lightbox(stage: Stage, page: Page) -> None:
    pictures(stage, page)
    message(page, "The same pier").locator(".picture").first.click()
    image = page.wait_for_selector("[data-slot=lightbox-image]")
    assert image
    page.wait_for_load_state("networkidle")  # the whole picture has come
    image.evaluate("(image) => image.decode()")


def recorder(stage: Stage, page: Page) -> None:
    """A voice that is being recorded; the microphone of this browser beeps."""
    stage.opens(page, WITH_ADA)
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("0:0[2-9]"))


def attaching(stage: Stage, page: Page) -> None:
    """A picture and a file that are to be sent, and the picture in words."""
    stage.opens(page, "ada & katherine")
    files = [stage.files / name for name in ("spring-tide-porto.jpg", "tides-porto.pdf")]
    if is_wide(page):  # elsewhere they are there by now, as a draft is on all devices
        page.get_by_label("Attach pictures and files").first.set_input_files(files)
    expect(page.locator(".tile [data-slot=tile-state]")).to_have_text([re.compile("[KM]?B")] * len(files))
    page.locator(".tile").get_by_role("button", name="Describe").first.click()
    page.locator("#describe").fill("The bridge of Porto at night, with the moon in it")
    box = page.get_by_role("textbox", name="Write to")
    box.fill("For the printer, and for the wall")


def choosing(stage: Stage, page: Page) -> None:
    """Somebody who is named, from a list that opens above what is written."""
    stage.opens(page, ENGINE)
    box = page.get_by_role("textbox", name="Write to")
    box.fill("Shall we show it to ")
    box.press_sequentially("@a")
    expect(page.get_by_role("listbox", name="People")).to_be_visible()


def offline(stage: Stage, page: Page) -> None:
    """Without a network: what is written waits."""
    stage.opens(page, WITH_DON)
    page.context.set_offline(True)
    page.evaluate(LATER, OFFLINE_MS)
    box = page.get_by_role("textbox", name="Write to")
    box.fill("The second edition hangs in the hall now.")
    box.press("Enter")
    expect(page.locator("[data-slot=connection]")).to_contain_text("Offline")


def waiting(stage: Stage, page: Page) -> None:
    """Slow mode, after one's own message."""
    stage.opens(page, "Ask the harbour")
    expect(page.get_by_role("timer")).to_be_visible()


def calling(stage: Stage, page: Page) -> None:
    """Everybody is called only on purpose."""
    stage.opens(page, ENGINE)
    box = page.get_by_role("textbox", name="Write to")
    box.fill("@room the gloves are here")
    page.get_by_role("button", name="Send", exact=True).click()
    dialog(page, "Call everybody?")


SCREENS = (
    Screen("room", talk, ROOM),
    Screen("group", group, ROOM, dialog="t-details"),
    Screen("menu", menu, ROOM, dialog="t-menu"),
    Screen("thread", thread, "/rooms/{room}/thread/{seq}/", dialog="t-thread"),
    Screen("pictures", pictures, ROOM),
    Screen("lightbox", lightbox, ROOM, dialog="t-lightbox"),
    Screen("recorder", recorder, ROOM),
    Screen("announcements", visits(QUIET), ROOM),
    Screen("composer-files", attaching, ROOM, "ada"),
    Screen("composer-people", choosing, ROOM, "ada"),
    Screen("call-everybody", calling, ROOM, "ada", dialog="t-everybody"),
    Screen("slow-mode", waiting, ROOM, "ada"),
    Screen("archived", visits("Regatta"), ROOM, "ada"),
    Screen("room-empty", visits("Glove fitting"), ROOM, "ada"),
    Screen("offline-bar", offline, ROOM, "donald"),
)
