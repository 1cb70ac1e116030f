"""What people do when nothing is wrong: talk, take back, repeat themselves, and knock at doors that are not theirs."""

from random import Random

from tests.convoy.client import TICK, Client
from tests.convoy.pace import Pace
from tests.convoy.world import World

LONG_BODY = 3_000


class Chatter:
    """Makes clients talk; one object for all of them. ``on``: whether anybody says anything."""

    def __init__(self, world: World, pace: Pace) -> None:
        self.on = True
        self._busy, self._pace = world.busy, pace

    def __call__(self, client: Client) -> None:
        if not self.on:
            return
        rng = client.rng
        if rng.random() < TICK / self._pace.says and (rooms := self._rooms_of(client)):
            self._say(client, rng.choice(rooms), rng)
        if rng.random() < TICK / (10 * self._pace.says):
            self._do_something_else(client, rng)

    def _rooms_of(self, client: Client) -> list[int]:
        return [room for room in self._busy if room in client.rooms]

    def _say(self, client: Client, room: int, rng: Random) -> None:
        for _ in range(client.outbox.width):
            body = f"{client.name} says {rng.getrandbits(32):08x}"
            client.say(room, body + " and so on" * (LONG_BODY // 10) if rng.random() < 0.02 else body)

    def _do_something_else(self, client: Client, rng: Random) -> None:
        rooms = self._rooms_of(client)
        foreign = [room for room in self._busy if room not in client.rooms]
        what = rng.choice(["delete", "delete", "resend", "resend", "read", "typing", "trespass", "absurd"])
        if what == "delete" and client.own:
            client.ask("message.delete", ref=f"d{rng.getrandbits(32)}", message=rng.choice(client.own)[2])
        elif what == "resend" and client.own:
            room, client_id, _, body = rng.choice(client.own)
            client.resend(room, client_id, body)
        elif what == "read" and rooms:
            room = rng.choice(rooms)
            client.ask("room.read", room=room, seq=client.known(room))
        elif what == "typing" and rooms:
            client.ask("typing.start", room=rng.choice(rooms))
        elif what == "trespass" and foreign:
            client.trespass({rng.choice(foreign): 0})
        elif what == "absurd" and foreign:
            client.trespass({rng.choice(foreign): 2**62, 2**40: 1})
