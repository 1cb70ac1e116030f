"""Settings of the tests: services of their own in a temporary directory, and no `.env` of this checkout.

The process that starts pytest imports this first and names the directory; its xdist workers inherit
the name by the environment. `tests/conftest.py` starts and stops what runs in there.
"""

import os
import tempfile
from pathlib import Path

from config.embedded import Services

if "PARLEY_TESTS" not in os.environ:
    os.environ["PARLEY_TESTS"] = tempfile.mkdtemp(prefix="parley-tests-")
SERVICES = Services(Path(os.environ["PARLEY_TESTS"]), durable=False)

# Each xdist worker has a Redis database and a prefix of its own (channels know prefixes only);
# pytest-django gives it a PostgreSQL database of its own.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
os.environ.update(
    {
        "ENV_FILE": "",
        "DEBUG": "true",
        "SECRET_KEY": "a-secret-key-for-tests-and-nothing-else",
        "JWT_SIGNING_KEY": "a-signing-key-for-tests-and-nothing-else",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "ALLOWED_ORIGINS": "http://testserver",
        "DATABASE_URL": SERVICES.database_url,
        "REDIS_URL": f"{SERVICES.redis_url}?db={int(worker.removeprefix('gw')) % 16}",
        "REDIS_PREFIX": f"test-{worker}",
        "JOB_WORKERS": "0",
        "LOG_LEVEL": "WARNING",
    }
)

from config.settings import *  # noqa: E402, F403  the project's own, now that the environment is ours
from config.settings import DATABASES as IN_PRODUCTION  # noqa: E402
from config.settings import STORAGES  # noqa: E402
from tests.hashers import PASSWORD_HASHERS  # noqa: E402, F401
from tests.patience import patient  # noqa: E402

DATABASES = patient(IN_PRODUCTION)
STORAGES["media"]["OPTIONS"]["location"] = SERVICES.places.var / f"media-{worker}"
