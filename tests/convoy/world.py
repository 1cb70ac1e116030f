"""Who talks with whom. Made once, in a database that every run copies; the rig reads what it needs from a file.

Run as a module, in a process of its own: `python -m tests.convoy.world FILE SEED`.
"""

import random
import sys
from itertools import combinations
from pathlib import Path

import msgspec

CLIENTS = 40
PEOPLE = 36
"""Four people have two devices."""
ROOMS = 12
CROWD = 50
QUIET = 400


class Device(msgspec.Struct, frozen=True):
    """A signed-in device. ``spare`` is a token of another session of the same person, to sign this one out."""

    name: str
    user: int
    session: str
    access: str
    spare: str


class World(msgspec.Struct, frozen=True):
    """The cast: devices that talk, a crowd that only comes and goes, and who is in which room.

    ``members`` is how it begins. ``busy`` are the rooms where all the talking is; ``quiet`` ones hear one message;
    ``flood`` is for the noise of one who does not read.
    """

    devices: list[Device]
    crowd: list[Device]
    members: dict[int, list[int]]
    busy: list[int]
    quiet: list[int]
    flood: int
    rulers: dict[int, list[int]]
    """Of each busy room that people come and go in, its owner and its moderator, who stay."""

    def token_of(self, user: int) -> str:
        """What somebody may act with, also when their device is signed out."""
        return next(device.spare for device in self.devices if device.user == user)


def read(path: Path) -> World:
    return msgspec.json.decode(path.read_bytes(), type=World)


def make(seed: int) -> World:
    """Migrate and fill the empty database of this process."""
    from django.core.management import call_command

    from accounts.models import User
    from accounts.services import open_session
    from accounts.tokens import mint_pair
    from chat.models import Membership, Room

    call_command("migrate", verbosity=0)
    rng = random.Random(seed)  # noqa: S311  to be repeated
    users = User.objects.bulk_create(
        User(email=f"p{number}@example.org", full_name=f"Person {number}", handle=f"person{number}")
        for number in range(PEOPLE + CROWD)
    )
    people, strangers = users[:PEOPLE], users[PEOPLE:]

    def device(name: str, user: User) -> Device:
        from accounts.devices import Device as Machine

        (session, pair), (_, other) = (open_session(user, Machine(user_agent="Convoy", ip=None)) for _ in range(2))
        assert pair == mint_pair(session)
        return Device(name, user.pk, str(session.pk), pair.access, other.access)

    members: dict[int, list[int]] = {}

    def room(who: list[User], *, direct: bool = False) -> int:
        made = Room.objects.create(
            kind="direct" if direct else "private",
            name="" if direct else "A room",
            direct_key=Room.direct_key_for(who[0].pk, who[1].pk) if direct else None,
            created_by=who[0],
            member_count=len(who),
        )
        roles = ["member"] * len(who) if direct else ["owner", "moderator", *["member"] * len(who)]
        Membership.objects.bulk_create(
            Membership(room=made, user=user, role=role) for user, role in zip(who, roles, strict=False)
        )
        members[made.pk] = [user.pk for user in who]
        return made.pk

    sizes = [PEOPLE, 24, 16, 12, 10, 8, 6, 5, 4, 3]
    busy = [room(rng.sample(people, size)) for size in sizes]
    busy += [room([people[2 * n], people[2 * n + 1]], direct=True) for n in range(ROOMS - len(sizes))]
    taken = [{people[2 * n], people[2 * n + 1]} for n in range(ROOMS - len(sizes))]
    pairs = [list(pair) for pair in combinations(people, 2) if set(pair) not in taken]
    quiet = [room(pair, direct=number % 2 == 0) for number, pair in enumerate(rng.sample(pairs, QUIET))]
    flood = room([*people[:6], strangers[0]])
    room(strangers)
    devices = [device(f"c{number:02}", people[number % PEOPLE]) for number in range(CLIENTS)]
    crowd = [device(f"x{number:02}", user) for number, user in enumerate(strangers)]
    rulers = {room_id: members[room_id][:2] for room_id in busy[: len(sizes)]}
    return World(devices, crowd, members, busy, quiet, flood, rulers)


if __name__ == "__main__":
    import django

    django.setup()
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(make(int(sys.argv[2]))))
