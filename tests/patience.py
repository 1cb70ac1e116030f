"""The project's databases, with the patience that a machine needs which runs many tests at once.

What production gives up after seconds, so that nobody waits for it, is no failure there.
"""

from copy import deepcopy
from typing import Any

_OPTIONS = "-c lock_timeout=20s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
_CONNECT_SECONDS = 30


def patient(databases: dict[str, Any]) -> dict[str, Any]:
    """The same databases; nothing is changed in what is given."""
    databases = deepcopy(databases)
    options = databases["default"]["OPTIONS"]
    options |= {"options": _OPTIONS, "connect_timeout": _CONNECT_SECONDS}
    options["pool"]["timeout"] = _CONNECT_SECONDS
    return databases
