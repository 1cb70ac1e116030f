"""Puts people out of rooms and brings them back, by REST and in the name of somebody who may, whatever else goes wrong.

Each step is written down twice: when it is asked for, and when the server has said that it is done.
"""

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import Any

import httpx

from tests.convoy.world import World

MOST_OUT = 3
"""Of each room at most every third is out at the same time, so that there is somebody left to talk."""

PATIENCE_SECONDS = 45.0
"""How long a step is tried again. A fault that is over sooner cannot hinder it."""

TRY_AGAIN_SECONDS = 0.4

Seat = tuple[int, int]
"""A room and a person."""


class Doorman:
    """``members``: who surely has a seat in which room now; ``out``: the seats of those who were put out."""

    def __init__(self, world: World, *, rest: httpx.AsyncClient, rng: Random, note: Callable[..., None]) -> None:
        self._world, self._rest, self._rng, self._note = world, rest, rng, note
        self.members = {room: set(users) for room, users in world.members.items()}
        self.out: list[Seat] = []

    def rooms_of(self, user: int) -> list[int]:
        return [room for room, members in self.members.items() if user in members]

    async def work(self) -> None:
        """Bring back half of those who are out, and put three others out."""
        back = self._rng.sample(self.out, len(self.out) // 2)
        for seat in back:
            await self.bring_back(seat)
        for _ in range(3):
            await self.put_out()

    async def put_out(self) -> Seat | None:
        """Put somebody out of a room; answers whom and where, if there was anybody to put out."""
        seat = self._pick()
        if seat is None:
            return None
        room, user = seat
        self.members[room].discard(user)
        self._note("remove", room=room, user=user)
        if not await self._ask("DELETE", room, f"{user}/"):
            return None
        self._note("removed", room=room, user=user)
        self.out.append(seat)
        return seat

    async def bring_back(self, seat: Seat) -> None:
        if seat not in self.out:
            return  # somebody else has
        self.out.remove(seat)
        room, user = seat
        self._note("add", room=room, user=user)
        if await self._ask("POST", room, json={"users": [user]}):
            self._note("added", room=room, user=user)
            self.members[room].add(user)

    def _pick(self) -> Seat | None:
        """Any member of a busy room, but not of those who rule there."""
        seats = [
            (room, user)
            for room, rulers in self._world.rulers.items()
            if MOST_OUT * sum(out == room for out, _ in self.out) < len(self._world.members[room]) - len(rulers)
            for user in sorted(self.members[room] - set(rulers))
        ]
        return self._rng.choice(seats) if seats else None

    async def _ask(self, method: str, room: int, path: str = "", **options: Any) -> bool:
        """Ask until it is done, which an answer that got lost may have hidden from us."""
        ruler = self._rng.choice(self._world.rulers[room])
        headers = {"Authorization": f"Bearer {self._world.token_of(ruler)}"}
        until = time.monotonic() + PATIENCE_SECONDS
        said = ""
        while time.monotonic() < until:
            try:
                answer = await self._rest.request(
                    method, f"/api/rooms/{room}/members/{path}", headers=headers, **options
                )
                said = f"{answer.status_code} {answer.text[:100]}"
                if answer.is_success or (method == "DELETE" and answer.status_code == httpx.codes.NOT_FOUND):
                    return True
            except httpx.HTTPError as error:
                said = repr(error)
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        self._note("trouble", saying=f"{method} {path} in room {room} was never done: {said}")
        return False
