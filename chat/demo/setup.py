"""Furnishes the demo and clears it out again."""

from datetime import datetime, timedelta
from random import Random

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
from presence.services import record_last_seen

SITE, SITE_ROOM = "demo", "Kitchen table"  # whose guests talk there
SEED = 1906  # the same people say the same things with the same pauses every time


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
        talks = conversations(now, random)
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
    able to go from anywhere.
    """
    _remove_site()
    return remove_people(list(demo_users() | crowd_users()))


def remove_people(users: list[User]) -> int:
    """Take people away who were only for trying things, with all that is theirs; answers how many they were."""
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
