"""First frame + what was heard since = a new first frame: for everybody, after everything that services change.

And the exact audience: who hears anything at all is who should.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest

from accounts.broadcasts import publish
from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.hub import Hub, get_hub
from chat.models import Message
from chat.scrollback import read_page
from chat.serializers import message_data, moment
from chat.summaries import summary
from tests.chat.acts import ACTS, SILENT, Stage
from tests.chat.replica import Json, Replica
from tests.chat.sockets import Socket, connected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

DEVICES = {"alice": 2}
"""Alice has two, which must be told the same; the others have one."""


@pytest.fixture
def stage(alice: User, bob: User, eve: User, make_user: Callable[[str], User]) -> Stage:
    return Stage(alice, bob, make_user("Carol Clay"), eve)


def test_everything_that_services_change_is_done_here() -> None:
    done = {act.service for acts in ACTS.values() for act in acts}
    public = {name: getattr(services, name) for name in services.__all__}
    missing = [
        name
        for name, each in public.items()
        if callable(each) and not isinstance(each, type) and each not in done | SILENT and name != "Outcome"
    ]
    assert not missing, (
        f"Nothing here tells who hears of {', '.join(missing)}. Add an Act for each to ACTS in tests/chat/acts.py, or "
        "to SILENT there if it changes nothing that anybody is told of."
    )


@pytest.mark.parametrize("scene", ACTS)
async def test_whoever_heard_everything_knows_what_a_newcomer_is_told(scene: str, stage: Stage) -> None:
    async with AsyncExitStack() as stack:
        audience = await Audience.seat(stack, stage)
        for number, act in enumerate(ACTS[scene], 1):
            asked = await in_thread(act.ask)(stage)
            await audience.listen()
            await in_thread(act.service)(**asked)
            heard = await audience.listen(late=act.late)
            what = f"{number}. {act.service.__name__}"
            assert heard == set(act.hears.split()), what
            await audience.compare(what)


class Device:
    """A socket, and what its client knows."""

    def __init__(self, socket: Socket, replica: Replica) -> None:
        self.socket, self.replica = socket, replica
        self.listened = len(socket.frames)

    async def listen(self) -> int:
        """Take in all that came; answers how many frames that were."""
        await self.socket.say("ping")
        await self.socket.hear("pong")
        fresh = [frame for frame in self.socket.frames[self.listened :] if frame["type"] != "pong"]
        self.listened = len(self.socket.frames)
        for frame in fresh:
            self.replica.hear(frame)
        return len(fresh)


class Audience:
    """Everybody's devices."""

    def __init__(self, stage: Stage, hub: Hub, devices: dict[str, list[Device]]) -> None:
        self.stage, self.hub, self.devices = stage, hub, devices
        self.markers: set[str] = set()
        self.round = 0
        on_event = hub.subscriptions._on_event
        hub.subscriptions._on_event = partial(self._note, on_event)

    @classmethod
    async def seat(cls, stack: AsyncExitStack, stage: Stage) -> "Audience":
        devices: dict[str, list[Device]] = {}
        for name, user in stage.people.items():
            for _ in range(DEVICES.get(name, 1)):
                socket = await stack.enter_async_context(connected(user))
                replica = await in_thread(replica_of)(user, socket.frames[0])
                devices.setdefault(name, []).append(Device(socket, replica))
        hub = await get_hub()
        await hub._beacon.stop()  # what it would heal must not be needed here, and it must not tell anything twice
        return cls(stage, hub, devices)

    async def listen(self, *, late: bool = False) -> set[str]:
        """Wait until all that was published has arrived; answers who heard anything."""
        if late:
            await self.hub._beacon.check_people(self.hub.everyone())
        await self._publish_through()
        while self.hub._tasks:
            await asyncio.wait(self.hub._tasks)
        heard = {name: [await device.listen() for device in each] for name, each in self.devices.items()}
        for name, numbers in heard.items():
            assert len({bool(number) for number in numbers}) == 1, f"not all devices of {name} were told"
        return {name for name, numbers in heard.items() if any(numbers)}

    async def _publish_through(self) -> None:
        """Send something through each group: what was published before it has arrived when it arrives.

        Again and again: a subscription is confirmed only after it was made.
        """
        self.markers.clear()
        self.round += 1
        async with asyncio.timeout(60):
            while waiting := self.hub.subscriptions._wanted - self.markers:
                for group in waiting:
                    publish(group, {"type": "hub.event", "kind": "marker", "group": group, "round": self.round})
                await asyncio.sleep(0.02)

    def _note(self, on_event: Callable[[dict[str, Any]], None], event: dict[str, Any]) -> None:
        if event["kind"] != "marker":
            on_event(event)
        elif event["round"] == self.round:  # those of earlier rounds overtake nothing that was published since
            self.markers.add(event["group"])

    async def compare(self, what: str) -> None:
        """Hold what each device knows against what a new one is told."""
        for name, devices in self.devices.items():
            user = self.stage.people[name]
            async with connected(user) as newcomer:
                fresh = await in_thread(replica_of)(user, newcomer.frames[0])
            for device in devices:
                await in_thread(ask_again)(user, device.replica)
                assert_same(device.replica, fresh, f"{name} after {what}")


def replica_of(user: User, ready: Json) -> Replica:
    """What a client knows that has just come and opened all its rooms."""
    pages = {room["id"]: read_page(user_id=user.pk, room_id=room["id"], limit=100) for room in ready["rooms"]}
    logs = {room_id: [message_data(row) for row in page.messages] for room_id, page in pages.items() if page}
    saved: Any = Message.objects.saved_by(user)
    return Replica(ready, logs, {each.pk: each.remind_at and moment(each.remind_at) for each in saved})


def ask_again(user: User, replica: Replica) -> None:
    """Where a client lost count it asks for the room."""
    for room_id in replica.uncertain:
        room = summary(user, room_id)
        if room is None:
            replica.drop_room(room_id)
        else:
            replica.put_room(room)
    replica.uncertain.clear()


def assert_same(ours: Replica, fresh: Replica, whose: str) -> None:
    assert ours.order() == fresh.order(), whose
    for room_id, room in fresh.rooms.items():
        # How far one's own devices have received it is for the others to see, and their own do not hear of it.
        known = ours.rooms[room_id] | {"delivered_seq": room["delivered_seq"]}
        differs = {key: (known[key], value) for key, value in room.items() if known[key] != value}
        assert not differs, f"{whose}, of {room['name']}, ours and new: {differs}"
        if room_id in ours.logs:
            assert ours.logs[room_id] == fresh.logs[room_id], f"{whose}, the messages of {room['name']}"
    assert ours.saved == fresh.saved, whose
