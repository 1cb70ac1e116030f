"""Reports: one case for each message or person, the text as it was, and who learns what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.exceptions import ParleyError
from accounts.models import AuditEntry, Notice, User
from accounts.moderation import sanctions
from chat import services
from chat.exceptions import ChatError
from chat.models import Complaint, Message, Report, Room
from chat.services import moderation
from chat.services.moderation.reports import LINES_AROUND
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User, eve: User) -> Room:
    return group_room(alice, bob, eve)


def report(reporter: User, message: Message, **fields: Any) -> Report:
    return moderation.report_message(reporter=reporter, message_id=message.pk, **{"reason": "spam"} | fields)


def test_what_many_report_is_one_case_that_keeps_the_text(
    mona: User, alice: User, bob: User, eve: User, room: Room
) -> None:
    before = say_many(alice, room, LINES_AROUND + 2)
    bad = say(bob, room, "buy canaries")
    say_many(alice, room, LINES_AROUND + 2)
    first = report(alice, bad, comment="again and again")
    assert report(alice, bad).pk == first.pk
    services.edit_message(actor=bob, message_id=bad.pk, body="a fine day")
    assert report(eve, bad, reason="abuse").pk == first.pk
    services.delete_message(actor=bob, message_id=bad.pk)
    opened = moderation.open_report(moderator=mona, report_id=first.pk)
    assert (opened.report.body, opened.report.count) == ("buy canaries", 2)
    assert [(each.reporter_id, each.reason, each.body) for each in opened.complaints] == [
        (alice.pk, "spam", ""),
        (eve.pk, "abuse", "a fine day"),
    ]
    assert [line.seq for line in opened.lines] == list(range(bad.seq - LINES_AROUND, bad.seq + LINES_AROUND + 1))
    assert opened.lines[0].pk == before[2].pk
    assert not AuditEntry.objects.exists()  # a room of many is no secret


def test_those_who_reported_hear_the_outcome_and_a_new_report_is_a_new_case(
    mona: User, alice: User, bob: User, eve: User, room: Room
) -> None:
    bad = say(bob, room, "canary")
    case = report(alice, bad)
    report(eve, bad)
    moderation.take_report(moderator=mona, report_id=case.pk)
    moderation.decide_report(moderator=mona, report_id=case.pk, resolved=True, reason="advertising")
    told = Notice.objects.values_list("user_id", "text")
    assert {user_id for user_id, _ in told} == {alice.pk, eve.pk}
    assert all("have done something" in text and "advertising" not in text for _, text in told)
    assert [(entry.action, entry.revision) for entry in AuditEntry.objects.order_by("number")] == [
        ("report.taken", 0),
        ("report.resolved", 0),
    ]
    with pytest.raises(ChatError, match="decided already"):
        moderation.decide_report(moderator=mona, report_id=case.pk, resolved=False, reason="again")
    assert report(alice, bad).pk != case.pk


def test_what_two_say_is_read_through_a_report_only_and_that_is_recorded(mona: User, alice: User, bob: User) -> None:
    bad = say(bob, direct_room(alice, bob), "canary")
    case = report(alice, bad)
    assert moderation.open_report(moderator=mona, report_id=case.pk).lines[0].body == "canary"
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.after["lines"]) == (mona.pk, "report.opened_direct", [1])


def test_people_are_reported_as_well(mona: User, alice: User, bob: User, eve: User) -> None:
    case = moderation.report_person(reporter=alice, user_id=bob.pk, reason="abuse")
    assert moderation.report_person(reporter=eve, user_id=bob.pk, reason="other", comment="his name").pk == case.pk
    opened = moderation.open_report(moderator=mona, report_id=case.pk)
    assert (opened.report.person, opened.report.is_about_message, opened.lines) == (bob, False, [])


def test_nonsense_is_refused(mona: User, alice: User, bob: User, eve: User, room: Room) -> None:
    bad, secret = say(bob, room), say(alice, direct_room(alice, bob))
    mine = moderation.report_person(reporter=alice, user_id=mona.pk, reason="abuse")
    refused: list[Callable[[], object]] = [
        lambda: report(bob, bad),
        lambda: report(eve, secret),
        lambda: report(alice, bad, reason="dislike"),
        lambda: report(alice, bad, comment="x" * 2_001),
        lambda: moderation.report_person(reporter=alice, user_id=alice.pk, reason="spam"),
        lambda: moderation.open_report(moderator=alice, report_id=mine.pk),
        lambda: moderation.take_report(moderator=alice, report_id=mine.pk),
        lambda: moderation.decide_report(moderator=mona, report_id=mine.pk, resolved=False, reason="not so"),
        lambda: moderation.decide_report(moderator=mona, report_id=mine.pk, resolved=False, reason=" "),
    ]
    for ask in refused:
        with pytest.raises(ParleyError):
            ask()
    assert Report.objects.count() == Complaint.objects.count() == 1


def test_it_is_done_by_a_plain_form_and_not_without_end(
    alice: User, bob: User, room: Room, client_for: Callable[[User], Client], settings: Settings
) -> None:
    bad = say(bob, room, "canary")
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"reports": "1/hour"}
    browser, path = client_for(alice), f"/messages/{bad.pk}/report/"
    assert b"canary" in browser.get(path).content
    assert browser.post(path, {"reason": "dislike", "comment": "kept text"}).status_code == 400
    assert b"The moderators look at it" in browser.post(path, {"reason": "spam"}, follow=True).content
    again = browser.post(path, {"reason": "spam", "comment": "kept text"})
    assert again.status_code == 429
    assert b"kept text" in again.content
    assert Report.objects.get().count == 1


def test_moderators_calm_a_room_down(mona: User, alice: User, bob: User, eve: User, room: Room) -> None:
    until = timezone.now() + timedelta(hours=1)
    sanctions.mute(actor=mona, user_id=bob.pk, reason="shouting", until=until)
    bob.refresh_from_db()
    for write in (
        lambda: say(bob, room),
        lambda: services.create_room(user=bob, kind="private", name="SHOUT"),
        lambda: say(bob, direct_room(alice, bob)),
    ):
        with pytest.raises(ChatError, match=r"until .* The reason: shouting"):
            write()
    User.objects.filter(pk=bob.pk).update(muted_until=timezone.now())
    bob.refresh_from_db()
    said = say(bob, room)
    moderation.slow_room(moderator=mona, room_id=room.pk, seconds=60, reason="heat")
    with pytest.raises(ChatError, match="slow mode"):
        say(bob, room)
    moderation.lock_room(moderator=mona, room_id=room.pk, reason="heat")
    with pytest.raises(ChatError, match="Only moderators write"):
        say(eve, room)
    moderation.remove_from_room(moderator=mona, room_id=room.pk, user_id=alice.pk, reason="fire")
    assert not Room.objects.visible_to(alice).filter(pk=room.pk).exists()
    assert Notice.objects.filter(user=alice).get().text.endswith("The reason: fire")
    for refused in (
        lambda: moderation.lock_room(moderator=eve, room_id=room.pk, reason="mine"),
        lambda: moderation.lock_room(moderator=mona, room_id=direct_room(alice, eve).pk, reason="quiet"),
        lambda: services.remove_message(moderator=eve, message_id=said.pk, reason="mine"),
    ):
        with pytest.raises(ParleyError):
            refused()
    assert [entry.action for entry in AuditEntry.objects.order_by("number")] == [
        "mute.imposed",
        "room.slow_seconds",
        "room.read_only",
        "room.removed",
    ]
