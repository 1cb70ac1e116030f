"""System checks: times of presence that cannot work are refused at start, not found out in the night."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from presence.timing import Timing


@register
def leases_outlive_renewals(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A lease must survive two renewals that failed: somebody who is here must not flicker offline."""
    timing = Timing.from_settings()
    if timing.lease >= 3 * timing.renew:
        return []
    return [
        Error(
            f"A presence lease lasts {timing.lease:g} s but is renewed only every {timing.renew:g} s.",
            hint="Set PRESENCE_LEASE_SECONDS to at least three times PRESENCE_RENEW_SECONDS.",
            id="presence.E001",
        )
    ]
