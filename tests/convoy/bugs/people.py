"""Bugs in who is signed in, who is here, and what is let go when they are gone."""

from typing import Any

from tests.convoy.bugs.registry import bug, do_nothing
from tests.convoy.sabotage import replace


@bug(caught_by=("nothing_after_sign_out",), faults=("sign_out",))
def push_only_revocation() -> None:
    """A sign-out is told once; the event gets lost, and nobody looks again."""
    from accounts import broadcasts
    from chat import beacon

    replace(broadcasts, "session_revoked", lambda **event: None)
    replace(beacon.Beacon, "check_people", do_nothing)


@bug(caught_by=("no_ghosts",), faults=("worker_killed",), patient=True)
def nobody_sweeps() -> None:
    """The leases of a dead worker are noticed by nobody."""
    from presence import leases

    async def sweep(self: Any) -> list[Any]:
        return []

    replace(leases.Leases, "sweep", sweep)


@bug(caught_by=("all_is_let_go",))
def groups_are_kept() -> None:
    """A worker goes on listening to rooms that nobody here is in any more."""
    from chat import subscriptions

    replace(subscriptions.Subscriptions, "drop", lambda self, *groups: None)
