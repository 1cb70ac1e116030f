"""Settings of the server that browsers talk to: the project's own, with a presence that is quicker to notice.

Pages are kept, and static files are collected, as in production. What a site may turn on is on.
"""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import DATABASES as IN_PRODUCTION
from config.settings import STORAGES, VAR_DIR
from tests.hashers import PASSWORD_HASHERS  # noqa: F401
from tests.patience import patient

DATABASES = patient(IN_PRODUCTION)
PAGE_CACHE_BYTES = 64 * 1024 * 1024
THREADS = True
PRESENCE_LEASE_SECONDS = 6
PRESENCE_RENEW_SECONDS = 2
PRESENCE_GRACE_SECONDS = 3
PRESENCE_SWEEP_SECONDS = 1

STATIC_COLLECTED = True
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR_DIR / "static"))
STORAGES = STORAGES | {
    "staticfiles": {
        "BACKEND": "tests.browser.static.HashedAlways",
        "OPTIONS": {"support_js_module_import_aggregation": True},
    }
}
