"""The checker on histories of devices, of presence, and of workers."""

from typing import Any

import pytest

from tests.convoy.history import NEMESIS
from tests.convoy.story import BOB, ROOM, Story


def signed_out(story: Story, *, closed: float, redis: bool) -> None:
    story.talk()
    story.see(NEMESIS, 9, "begin", fault="something", redis=redis)
    story.see(NEMESIS, 11, "end", fault="something")
    story.see("bob", 10, "out", user=BOB)
    story.see("bob", closed - 0.1, "hear", type="typing", room=ROOM)
    story.see("bob", closed, "close", code=4401)


def test_a_device_that_hears_on_after_its_sign_out(story: Story) -> None:
    signed_out(story, closed=15, redis=False)
    assert story.broken() == {"nothing_after_sign_out"}


def test_a_sign_out_may_take_longer_without_redis(story: Story) -> None:
    signed_out(story, closed=25, redis=True)
    assert story.broken() == set()


def test_a_device_that_is_never_closed(story: Story) -> None:
    story.talk()
    story.see("bob", 10, "out", user=BOB)
    assert story.broken() == {"nothing_after_sign_out"}


def test_our_own_lateness_is_nobodys_fault(story: Story) -> None:
    signed_out(story, closed=12.5, redis=False)
    story.see(NEMESIS, 11.5, "lag", seconds=1.0)
    assert story.broken() == set()


def watching(story: Story, status: str, *, bob_left: bool) -> None:
    story.talk()
    story.see(NEMESIS, 0, "start", presence=12.5)
    story.see("ann", 1, "presence", user=BOB, status=status)
    if bob_left:
        story.see("bob", 20, "left", user=BOB)
        story.see("bob", 20, "close", code=1006)


def test_a_ghost(story: Story) -> None:
    watching(story, "active", bob_left=True)
    assert story.broken() == {"no_ghosts"}


def test_somebody_here_who_looks_gone(story: Story) -> None:
    watching(story, "offline", bob_left=False)
    assert story.broken() == {"no_ghosts"}


def test_somebody_here_who_looks_here(story: Story) -> None:
    watching(story, "active", bob_left=False)
    assert story.broken() == set()


@pytest.mark.parametrize(
    ("what", "more"), [("rss", 100_000), ("threads", 40), ("files", 40), ("groups", 40), ("postgres", 40)]
)
def test_something_that_is_not_let_go(story: Story, what: str, more: int) -> None:
    story.talk()
    before = {"rss": 100_000, "threads": 13, "files": 60}
    for t, when in ((2, "warm"), (50, "end")):
        numbers: dict[str, Any] = {"workers": {"1": dict(before)}, "groups": 1, "redis": 5, "postgres": 5}
        if when == "end":
            (numbers["workers"]["1"] if what in before else numbers)[what] += more
        story.see(NEMESIS, t, "sample", when=when, **numbers)
    assert story.broken() == {"all_is_let_go"}


def test_a_worker_that_does_not_go(story: Story) -> None:
    story.see(NEMESIS, 50, "stuck", pids=[1])
    assert story.broken() == {"workers_end_when_told"}
