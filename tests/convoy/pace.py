"""How long things take in a run: a short one for every day, the real lengths for a long one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds, and how many.

    warm: talking before the first fault. says: between two messages of one client, on average. outage: how long a
    worker, Redis or the network is away. hold: how long a room's row is held. crowd: sockets that come at once.
    whispers: quiet rooms in which one message is said. beat, dead: the client asks a silent link whether it lives, and
    gives it up. backoff: the longest pause before it tries again.
    """

    workers: int = 3
    warm: float = 3.0
    says: float = 1.5
    outage: float = 4.0
    hold: float = 3.0
    crowd: int = 120
    whispers: int = 200
    beat: float = 4.0
    dead: float = 10.0
    backoff: float = 4.0


SMOKE = Pace()
QUICK = Pace(workers=2, warm=1.5, outage=2.5, hold=2.0, crowd=60, whispers=60)
LONG = Pace(outage=30.0, hold=10.0, crowd=400, whispers=400, beat=25.0, dead=60.0, backoff=30.0)

RECOVERY = 15.0
"""Within so many seconds of a fault's end every connected client has everything."""
