"""Settings of the server that browsers talk to: the project's own, with a presence that is quicker to notice.

Pages are kept, as in production.
"""

from config.settings import *  # noqa: F403
from tests.hashers import PASSWORD_HASHERS  # noqa: F401

PAGE_CACHE_BYTES = 64 * 1024 * 1024
PRESENCE_LEASE_SECONDS = 6
PRESENCE_RENEW_SECONDS = 2
PRESENCE_GRACE_SECONDS = 3
PRESENCE_SWEEP_SECONDS = 1
