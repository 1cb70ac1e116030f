"""Settings of a job worker under test: the project's own, and tasks to do."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.labour"]
