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
        self._pace = pace
        self._rooms = {
            device.user: [room for room in world.busy if device.user in world.members[room]] for device in world.devices
        }
        self._foreign = {
            device.user: [room for room in world.busy if device.user not in world.members[room]]
            for device in world.devices
        }

    def __call__(self, client: Client) -> None:
        if not self.on:
            return
        rng, user = client.rng, client.device.user
        if self._rooms[user] and rng.random() < TICK / self._pace.says:
            self._say(client, rng.choice(self._rooms[user]), rng)
        if rng.random() < TICK / (10 * self._pace.says):
            self._do_something_else(client, rng)

    def _say(self, client: Client, room: int, rng: Random) -> None:
        for _ in range(client.outbox.width):
            body = f"{client.name} says {rng.getrandbits(32):08x}"
            client.say(room, body + " and so on" * (LONG_BODY // 10) if rng.random() < 0.02 else body)

    def _do_something_else(self, client: Client, rng: Random) -> None:
        rooms, foreign = self._rooms[client.device.user], self._foreign[client.device.user]
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
            client.ask("sync", rooms={rng.choice(foreign): 0})
        elif what == "absurd" and foreign:
            client.ask("sync", rooms={rng.choice(foreign): 2**62, 2**40: 1})
