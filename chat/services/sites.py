"""Sites of others whose pages show the chat: making them, changing them, and giving them new secrets."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.origins import Origin
from accounts.visits import end_visits
from chat import background
from chat.exceptions import ChatError
from chat.models import Membership, Room, Site
from chat.services.log import say
from chat.services.members import names_of
from chat.services.seats import count_members, unseat
from chat.titles import clean_name

OVERLAP = timedelta(hours=24)
MOST_ORIGINS = 50


def create_site(
    *,
    name: str,
    origins: Sequence[str],
    rooms: Collection[int] = (),
    team: int | None = None,
    enforced: bool = True,
) -> Site:
    """Register a site whose visitors talk in these rooms, or each alone with the people of ``team``, which is a room.

    Raises ``ChatError``.
    """
    with transaction.atomic():
        shared, answering = check_places(rooms, team)
        site = Site(name=clean_name(name), origins=clean_origins(origins), team=answering, enforced=enforced)
        site.save(force_insert=True)
        site.rooms.set(shared)
    return site


def update_site(
    *,
    site: Site,
    name: str,
    origins: Sequence[str],
    rooms: Collection[int] = (),
    team: int | None = None,
    enforced: bool,
    is_active: bool,
) -> Site:
    """Say anew what a site is. Raises ``ChatError``. Where it may do less than before, all its visits end.

    Visitors who are still welcome come back by themselves within a moment. Of rooms that are the site's no longer they
    see nothing more. Another team has the conversations that the one before had.
    """
    with transaction.atomic():
        kept = Site.objects.select_for_update().get(pk=site.pk)
        known_rooms = set(kept.rooms.values_list("pk", flat=True))
        wanted, answering = check_places(rooms, team)
        wanted_origins = clean_origins(origins)
        lost = known_rooms - {room.pk for room in wanted}
        before = kept.team_id
        less = (
            (kept.is_active and not is_active)
            or (enforced and not kept.enforced)
            or not set(kept.origins) <= set(wanted_origins)
            or lost
            or bool(before) != bool(answering)
        )
        kept.name, kept.origins = clean_name(name), wanted_origins
        kept.enforced, kept.is_active, kept.team = enforced, is_active, answering
        kept.save()
        kept.rooms.set(wanted)
        _leave(kept, lost)
        if answering and before != answering.pk:
            teams = Membership.objects.filter(room__in=[pk for pk in (before, answering.pk) if pk])
            people = sorted(set(teams.values_list("user", flat=True)))
            background.follow_team.enqueue(site_id=kept.pk, user_ids=people)
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


def _leave(site: Site, room_ids: Collection[int]) -> None:
    """Put the site's visitors out of rooms that are not its own any more. Tells the rooms."""
    for room in Room.objects.all().lock(sorted(room_ids)).values():
        people = list(User.objects.filter(memberships__room=room, visitor__site=site).order_by("pk"))
        if people:
            ids = [user.pk for user in people]
            unseat(room, ids)
            count_members(room)
            say(room, people[0], {"type": "member.left", "users": ids}, f"{names_of(people)} left.")


def check_places(rooms: Collection[int], team: int | None) -> tuple[list[Room], Room | None]:
    """Where visitors talk: rooms that they share, or a room whose people each of them talks with alone.

    Raises ``ChatError`` for what can be neither.
    """
    if team is None:
        return _rooms(rooms), None
    if rooms:
        raise _invalid("team", "Name rooms that visitors share, or a team that each talks with alone. Not both.")
    found = Room.objects.filter(pk=team, kind=Room.Kind.PRIVATE, visitor=None).first()
    if found is None or found.sites.exists():
        raise _invalid("team", "The team is a private room that exists, and in which no visitors talk themselves.")
    return [], found


def _rooms(ids: Collection[int]) -> list[Room]:
    shared = Room.objects.filter(visitor=None, answers_for=None).exclude(kind=Room.Kind.DIRECT)
    rooms = list(shared.filter(pk__in=ids).order_by("pk"))
    if not ids:
        raise _invalid("rooms", "Say where visitors talk: in one or more rooms, or each with a team.")
    if unfit := sorted(set(ids) - {room.pk for room in rooms}):
        said = (
            f"Visitors cannot talk in room {', '.join(map(str, unfit))}: no such room exists, or it is a conversation"
        )
        raise _invalid("rooms", f"{said} between two people, a team's, or that of a visitor.")
    return rooms


def _invalid(field: str, sentence: str) -> ChatError:
    return ChatError("invalid", sentence, fields={field: [sentence]})
