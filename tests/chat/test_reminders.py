"""Reminders: asked for at a message, kept with what is saved, and told once when their time comes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.moderation.standing import FOREVER
from accounts.threads import in_thread
from chat import reminding, services
from chat.models import Message, Room, SavedMessage
from chat.services import reminders
from tests.chat.sockets import connected
from tests.factories import group_room, say, say_many
from tests.jobs import run_jobs, waiting_jobs

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


@pytest.mark.parametrize(
    ("choice", "hour", "expected"),
    [
        ("20m", "2026-03-27 22:30", "2026-03-27 22:50"),
        ("3h", "2026-03-27 22:30", "2026-03-28 01:30"),
        ("tomorrow", "2026-03-27 22:30", "2026-03-28 08:00"),  # 23:30 on Friday in Berlin, where it is still winter
        ("tomorrow", "2026-03-27 23:30", "2026-03-29 07:00"),  # Saturday there already, and summer begins on Sunday
        ("monday", "2026-03-27 22:30", "2026-03-30 07:00"),
        ("monday", "2026-03-30 05:00", "2026-04-06 07:00"),  # on a Monday it is the next one
    ],
)
def test_mornings_are_those_of_the_reader(choice: str, hour: str, expected: str) -> None:
    now = datetime.fromisoformat(hour).replace(tzinfo=UTC)
    at = reminding.chosen(choice, now=now, zone=ZoneInfo("Europe/Berlin"))
    assert f"{at:%Y-%m-%d %H:%M}" == expected


def test_a_reminder_keeps_the_message_moves_and_is_taken_back(alice: User, bob: User, api_for: ApiFor) -> None:
    message, api = say(alice, group_room(alice, bob)), api_for(bob)
    path = f"/api/saved/{message.pk}/reminder/"
    assert api.get(path).json() == {"remind_at": None, "is_due": False}
    for choice in ("1h", "monday"):
        at = api.put(path, {"choice": choice}, format="json").json()["remind_at"]
    assert api.get(path).json() == {"remind_at": at, "is_due": False}
    (kept,) = api.get("/api/saved/").json()["results"]
    assert (kept["id"], kept["remind_at"], kept["is_due"]) == (message.pk, at, False)
    api.put(path, {"at": at}, format="json")
    assert len(waiting_jobs()) == 2, "the same time again is no new job"
    assert api.delete(path).status_code == api.delete(path).status_code == 204
    (kept,) = api.get("/api/saved/").json()["results"]
    assert (kept["remind_at"], kept["is_due"]) == (None, False)


def test_what_cannot_be_is_refused_with_a_sentence(
    alice: User, bob: User, eve: User, api_for: ApiFor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = say_many(alice, group_room(alice, bob), 2)
    path, now = f"/api/saved/{first.pk}/reminder/", timezone.now()
    for fields, words in [
        ({"at": now - timedelta(minutes=1)}, "That time is over."),
        ({"at": now + timedelta(days=367)}, "more than a year"),
        ({"at": "soon"}, "Datetime has wrong format"),
        ({"choice": "never"}, "is not a valid choice"),
        ({}, "Say when"),
    ]:
        answer = api_for(bob).put(path, fields, format="json")
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert api_for(eve).put(path, {"choice": "1h"}, format="json").status_code == 404
    page = client_for(bob).post(f"/messages/{first.pk}/", {"action": "remind", "choice": "never"})
    assert page.status_code == 400
    assert b"Choose when you want to be reminded." in page.content
    assert not SavedMessage.objects.exists()
    monkeypatch.setattr(reminders, "MOST_WAITING", 1)
    api_for(bob).put(path, {"choice": "1h"}, format="json")
    assert api_for(bob).put(path, {"choice": "3h"}, format="json").status_code == 200
    answer = api_for(bob).put(f"/api/saved/{second.pk}/reminder/", {"choice": "1h"}, format="json")
    assert answer.json()["code"] == "too_many_reminders"


def test_the_pages_ask_for_it_show_when_and_that_it_is_due(alice: User, bob: User, client_for: ClientFor) -> None:
    message, client = say(alice, group_room(alice, bob)), client_for(bob)
    path = f"/messages/{message.pk}/"
    assert client.post(path, {"action": "remind", "choice": "tomorrow"}).headers["Location"] == "/saved/"
    assert "You will be reminded on" in client.get("/saved/").content.decode()
    assert "Take the reminder back" in client.get(path).content.decode()
    assert run_jobs(early=True) == 1
    assert "Due since" in client.get("/saved/").content.decode()
    assert "Done with the reminder" in client.get(path).content.decode()
    client.post(path, {"action": "forget"})
    shown = client.get("/saved/").content.decode()
    assert "Due since" not in shown
    assert "Remove" in shown


@pytest.mark.django_db(transaction=True)
async def test_all_of_ones_own_devices_are_told_once_and_nobody_else(alice: User, bob: User) -> None:
    message = await in_thread(_message)(alice, bob)
    async with connected(bob) as phone, connected(bob) as desk, connected(alice) as hers:
        at = await in_thread(_remind)(bob, message)
        assert await in_thread(run_jobs)(early=True) == 1
        for socket in (phone, desk):
            told = await socket.hear("reminder")
            assert told["message"]["body"] == message.body
        saved = await SavedMessage.objects.aget(message=message)
        await in_thread(reminders.remind)(saved_id=saved.pk, at=at)
        for socket, heard in ((phone, ["saved", "reminder"]), (desk, ["saved", "reminder"]), (hers, [])):
            personal = {"saved", "reminder"}
            assert [frame["type"] for frame in await socket.settle() if frame["type"] in personal] == heard


WITHDRAWN: dict[str, Callable[[User, User, Message], object]] = {
    "taken back": lambda alice, bob, message: services.drop_reminder(user=bob, message_id=message.pk),
    "let go": lambda alice, bob, message: services.save_message(user=bob, message_id=message.pk, on=False),
    "put off": lambda alice, bob, message: services.set_reminder(
        user=bob, message_id=message.pk, at=timezone.now() + timedelta(days=30)
    ),
    "deleted": lambda alice, bob, message: services.delete_message(actor=alice, message_id=message.pk),
    "left": lambda alice, bob, message: services.leave_room(user=bob, room_id=message.room_id),
    "banned": lambda alice, bob, message: User.objects.filter(pk=bob.pk).update(banned_until=FOREVER),
}


@pytest.mark.parametrize("how", WITHDRAWN)
def test_nobody_is_told_of_what_was_withdrawn(how: str, alice: User, bob: User) -> None:
    message = _message(alice, bob)
    at = _remind(bob, message)
    saved = SavedMessage.objects.get()
    WITHDRAWN[how](alice, bob, message)
    version = User.objects.get(pk=bob.pk).version
    reminders.remind(saved_id=saved.pk, at=at)
    assert User.objects.get(pk=bob.pk).version == version


def _message(alice: User, bob: User) -> Message:
    room: Room = group_room(alice, bob)
    return say(alice, room)


def _remind(bob: User, message: Message) -> datetime:
    at = timezone.now() + timedelta(hours=1)
    services.set_reminder(user=bob, message_id=message.pk, at=at)
    return at
