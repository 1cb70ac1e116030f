"""Settings of a server whose static files are those of production: collected, joined, made small, with hashed names."""

import os
from pathlib import Path

from tests.browser.settings import *  # noqa: F403

DEBUG = False
STATIC_ROOT = Path(os.environ["COLLECTED"])
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.storage.StaticFilesStorage",
        "OPTIONS": {"support_js_module_import_aggregation": True},
    },
}
