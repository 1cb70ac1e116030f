"""Production's settings but for one limit: here a hundred sockets talk as much as thousands of people do.

The limit is still counted, so what it costs is measured.
"""

from config.settings import *  # noqa: F403
from config.settings import RATE_LIMITS

RATE_LIMITS = {**RATE_LIMITS, "sends": "1000000/10 seconds"}
