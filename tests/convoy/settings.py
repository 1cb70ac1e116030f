"""Settings of the workers under test: the project's own in production's manner, and a way in for the saboteur."""

from datetime import timedelta

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.convoy.sabotage.Sabotage"]

# No pages are looked at, so nothing is collected.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

# A run may last longer than a token; renewing is tested elsewhere.
ACCESS_TOKEN_LIFETIME = timedelta(days=2)

# Presence in a faster world: a tenth of the product's times.
PRESENCE_LEASE_SECONDS = 6
PRESENCE_RENEW_SECONDS = 2
PRESENCE_GRACE_SECONDS = 1
PRESENCE_SWEEP_SECONDS = 1
