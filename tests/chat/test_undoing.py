"""Undoing what moderators did: everything that can be, once, and never over what somebody else has changed since."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Sanction, User
from accounts.moderation import sanctions
from accounts.moderation.audit import verify
from chat import services
from chat.exceptions import ChatError
from chat.models import Invitation, Membership, Message, Room
from chat.services import moderation
from tests.factories import give, group_room, say_many, seat_of, superuser

pytestmark = pytest.mark.django_db

DAY = 86_400


@pytest.fixture
def browser(client_for: Callable[[User], Client], mona: User) -> Client:
    return client_for(mona)


@pytest.fixture
def room(alice: User, bob: User, eve: User) -> Room:
    return group_room(alice, bob, eve)


def in_bulk(browser: Client, path: str, name: str, ids: list[int], **fields: Any) -> str:
    """Choose in a list, give a reason, and answer where it is undone."""
    chosen = {"action": name, "_selected_action": ids}
    assert b"Reason" in browser.post(path, chosen).content
    assert "Say why." in browser.post(path, chosen | {"reason": " "}).content.decode()
    done = browser.post(path, chosen | fields | {"reason": "a raid"}, follow=True).content.decode()
    (where,) = re.findall(r'href="(/admin/accounts/auditentry/done/[0-9a-f-]+/)">Undo', done)
    return str(where)


def undo(browser: Client, where: str) -> str:
    return browser.post(where, {"act": "undo", "reason": "wrong list"}, follow=True).content.decode()


def batch_of(where: str) -> UUID:
    return UUID(where.split("/")[-2])


PEOPLE, ROOMS, SEATS = "/admin/accounts/user/", "/admin/chat/room/", "/admin/chat/membership/"


def test_sanctions_of_many_are_withdrawn_and_what_they_replaced_holds_again(
    browser: Client, mona: User, bob: User, eve: User
) -> None:
    until = timezone.now() + timedelta(days=30)
    first = sanctions.ban(actor=mona, user_id=bob.pk, reason="spam", until=until)
    ids = [bob.pk, eve.pk]
    warned = in_bulk(browser, PEOPLE, "warn", ids)
    muted = in_bulk(browser, PEOPLE, "mute", ids, mute_for=DAY)
    banned = in_bulk(browser, PEOPLE, "ban", ids, ban_for=0)
    for user in (bob, eve):
        user.refresh_from_db()
        assert user.muted_until
        assert user.banned_until
    for where in (warned, muted, banned):
        assert "2 undone." in undo(browser, where)
    bob.refresh_from_db()
    eve.refresh_from_db()
    assert (eve.muted_until, eve.banned_until, bob.muted_until, bob.banned_until) == (None, None, None, until)
    assert list(Sanction.objects.filter(ended_at=None)) == [first]
    told = list(Notice.objects.filter(user=bob).values_list("text", flat=True))
    assert "take back that you were banned" in told[0]
    assert "What held before holds again: You are banned until" in told[0]
    assert "take back a warning. The reason: wrong list" in told[2]
    assert not list(Notice.objects.filter(user=eve, text__contains="holds again"))
    page = browser.get(warned).content.decode()
    assert page.count("undone by Mona Moderator") == 2
    assert "Nothing of it is left to undo." in page
    assert verify().problem == ""


def test_what_is_undone_once_stays_and_what_others_changed_is_left_alone(
    browser: Client, mona: User, bob: User, eve: User
) -> None:
    where = in_bulk(browser, PEOPLE, "mute", [bob.pk, eve.pk], mute_for=DAY)
    sanctions.lift(actor=None, user_id=eve.pk, kind="mute", reason="enough")
    again = timezone.now() + timedelta(hours=1)
    sanctions.mute(actor=None, user_id=eve.pk, reason="once more", until=again)
    page = undo(browser, where)
    assert "1 undone." in page
    assert f"What was imposed on {eve.full_name} has ended or was changed since." in page
    eve.refresh_from_db()
    assert eve.muted_until == again
    sanctions.mute(actor=mona, user_id=bob.pk, reason="rightly so", until=again)
    before = AuditEntry.objects.count()
    refused = browser.post(where, {"act": "undo", "reason": "twice"})
    assert refused.status_code == 400
    assert (AuditEntry.objects.count(), Sanction.objects.filter(user=bob, ended_at=None).count()) == (before, 1)
    undone = moderation.undo_id(batch_of(where))
    with pytest.raises(ChatError, match="nothing left of this to undo"):
        moderation.undo_batch(moderator=mona, batch=undone, reason="the undo itself")


def test_rooms_are_as_they_were_and_people_in_them_again(
    browser: Client, mona: User, alice: User, bob: User, eve: User, room: Room
) -> None:
    other = group_room(alice, bob, name="Quay")
    give(alice, room, bob, "admin")
    services.update_room(actor=alice, room_id=room.pk, slow_seconds=10)
    locked = in_bulk(browser, ROOMS, "lock", [room.pk, other.pk])
    slowed = in_bulk(browser, ROOMS, "slow", [room.pk, other.pk], slow_for=600)
    seats = [seat_of(user, room).pk for user in (bob, eve)]
    removed = in_bulk(browser, SEATS, "remove", seats)
    assert not Membership.objects.filter(pk__in=seats).exists()
    services.update_room(actor=alice, room_id=other.pk, slow_seconds=60)
    services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk])
    assert "2 undone." in undo(browser, locked)
    page = undo(browser, slowed)
    assert "1 undone." in page
    assert "Somebody has changed “Quay” since." in page
    page = undo(browser, removed)
    assert "1 undone." in page
    assert f"{eve.full_name} is in “Harbour” again already." in page
    room.refresh_from_db()
    other.refresh_from_db()
    assert (room.read_only, room.slow_seconds, other.read_only, other.slow_seconds) == (False, 10, False, 60)
    assert (seat_of(bob, room).role, room.member_count) == ("admin", 3)
    assert not Invitation.objects.filter(room=room, user=bob).exists()
    assert "take back that you were removed from “Harbour”" in Notice.objects.filter(user=bob)[0].text
    assert verify().problem == ""


def test_messages_are_back_as_far_as_they_are_deleted_still(browser: Client, mona: User, bob: User, room: Room) -> None:
    said = say_many(bob, room, 5)
    services.delete_message(actor=bob, message_id=said[0].pk)
    where = in_bulk(browser, "/admin/chat/message/", "take_down", [each.pk for each in said])
    assert AuditEntry.objects.filter(batch=batch_of(where)).count() == 4
    Message.objects.filter(pk=said[1].pk).update(deleted_at=timezone.now() - timedelta(days=31))
    services.bring_back(moderator=mona, message_id=said[2].pk, reason="harmless")
    services.remove_message(moderator=mona, message_id=said[2].pk, reason="not so harmless")
    page = undo(browser, where)
    assert "2 undone." in page
    assert "Messages can be brought back for 30 days." in page
    assert "was restored or deleted by somebody else since" in page
    assert list(Message.objects.filter(room=room, kind="text", deleted_at=None)) == said[3:]
    assert Notice.objects.filter(user=bob, text__contains="is back").count() == 3
    with pytest.raises(ChatError, match="Its author deleted"):
        services.bring_back(moderator=mona, message_id=said[0].pk, reason="no")


def test_what_was_changed_and_is_as_it_was_left_again_is_not_undone(
    browser: Client, mona: User, alice: User, bob: User, eve: User, room: Room
) -> None:
    root, other, said = superuser("Root"), group_room(alice, bob, name="Quay"), say_many(bob, room, 2)
    deleted = in_bulk(browser, "/admin/chat/message/", "take_down", [each.pk for each in said])
    services.bring_back(moderator=root, message_id=said[0].pk, reason="harmless")
    services.remove_message(moderator=mona, message_id=said[0].pk, reason="a raid")
    locked = in_bulk(browser, ROOMS, "lock", [room.pk, other.pk])
    for is_locked in (False, True):
        moderation.lock_room(moderator=root, room_id=room.pk, reason="calm", locked=is_locked)
    removed = in_bulk(browser, SEATS, "remove", [seat_of(user, room).pk for user in (bob, eve)])
    services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk])
    services.leave_room(user=eve, room_id=room.pk)
    for where, sentence in (
        (deleted, "was restored or deleted by somebody else since"),
        (locked, "Somebody has changed “Harbour” since."),
        (removed, f"{eve.full_name} was in “Harbour” again since."),
    ):
        page = undo(browser, where)
        assert ("1 undone." in page, sentence in page) == (True, True), sentence
        assert browser.post(where, {"act": "undo", "reason": "once more"}).status_code == 400
    assert list(Message.objects.filter(room=room, kind="text", deleted_at=None)) == said[1:]
    assert list(Room.objects.filter(read_only=True)) == [room]
    assert set(Membership.objects.filter(room=room).values_list("user", flat=True)) == {alice.pk, bob.pk}


def test_one_act_is_undone_where_it_is_said_to_be_done_and_not_by_everybody(
    browser: Client, alice: User, bob: User, client_for: Callable[[User], Client]
) -> None:
    path = f"/admin/accounts/user/{bob.pk}/person/"
    page = browser.post(path, {"act": "ban", "ban_for": DAY, "reason": "spam"}, follow=True).content.decode()
    where = f"/admin/accounts/auditentry/done/{AuditEntry.objects.get().batch}/"
    assert f'<a href="{where}">Undo</a>' in page
    entry = browser.get(f"/admin/accounts/auditentry/{AuditEntry.objects.get().pk}/change/").content.decode()
    assert where in entry
    client_for(alice).post(where, {"act": "undo", "reason": "mine"})
    assert Sanction.objects.get().is_open
    assert browser.post(where, {"act": "undo", "reason": " "}).status_code == 400
    undo(browser, where)
    assert not Sanction.objects.get().is_open
    assert browser.get(f"/admin/accounts/auditentry/done/{UUID(int=1)}/").status_code == 404
