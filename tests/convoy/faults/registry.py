"""How a fault is registered: a coroutine with `@fault()` that does it, and is over when it returns."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.convoy.rig import Rig

Work = Callable[[Rig], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """A fault by name.

    ``redis`` marks those during which hints cannot travel: what relies on them may take until the beacon's next round.
    ``held`` marks those during which what was said may be under way for long, and arrive when they are over.
    """

    name: str
    work: Work
    redis: bool
    held: bool


FAULTS: dict[str, Fault] = {}


def fault(*, redis: bool = False, held: bool = False) -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        name: str = work.__name__
        FAULTS[name] = Fault(name, work, redis, held)
        return work

    return register
