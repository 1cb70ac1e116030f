"""Dots: who is here, by the browsers that are open."""

import time

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewDevice, open_room
from tests.browser.people import BACK_MS, PASSWORD, Person, fill_in
from tests.browser.server import Server
from tests.browser.settings import PRESENCE_GRACE_SECONDS

GRACE_SECONDS = PRESENCE_GRACE_SECONDS
"""From the last socket of somebody to `offline`."""


def dot_of(person: Person, *, seen_by: Person) -> Locator:
    return seen_by.row(person.name).locator("[data-slot=presence]")


def test_somebody_is_here_from_the_first_tab_to_the_last(
    alice: Person, bob: Person, carol: Person, new_device: NewDevice
) -> None:
    for other in (bob, carol):
        alice.write(open_room(alice, other), "Hello")
    alice.opens("/rooms/")
    for other in (bob, carol):
        expect(dot_of(other, seen_by=alice)).to_have_attribute("data-status", "offline")

    phone = new_device()
    fill_in(phone.tab("/login/"), email=bob.email, password=PASSWORD)
    bob.opens("/rooms/")
    bob.device.tab("/people/")
    carol.opens("/rooms/")
    for other in (bob, carol):
        expect(dot_of(other, seen_by=alice)).to_have_attribute("data-status", "active")
        expect(dot_of(alice, seen_by=other)).to_have_attribute("data-status", "active")

    for leave in (bob.page.close, phone.leave):
        leave()
        carol.device.leave()  # and she had no other: once she is gone, he would be
        expect(dot_of(carol, seen_by=alice)).to_have_attribute("data-status", "offline")
        expect(dot_of(bob, seen_by=alice)).to_have_attribute("data-status", "active")
        carol.device.tab("/rooms/")
        expect(dot_of(carol, seen_by=alice)).to_have_attribute("data-status", "active")

    bob.device.leave()
    expect(dot_of(bob, seen_by=alice)).to_have_attribute("data-status", "offline")
    expect(dot_of(bob, seen_by=alice)).to_have_text("offline")


def test_a_reload_does_not_flicker(alice: Person, bob: Person, talking: int) -> None:
    alice.page.evaluate(
        """() => {
             window.seen = [];
             const dot = document.querySelector(".room__top [data-slot=presence]");
             new MutationObserver(() => seen.push(dot.dataset.status)).observe(dot, {
               attributeFilter: ["data-status"] });
           }"""
    )
    for number in range(24):
        began = time.monotonic()
        bob.reloads()
        expect(bob.page.locator(".room__sub")).to_have_text("Here now")
        alice.write(talking, f"seen {number}")
        expect(bob.messages.last).to_have_text(f"seen {number}")  # so he has a socket again
        took = time.monotonic() - began
        expect(alice.messages.last).to_have_text(f"seen {number}")
        if took < GRACE_SECONDS * 0.8:
            assert alice.page.evaluate("seen") == []
            return
        # A machine as busy as that keeps him away for long enough to be seen so.
        expect(alice.page.locator(".room__top [data-slot=presence]")).to_have_attribute("data-status", "active")
        alice.page.evaluate("seen.length = 0")
    pytest.fail("No reload was quick enough to tell.")


def test_nobody_looks_present_to_somebody_without_a_link(alice: Person, bob: Person, talking: int) -> None:
    dot, line = alice.page.locator(".room__top [data-slot=presence]"), alice.page.locator(".room__sub")
    expect(dot).to_have_attribute("data-status", "active")
    expect(line).to_have_text("Here now")
    alice.device.link.cut()
    for each in (dot, dot_of(bob, seen_by=alice)):
        expect(each).to_have_attribute("data-status", "unknown")
    expect(line).to_contain_text("@")
    alice.device.link.mend()
    expect(dot).to_have_attribute("data-status", "active")
    expect(line).to_have_text("Here now")


def test_the_people_of_killed_workers_go_offline(alice: Person, bob: Person, talking: int, server: Server) -> None:
    for each in (alice, bob):
        each.device.link.expect_trouble()
    for worker in server.workers():
        server.kill(worker)
    bob.device.leave()
    expect(alice.page.locator(".room__sub")).to_contain_text("Last seen", timeout=BACK_MS)
