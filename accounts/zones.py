"""Time zones of people: which there are, and what o'clock it is for somebody."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User

AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
)
"""The other names are of no place, or of one by an older name."""


@cache
def zone_names() -> frozenset[str]:
    """All names of places: "Europe/Lisbon". Reading them takes a while, so they are kept."""
    return frozenset(name for name in available_timezones() if name.partition("/")[0] in AREAS) | {"UTC"}


def clean_zone(name: str) -> str:
    """The name as it is stored, or an empty one; raises `ValidationError` for what is no time zone."""
    zone = name.strip()
    if zone and zone not in zone_names():
        raise ValidationError("This is no time zone. Choose one as Europe/Lisbon, or none.")
    return zone


def known_zone(name: str) -> str:
    """The name if it is one, else an empty one: what a browser says of itself is no mistake of a person."""
    return name if name in zone_names() else ""


def zone_of(user: User) -> tzinfo:
    """By whose days and hours somebody lives; those of UTC where nobody has said."""
    return ZoneInfo(user.time_zone) if user.time_zone in zone_names() else UTC


def clock_of(user: User) -> dict[str, str] | None:
    """What time it is now where somebody is: its zone, for script, and in words. None where nobody has said."""
    if user.time_zone not in zone_names():
        return None
    now = timezone.now().astimezone(zone_of(user))
    place = user.time_zone.rpartition("/")[2].replace("_", " ")
    return {"zone": user.time_zone, "now": f"{now:%H:%M}", "place": place}
