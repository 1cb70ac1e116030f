"""Links between clients and workers that break, stand still, or swallow."""

import asyncio

from tests.convoy.faults.registry import fault
from tests.convoy.rig import Rig


@fault()
async def links_cut(rig: Rig) -> None:
    for _ in range(3):
        rig.front.cut(rig.front.some(rig.rng, 0.4))
        await asyncio.sleep(0.7)


@fault(held=True)
async def links_held(rig: Rig) -> None:
    """A tunnel: nothing moves, then all that was said arrives."""
    links = rig.front.some(rig.rng, 0.5)
    rig.front.become("hold", links)
    await asyncio.sleep(rig.pace.outage)
    rig.front.become("pass", links)


@fault()
async def links_swallow(rig: Rig) -> None:
    """What is said is lost, in both directions, and nobody is told until the link breaks."""
    links = rig.front.some(rig.rng, 0.4)
    rig.front.become("swallow", links)
    await asyncio.sleep(rig.pace.outage)
    rig.front.cut(links)
