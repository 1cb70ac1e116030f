"""How long things last, in seconds. One object, so that tests can live in a faster world."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings


@dataclass(frozen=True)
class Timing:
    """The times of presence.

    lease: a connection counts for this long after its last renewal, whatever became of its worker.
    renew: how often a worker renews; a lease must survive two renewals that failed, hence lease >= 3 x renew.
    grace: from the clean end of the last connection to "offline", so that a reload does not flicker.
    sweep: how often a worker looks for people whose time has run out.
    restart_grace: the grace when the worker itself stops; clients come back within 10 s of a restart.
    record: how often `last_seen` of somebody who stays online is written.
    retry: pause after Redis or the database could not be reached.
    """

    lease: float = 60
    renew: float = 20
    grace: float = 8
    sweep: float = 2
    restart_grace: float = 15
    record: float = 60
    retry: float = 1

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            lease=settings.PRESENCE_LEASE_SECONDS,
            renew=settings.PRESENCE_RENEW_SECONDS,
            grace=settings.PRESENCE_GRACE_SECONDS,
            sweep=settings.PRESENCE_SWEEP_SECONDS,
        )
