"""Who is on stage: people who are signed in, their rooms, and what was said before. Made in bulk, past the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.cookies import access_name
from accounts.models import Session, User
from accounts.tokens import fingerprint, mint_pair
from chat.models import Membership, Message, Room
from chat.rendering import render
from chat.services.searching import keep_texts

BATCH = 2_000
GREETING = "Shall we meet at the fountain, or is it **too hot** today?"

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in on one device."""

    id: int
    cookie: str


def people(how_many: int) -> list[Person]:
    """New people, each signed in on a new device."""
    users = User.objects.bulk_create(
        User(email=f"person{number}@example.org", full_name=f"Person {number:05}", handle=f"person{number}")
        for number in (next(_numbers) for _ in range(how_many))
    )
    now = timezone.now()
    devices = [
        Session(pk=uuid4(), user=user, rotated_at=now, expires_at=now + settings.REFRESH_TOKEN_LIFETIME)
        for user in users
    ]
    signed_in = []
    for device in devices:
        pair = mint_pair(device)
        device.refresh_hash = fingerprint(pair.refresh)
        signed_in.append(Person(device.user_id, f"{access_name()}={pair.access}"))
    Session.objects.bulk_create(devices)
    return signed_in


def group(members: Sequence[Person], *, messages: int = 1) -> int:
    """One room for all these people; returns its id."""
    return _rooms([(Room.Kind.PRIVATE, members)], messages=messages)[0]


def groups(members: Iterable[Sequence[Person]]) -> list[int]:
    """A room with one message for each of these sets of people."""
    return _rooms([(Room.Kind.PRIVATE, each) for each in members])


def direct_rooms(pairs: Iterable[Sequence[Person]]) -> list[int]:
    """A direct room with one message for each of these pairs."""
    return _rooms([(Room.Kind.DIRECT, pair) for pair in pairs])


def _rooms(wanted: Sequence[tuple[Room.Kind, Sequence[Person]]], *, messages: int = 1) -> list[int]:
    rooms = Room.objects.bulk_create(
        (
            Room(
                kind=kind,
                name="" if kind == Room.Kind.DIRECT else f"Room of {len(members)}",
                direct_key=Room.direct_key_for(members[0].id, members[1].id) if kind == Room.Kind.DIRECT else None,
                created_by_id=members[0].id,
                last_seq=messages,
            )
            for kind, members in wanted
        ),
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        (
            Membership(room=room, user_id=member.id)
            for room, (_kind, members) in zip(rooms, wanted, strict=True)
            for member in members
        ),
        batch_size=BATCH,
    )
    html = render(GREETING)
    said = Message.objects.bulk_create(
        (
            Message(
                room=room,
                seq=seq,
                changed_seq=seq,
                author_id=members[seq % len(members)].id,
                client_id=uuid4(),
                body=GREETING,
                html=html,
            )
            for room, (_kind, members) in zip(rooms, wanted, strict=True)
            for seq in range(1, messages + 1)
        ),
        batch_size=BATCH,
    )
    keep_texts(said)
    for room, last in zip(rooms, said[messages - 1 :: messages], strict=True):
        room.last_message = last
    Room.objects.bulk_update(rooms, ["last_message"], batch_size=BATCH)
    return [room.pk for room in rooms]
