"""Furnishes the demo and clears it out again."""

from collections.abc import Callable, Iterable
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
from chat.demo.crowd import Advance, Size, make_crowd
from chat.demo.people import PASSWORD, PEOPLE, crowd_users, demo_users, sign_ins
from chat.demo.rooms import Users, make_rooms
from chat.demo.script import conversations
from chat.models import Message, Room, Site, Visitor
from chat.services.faces import forget_face
from chat.services.removal import StillThereError, remove_at_once
from presence.services import record_last_seen

SITE, SITE_ROOM = "demo", "Kitchen table"  # whose guests talk there
NO_FILES = (
    "The demo has no pictures: files cannot be stored right now. When they can, make it anew: demo --remove, then demo."
)
SEED = 1906  # the same people say the same things with the same pauses every time


class DemoRefusedError(CommandError):
    """The demo has no place here; the message says why."""


@transaction.atomic
def create(*, say: Callable[[str], None] = lambda _: None, with_files: bool = True) -> list[tuple[str, str, str]]:
    """Make the demo if there is none, and return its sign-ins. Raises `DemoRefusedError` outside DEBUG.

    Where files cannot be stored it is in words alone, and `say` hears why.
    """
    if not settings.DEBUG:
        raise DemoRefusedError("The password of the demo people is public: they can only be made with DEBUG=true.")
    if not demo_users().exists():
        from chat.demo.files import put_into_words, take_in  # web workers, which show the demo's site, draw nothing

        random, now = Random(SEED), timezone.now()  # noqa: S311  nothing secret comes of it
        users = _make_users(joined=now - timedelta(days=10))
        talks = conversations(now, random)
        if with_files and not take_in(talks, users):
            say(NO_FILES)
        put_into_words(talks)
        make_rooms(talks, users, random)
        lines = sorted((line for talk in talks for line in talk.lines), key=lambda line: line.at)
        _make_site()
        record_last_seen({users[line.author].pk: line.at for line in lines})
    return sign_ins()


@transaction.atomic
def add_crowd(size: Size, *, seed: int = SEED, advance: Advance = lambda _: None) -> int:
    """Add a crowd to the demo, once; answers how many messages it said. Raises `DemoRefusedError` outside DEBUG."""
    if not settings.DEBUG:
        raise DemoRefusedError("The demo is for development: it can only be made with DEBUG=true.")
    return make_crowd(size, now=timezone.now(), seed=seed, advance=advance)


@transaction.atomic
def remove() -> int:
    """Take the demo people away, the rooms that they made and what they said elsewhere; return how many they were.

    Their direct rooms with real people go as well. It works without DEBUG, too: people whose password is public must be
    able to go from anywhere. Raises `DemoRefusedError` where their files cannot be deleted now.
    """
    _remove_site()
    try:
        return remove_people(list(demo_users() | crowd_users()))
    except StillThereError as error:
        raise DemoRefusedError("The demo's files cannot be deleted right now, so nothing was. Try again.") from error


def remove_people(users: list[User]) -> int:
    """Take people away who were only for trying things, with all that is theirs; answers how many they were.

    Raises ``StillThereError``.
    """
    direct = Q(kind=Room.Kind.DIRECT, memberships__user__in=users)
    rooms = Room.objects.filter(pk__in=Room.objects.filter(direct | Q(created_by__in=users)).values("pk"))
    faces = [face for face in (*(user.avatar for user in users), *rooms.values_list("picture", flat=True)) if face]
    said_there = Message.objects.filter(room__in=rooms)
    remove_at_once(Q(owner__in=users) | Q(message__in=said_there))
    rooms.delete()
    visited = list(Room.objects.filter(Q(memberships__user__in=users) | Q(messages__author__in=users)).distinct())
    Message.objects.filter(author__in=users).delete()
    for user in users:
        user.delete()
    for room in visited:
        room.member_count = room.memberships.count()
        room.last_message = room.messages.order_by("-seq").first()
        room.save(update_fields=["member_count", "last_message"])
    _forget(faces)
    return len(users)


def _forget(faces: Iterable[UUID]) -> None:
    """Delete pictures of people and rooms that are gone."""
    try:
        for face in faces:
            forget_face(face)
    except Exception as error:  # each storage fails in its own ways
        raise StillThereError(str(error)) from error


def _make_site() -> None:
    """Make a site that shows the chat to guests, for the page that tries it out."""
    site = Site.objects.create(key=SITE, name="Boats & Ropes", origins=["http://shop.localhost"], enforced=False)
    site.rooms.set(Room.objects.filter(name=SITE_ROOM))


def _remove_site() -> None:
    guests = list(Visitor.objects.filter(site__key=SITE).values_list("user", flat=True))
    Message.objects.filter(author__in=guests).delete()
    Visitor.objects.filter(user__in=guests).delete()
    User.objects.filter(pk__in=guests).delete()
    Site.objects.filter(key=SITE).delete()


def _make_users(joined: datetime) -> Users:
    users, password = {}, make_password(PASSWORD)  # hashed once: it takes its time by design
    for person in PEOPLE:
        user = User(email=person.email, full_name=person.full_name, password=password, date_joined=joined)
        user.is_staff = user.is_superuser = person.is_staff
        insert_with_free_handle(user)
        users[person.key] = user
    return users
