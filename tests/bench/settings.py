"""Production's settings but for three limits: here a hundred sockets talk, and one person searches or uploads for many.

The limits are still counted, so what they cost is measured.
"""

from config.settings import *  # noqa: F403
from config.settings import RATE_LIMITS

RATE_LIMITS = {
    **RATE_LIMITS,
    "sends": "1000000/10 seconds",
    "searches": "1000000/10 seconds",
    "uploads": "1000000/minute",
}
