"""Does one fault after the other, and waits after each until everybody has everything again, or 15 s.

While a fault runs, people are put out of rooms and brought back, and now and then somebody signs a device out.
"""

import asyncio
import time
from collections.abc import Callable

from tests.convoy.faults import FAULTS
from tests.convoy.pace import RECOVERY
from tests.convoy.rig import Rig

COMPLETE_SECONDS = 25.0
SIGN_OUT_EVERY = 4
"""So many faults for each sign-out in the middle of one."""

COMPANY_SECONDS = 1.0
"""Within so much of a fault's beginning the others begin."""

Tell = Callable[[str], None]


class Nemesis:
    """``names``: which faults; ``shuffled``: in an order of the seed's, not this one; ``minutes``: so long at least."""

    def __init__(self, rig: Rig, names: list[str], *, shuffled: bool, minutes: float, tell: Tell) -> None:
        self._rig, self._names, self._shuffled, self._tell = rig, names, shuffled, tell
        self._until = time.monotonic() + minutes * 60
        self.over = rig.history.now()
        """When the last fault ended."""

    async def run(self) -> None:
        number = 0
        while True:
            names = list(self._names)
            if self._shuffled:
                self._rig.rng.shuffle(names)
            for name in names:
                number += 1
                await self._do(number, name)
            if time.monotonic() >= self._until or not names:
                return

    async def _do(self, number: int, name: str) -> None:
        rig = self._rig
        await self._workers_complete()
        fault = FAULTS[name]
        rig.note("begin", fault=name, redis=fault.redis, held=fault.held)
        await asyncio.gather(fault.work(rig), self._go_on_meanwhile(number, self._rig.rng.random() * COMPANY_SECONDS))
        rig.note("end", fault=name)
        self.over = rig.history.now()
        back = await rig.caught_up()
        behind = [] if back is not None else rig.behind(await rig.heads(), rig.history.now() - RECOVERY)
        rig.note("calm", fault=name, seconds=back and round(back, 2), behind=behind)
        verdict = f"back after {back:4.1f} s" if back is not None else f"NOT BACK: {' '.join(behind)}"
        self._tell(f"[{rig.history.now():4.0f} s] {number:3}  {name:24} {verdict}")

    async def _go_on_meanwhile(self, number: int, pause: float) -> None:
        """What happens among people does not wait until nothing is broken."""
        await asyncio.sleep(pause)
        await self._rig.doorman.work()
        if number % SIGN_OUT_EVERY == 0:
            await self._rig.sign_out()

    async def _workers_complete(self) -> None:
        """A worker that was killed is replaced before the next one goes."""
        deadline = time.monotonic() + COMPLETE_SECONDS
        while not self._rig.server.complete() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
