"""A crowd for the demo: as many people, rooms and messages as are wanted, the same ones for the same seed.

They say what the demo's conversations say, in any order. Nobody can sign in as them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from accounts.models import User
from chat.demo.people import DOMAIN, crowd_users
from chat.demo.rooms import Users, make_rooms
from chat.demo.script import Line, Talk, conversations
from chat.models import Membership, Room
from presence.services import record_last_seen

ROOMS_AT_ONCE = 10
MOST_IN_ROOM = 40
EMOJI = ("👍", "🎉", "❤️", "😄", "👀")

FIRST = (
    *("Ana", "Ben", "Chloé", "Diego", "Emma", "Farid", "Greta", "Hugo", "Inês", "Jun", "Kira", "Liam", "Mei"),
    *("Noor", "Omar", "Pia", "Quim", "Rosa", "Sven", "Tara", "Uma", "Vera"),
)
LAST = (
    *("Almeida", "Berg", "Costa", "Dubois", "Egger", "Fontana", "Gruber", "Haas", "Ito", "Jansen", "Kaya", "Lund"),
    *("Moreau", "Novak", "Okafor", "Park", "Rossi", "Silva"),
)
PLACES = (
    *("Atrium", "Bakery", "Courtyard", "Dock", "Engine", "Foundry", "Garden", "Hall", "Island", "Jetty", "Kiln"),
    *("Library", "Mill", "Nursery", "Orchard", "Pier"),
)
THINGS = (
    *("planning", "reviews", "questions", "releases", "design", "night", "shift", "music", "visitors", "budget"),
    *("repairs", "travel", "lunch"),
)

Advance = Callable[[int], None]


class Size(NamedTuple):
    """How large a crowd is, and over how many days it has talked."""

    users: int
    rooms: int
    messages: int
    days: int


def make_crowd(size: Size, *, now: datetime, seed: int, advance: Advance) -> int:
    """Make a crowd, unless there is one; answers how many messages it said. Batches, each with whole rooms."""
    if crowd_users().exists():
        return 0
    random = Random(seed)  # noqa: S311  nothing secret comes of it
    users = _make_users(size.users, random, joined=now - timedelta(days=size.days + 1))
    talks = _once_a_pair(_talks(size, [*users], now, random))
    for start in range(0, len(talks), ROOMS_AT_ONCE):
        batch = talks[start : start + ROOMS_AT_ONCE]
        make_rooms(batch, users, random)
        advance(sum(len(talk.lines) for talk in batch))
    lines = sorted((line for talk in talks for line in talk.lines), key=lambda line: line.at)
    record_last_seen({users[line.author].pk: line.at for line in lines})
    return len(lines)


def _make_users(number: int, random: Random, *, joined: datetime) -> Users:
    password = make_password(None)
    made = User.objects.bulk_create(
        (
            User(
                email=f"crowd{count}@{DOMAIN}",
                full_name=f"{random.choice(FIRST)} {random.choice(LAST)}",
                handle=f"crowd{count}",
                password=password,
                date_joined=joined,
            )
            for count in range(1, number + 1)
        ),
        batch_size=1000,
    )
    return {user.handle: user for user in made}


def _talks(size: Size, people: Sequence[str], now: datetime, random: Random) -> Iterator[Talk]:
    lines = (line for talk in conversations(now, Random(0)) for line in talk.lines)  # noqa: S311
    texts = [line.text for line in lines if line.text and "@" not in line.text]
    shares = [random.paretovariate(1.2) for _ in range(size.rooms)]  # few rooms are loud, most are quiet
    for share in shares:
        kind = random.choices((Room.Kind.PUBLIC, Room.Kind.PRIVATE, Room.Kind.DIRECT), (4, 4, 2))[0]
        talk = _room(kind, people, random)
        count = max(1, round(size.messages * share / sum(shares)))
        moments = sorted(now - timedelta(days=random.uniform(0, size.days)) for _ in range(count))
        for place, at in enumerate(moments):
            talk.lines.append(_line(talk, place, at, random.choice(texts), random))
        yield talk


def _once_a_pair(talks: Iterable[Talk]) -> list[Talk]:
    """Two people have one room: what else was drawn for them is left out."""
    known, kept = set(), []
    for talk in talks:
        pair = frozenset(talk.people)
        if talk.name or pair not in known:
            known.add(pair)
            kept.append(talk)
    return kept


def _room(kind: Room.Kind, people: Sequence[str], random: Random) -> Talk:
    if kind is Room.Kind.DIRECT or len(people) < 3:
        return Talk(dict.fromkeys(random.sample(people, 2), str(Membership.Role.MEMBER)), "", 0)
    members = random.sample(people, random.randint(3, min(MOST_IN_ROOM, len(people))))
    roles = dict.fromkeys(members, str(Membership.Role.MEMBER)) | {members[0]: str(Membership.Role.OWNER)}
    name = f"{random.choice(PLACES)} {random.choice(THINGS)}"
    return Talk(roles, "", 0, kind=kind, name=name, topic=f"All about {name.lower()}")


def _line(talk: Talk, place: int, at: datetime, text: str, random: Random) -> Line:
    people = [*talk.people]
    line = Line(random.choice(people), text, at)
    if place and random.random() < 0.1:
        line.answers = random.randrange(place)
    if random.random() < 0.15:
        line.reactions = [(random.choice(EMOJI), random.sample(people, random.randint(1, min(4, len(people)))))]
    if random.random() < 0.02:
        line.at_first = f"{text.splitlines()[0]} (or so)"
    return line
