"""Settings of a server whose limits on people are out of the way of a test that is about sockets."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES as IN_PRODUCTION
from tests.hashers import PASSWORD_HASHERS  # noqa: F401
from tests.patience import patient

DATABASES = patient(IN_PRODUCTION)
RATE_LIMITS = dict.fromkeys(RATE_LIMITS, "1000000/second")  # noqa: F405
SOCKETS_PER_USER = 1_000
