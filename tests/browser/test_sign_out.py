"""The end of a sign-in is the end of every page that it opened."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewDevice
from tests.browser.people import PASSWORD, Person, fill_in

#: Far below the 15 seconds after which a worker asks the database by itself.
AT_ONCE_MS = 10_000
SIGN_IN = re.compile(r"/login/\?next=")


def test_a_device_that_is_signed_out_from_another_is_at_the_sign_in_page_at_once(
    alice: Person, bob: Person, talking: int, new_device: NewDevice
) -> None:
    stolen = alice.page
    stolen.get_by_role("textbox", name="Write to").fill("half a sentence")
    home = new_device().tab("/login/?next=/settings/devices/")
    fill_in(home, email=alice.email, password=PASSWORD)
    home.wait_for_url("**/settings/devices/")
    with stolen.expect_request(SIGN_IN, timeout=AT_ONCE_MS):
        home.get_by_role("button", name="Sign out all other devices").click()
    expect(stolen).to_have_url(SIGN_IN)
    expect(stolen.get_by_role("heading", name="Sign in")).to_be_visible()

    stolen.go_back()
    expect(stolen.get_by_role("heading", name="Sign in")).to_be_visible()
    fill_in(stolen, email=alice.email, password=PASSWORD)
    stolen.wait_for_url(f"**/rooms/{talking}/")
    expect(stolen.get_by_role("textbox", name="Write to")).to_have_value("half a sentence")


def test_signing_out_in_one_tab_ends_the_others(alice: Person, bob: Person, talking: int) -> None:
    alice.device.expects("Unexpected response code: 403")  # the other tab may try to take the socket over
    alice.device.expects("(Unauthorized)")  # and then ask whether it is signed in still
    other = alice.device.chat("/rooms/")
    expect(alice.row(bob.name)).to_be_visible()
    with other.expect_request(SIGN_IN, timeout=AT_ONCE_MS):
        alice.page.get_by_role("button", name="Sign out").click()
    expect(other).to_have_url(SIGN_IN)
    expect(alice.page).to_have_url(f"{alice.device.link.url}/login/")  # not back to her room: the next one is not her
    for page in (alice.page, other):
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert [cookie["name"] for cookie in alice.device.context.cookies() if "parley" in cookie["name"]] == []
