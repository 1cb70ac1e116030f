"""How a bug is registered: a function with `@bug()` that plants it in a worker, before its first request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Plant = Callable[[], None]


@dataclass(frozen=True)
class Bug:
    """A bug and who must notice it.

    faults: what has to go wrong besides. caught_by: the rules of which at least one must speak up. sql: what of the
    database has to give way, where it would not let the bug do its harm. whispers: in how many quiet rooms something
    is said once. patient: whether it takes until the end of presence's times to show.
    """

    name: str
    plant: Plant
    faults: tuple[str, ...]
    caught_by: tuple[str, ...]
    sql: str = ""
    whispers: int = 20
    patient: bool = False


BUGS: dict[str, Bug] = {}


def bug(
    *,
    caught_by: tuple[str, ...],
    faults: tuple[str, ...] = (),
    sql: str = "",
    whispers: int = 20,
    patient: bool = False,
) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        BUGS[plant.__name__] = Bug(plant.__name__, plant, faults, caught_by, sql, whispers, patient)
        return plant

    return register


async def do_nothing(*_: Any) -> None:
    """Stands in for what a bug leaves out."""
