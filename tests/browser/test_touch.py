"""On a phone: what a pointer would come near to, a finger holds."""

from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import NewPerson, open_room
from tests.browser.people import Person
from tests.browser.touch import drawn, hold, menu, swipe


def test_a_finger_that_rests_on_a_message_opens_all_that_can_be_done_with_it(
    alice: Person, new_person: NewPerson
) -> None:
    bob = new_person("Bob Baker", **PHONE)
    room = open_room(alice, bob)
    alice.write(room, "high water at four")
    page, message = bob.page, bob.message("high water at four")
    bob.opens(f"/rooms/{room}/")
    message.tap()
    expect(page.get_by_role("toolbar", name="Message actions")).to_have_count(0)

    sheet = hold(message)
    expect(sheet).to_contain_text("Alice Arden high water at four")
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => true)")
    assert page.evaluate("innerHeight - document.querySelector('.menu').getBoundingClientRect().bottom") == 0
    sheet.get_by_role("button", name="React with 👍").tap()
    expect(message.locator(".reaction")).to_contain_text("👍")
    expect(menu(page)).to_have_count(0)

    hold(message)
    page.touchscreen.tap(20, 20)  # beside it
    expect(menu(page)).to_have_count(0)
    expect(page).to_have_url(f"{bob.device.link.url}/rooms/{room}/")

    hold(message).get_by_role("button", name="Reply").tap()
    expect(page.locator("[data-slot=context-text]")).to_have_text("Reply to Alice Arden: high water at four")
    answered = page.locator("[data-slot=context]")
    page.get_by_role("button", name="Cancel").tap()
    expect(answered).to_be_hidden()

    # Drawn aside it is answered at once, from the side where one begins to read; along the page it only scrolls.
    for way in ({"by": 30}, {"by": -90}, {"by": 20, "down": 90}):
        swipe(message, **way)
        expect(answered).to_be_hidden()
    swipe(message, by=90)
    expect(answered).to_be_visible()
    expect(answered).to_contain_text("Reply to Alice Arden: high water at four")
    page.get_by_role("textbox", name="Write to").press("Escape")  # so soon behind a swipe a browser takes no tap
    expect(answered).to_be_hidden()
    page.evaluate("document.documentElement.dir = 'rtl'")
    swipe(message, by=90)
    expect(answered).to_be_hidden()
    page.emulate_media(reduced_motion="reduce")
    with drawn(message, by=-90):
        expect(page.locator(".swipe--enough")).to_be_visible()
        expect(message).to_have_css("translate", "none")
    expect(answered).to_be_visible()
    expect(answered).to_contain_text("Reply to Alice Arden: high water at four")
