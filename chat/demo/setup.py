"""Furnishes the demo and clears it out again.

The one place besides the services that writes chat rows: hundreds of messages of the past, which nobody is to be
told of. It keeps the promises of `services.send_messages` about seqs, counters and marks.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.handles import insert_with_free_handle
from accounts.models import User
from chat.demo.people import PASSWORD, PEOPLE, demo_users, sign_ins
from chat.demo.script import Conversation, conversations
from chat.models import Membership, Message, Room
from chat.rendering import clean_body, render
from presence.services import record_last_seen

SEED = 1906  # the same people say the same things with the same pauses every time
SECOND_THOUGHTS = timedelta(seconds=9)

Users = dict[str, User]


class DemoRefusedError(CommandError):
    """The demo has no place here; the message says why."""


@transaction.atomic
def create() -> list[tuple[str, str, str]]:
    """Make the demo if there is none, and return its sign-ins. Raises `DemoRefusedError` outside DEBUG."""
    if not settings.DEBUG:
        raise DemoRefusedError("The password of the demo people is public: they can only be made with DEBUG=true.")
    if not demo_users().exists():
        random, now = Random(SEED), timezone.now()  # noqa: S311  nothing secret comes of it
        users = _make_users(joined=now - timedelta(days=10))
        _make_rooms(list(conversations(now, random)), users, random)
    return sign_ins()


@transaction.atomic
def remove() -> int:
    """Take the demo people away, the rooms that they made and what they said elsewhere; return how many they were.

    Their direct rooms with real people go as well. It works without DEBUG, too: people whose password is public must be
    able to go from anywhere.
    """
    users = list(demo_users())
    direct = Q(kind=Room.Kind.DIRECT, memberships__user__in=users)
    rooms = Room.objects.filter(direct | Q(created_by__in=users))
    Room.objects.filter(pk__in=rooms.values("pk")).delete()
    visited = list(Room.objects.filter(Q(memberships__user__in=users) | Q(messages__author__in=users)).distinct())
    Message.objects.filter(author__in=users).delete()
    for user in users:
        user.delete()
    for room in visited:
        room.member_count = room.memberships.count()
        room.last_message = room.messages.order_by("-seq").first()
        room.save(update_fields=["member_count", "last_message"])
    return len(users)


def _make_users(joined: datetime) -> Users:
    users, password = {}, make_password(PASSWORD)  # hashed once: it takes its time by design
    for person in PEOPLE:
        user = User(email=person.email, full_name=person.full_name, password=password, date_joined=joined)
        user.is_staff = user.is_superuser = person.is_staff
        insert_with_free_handle(user)
        users[person.key] = user
    return users


def _make_rooms(talks: list[Conversation], users: Users, random: Random) -> None:
    rooms = Room.objects.bulk_create(_room(talk, users) for talk in talks)
    written = [list(_messages(talk, room, users, random)) for talk, room in zip(talks, rooms, strict=True)]
    Message.objects.bulk_create(message for messages in written for message in messages)
    seats = []
    for talk, room, messages in zip(talks, rooms, written, strict=True):
        room.last_message = messages[-1]
        seats += [_seat(users[key], room, _read_seq(key, talk, room, messages)) for key in (talk.one, talk.other)]
    Room.objects.bulk_update(rooms, ["last_message"])
    Membership.objects.bulk_create(seats)
    lines = sorted((line for talk in talks for line in talk.lines), key=lambda line: line.at)
    record_last_seen({users[line.author].pk: line.at for line in lines})


def _room(talk: Conversation, users: Users) -> Room:
    opened_by = users[talk.lines[0].author]
    return Room(
        kind=Room.Kind.DIRECT,
        direct_key=Room.direct_key_for(users[talk.one].pk, users[talk.other].pk),
        created_by=opened_by,
        member_count=2,
        created_at=talk.lines[0].at,
        last_seq=len(talk.lines) + sum(line.deleted for line in talk.lines),
        last_activity_at=talk.lines[-1].at,
    )


def _messages(talk: Conversation, room: Room, users: Users, random: Random) -> Iterator[Message]:
    seq = 0
    for line in talk.lines:
        seq += 1
        author, body = users[line.author], clean_body(line.text)
        message = Message(
            room=room,
            seq=seq,
            changed_seq=seq,
            author=author,
            client_id=UUID(int=random.getrandbits(128), version=4),
            body=body,
            html=render(body),
            created_at=line.at,
        )
        if line.deleted:  # a change like any other: it has a seq of its own
            seq += 1
            message.changed_seq = seq
            message.deleted_at, message.deleted_by = line.at + SECOND_THOUGHTS, author
        yield message


def _read_seq(key: str, talk: Conversation, room: Room, messages: list[Message]) -> int:
    if key == talk.reader and talk.unread:
        return messages[-talk.unread].seq - 1
    return room.last_seq


def _seat(user: User, room: Room, read_seq: int) -> Membership:
    return Membership(room=room, user=user, joined_at=room.created_at, read_seq=read_seq, delivered_seq=read_seq)
