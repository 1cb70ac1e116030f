"""Settings of the server that browsers talk to: the project's own, with a presence that is quicker to notice."""

from config.settings import *  # noqa: F403

PRESENCE_LEASE_SECONDS = 6
PRESENCE_RENEW_SECONDS = 2
PRESENCE_GRACE_SECONDS = 1
PRESENCE_SWEEP_SECONDS = 1
