"""What opens on a conversation: dialogs, menus and pickers."""

from playwright.sync_api import Page, expect

from tests.browser.screens.conversation import ENGINE, KITCHEN, ROOM, WITH_ALAN
from tests.browser.screens.screen import Screen, Show, Stage, act, dialog

CORRECTIONS = "the corrections for spring are in"


def chosen(place: str, words: str, name: str, title: str) -> Show:
    """A dialog that is chosen from the menu of a message."""

    def show(stage: Stage, page: Page) -> None:
        stage.opens(page, place)
        act(page, words, name)
        dialog(page, title)

    return show


readers = chosen(ENGINE, CORRECTIONS, "Who has read it", "Who has it")
remind = chosen(KITCHEN, "there is cake on spud", "Remind me", "Remind me of this message")
report = chosen(KITCHEN, "What kind, and which", "Report", "Report this message?")
delete = chosen(ENGINE, "Then we only lack the cable", "Delete message", "Delete this message?")
remove = chosen(ENGINE, CORRECTIONS, "Delete message", "Delete this message for everybody?")


def forward(stage: Stage, page: Page) -> None:
    chosen(ENGINE, CORRECTIONS, "Forward", "Forward this message")(stage, page)
    opened = dialog(page, "Forward this message")
    find = opened.get_by_role("combobox", name="Forward to")
    find.fill("marg")
    expect(opened.get_by_role("option").first).to_contain_text("Margaret")
    find.press("Enter")
    find.fill("k")
    expect(opened.get_by_role("option").first).to_be_visible()


def emoji(stage: Stage, page: Page) -> None:
    stage.opens(page, WITH_ALAN)
    page.get_by_role("button", name="Emoji", exact=True).click()
    expect(dialog(page, "Emoji").get_by_role("radio", name="Medium dark")).to_be_visible()


def switcher(stage: Stage, page: Page) -> None:
    """Where to go, asked by keyboard."""
    stage.opens(page, WITH_ALAN)
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").press_sequentially("ha")
    page.wait_for_selector("[role=option]")


def keys(stage: Stage, page: Page) -> None:
    stage.opens(page, WITH_ALAN)
    page.get_by_role("textbox", name="Write to").fill("/help")
    page.get_by_role("button", name="Send", exact=True).click()
    dialog(page, "Keys and commands")


def cropper(stage: Stage, page: Page) -> None:
    """What of a picture stands for somebody."""
    page.goto("/settings/")
    page.evaluate("document.readyState === 'complete' || new Promise((done) => addEventListener('load', done))")
    page.locator("#portrait").set_input_files(stage.files / "harbour-at-dusk.jpg")
    dialog(page, "Choose what is shown")


SCREENS = (
    Screen("switcher", switcher, ROOM, dialog="t-switcher"),
    Screen("help", keys, ROOM, dialog="t-help"),
    Screen("emoji", emoji, ROOM, dialog="t-emoji"),
    Screen("forward", forward, ROOM, dialog="t-forward"),
    Screen("remind", remind, ROOM, dialog="t-remind"),
    Screen("readers", readers, ROOM, "katherine", dialog="t-readers"),
    Screen("report", report, ROOM, dialog="t-report"),
    Screen("delete", delete, ROOM, "ada", dialog="confirm-delete"),
    Screen("remove", remove, ROOM, dialog="t-reason"),
    Screen("cropper", cropper, "/settings/", dialog="cropper"),
)
