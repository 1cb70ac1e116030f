"""Sites of others whose pages show the chat: making them, changing them, and giving them new secrets."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.origins import Origin
from accounts.visits import end_visits
from chat.exceptions import ChatError
from chat.models import Room, Site
from chat.titles import clean_name

OVERLAP = timedelta(hours=24)
MOST_ORIGINS = 50


def create_site(*, name: str, origins: Sequence[str], rooms: Collection[int], enforced: bool = True) -> Site:
    """Register a site whose visitors talk in these rooms. Raises ``ChatError``."""
    with transaction.atomic():
        site = Site(name=clean_name(name), origins=clean_origins(origins), enforced=enforced)
        site.save(force_insert=True)
        site.rooms.set(_rooms(rooms))
    return site


def update_site(
    *, site: Site, name: str, origins: Sequence[str], rooms: Collection[int], enforced: bool, is_active: bool
) -> Site:
    """Say anew what a site is. Raises ``ChatError``. Where it may do less than before, all its visits end.

    Visitors who are still welcome come back by themselves within a moment.
    """
    with transaction.atomic():
        kept = Site.objects.select_for_update().get(pk=site.pk)
        known_rooms = set(kept.rooms.values_list("pk", flat=True))
        wanted = _rooms(rooms)
        less = (
            (kept.is_active and not is_active)
            or (enforced and not kept.enforced)
            or not set(kept.origins) <= set(clean_origins(origins))
            or not known_rooms <= {room.pk for room in wanted}
        )
        kept.name, kept.origins = clean_name(name), clean_origins(origins)
        kept.enforced, kept.is_active = enforced, is_active
        kept.save()
        kept.rooms.set(wanted)
        if less:
            end_visits(list(kept.visitors.values_list("user", flat=True)))
    return kept


def rotate_secret(*, site: Site, overlap: timedelta = OVERLAP) -> Site:
    """Give a site a new secret; the present one stays good for so long. With no overlap all its visits end at once."""
    with transaction.atomic():
        kept = Site.objects.select_for_update().get(pk=site.pk)
        kept.generation += 1
        kept.overlap_until = timezone.now() + overlap if overlap else None
        kept.save(update_fields=["generation", "overlap_until"])
        if not overlap:
            end_visits(list(kept.visitors.values_list("user", flat=True)))
    return kept


def clean_origins(origins: Sequence[str]) -> list[str]:
    """Bring origins into the form in which browsers send them; raises ``ChatError``."""
    cleaned = list(dict.fromkeys(_clean_origin(origin.strip()) for origin in origins if origin.strip()))
    if not 1 <= len(cleaned) <= MOST_ORIGINS:
        raise _invalid("origins", f"Name 1 to {MOST_ORIGINS} origins, such as https://example.org.")
    return cleaned


def _clean_origin(text: str) -> str:
    parsed = Origin.parse(text.lower().rstrip("/"))
    if parsed is None or "*" in text:
        raise _invalid("origins", f"“{text}” is no origin. Write it as https://example.org, without a path.")
    return parsed.as_browsers_write()


def _rooms(ids: Collection[int]) -> list[Room]:
    rooms = list(Room.objects.filter(pk__in=ids).exclude(kind=Room.Kind.DIRECT).order_by("pk"))
    if not rooms or len(rooms) < len(set(ids)):
        raise _invalid("rooms", "Name one or more rooms that exist, and no conversations between two people.")
    return rooms


def _invalid(field: str, sentence: str) -> ChatError:
    return ChatError("invalid", sentence, fields={field: [sentence]})
