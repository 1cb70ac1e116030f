"""What stands beside a conversation: who is in it, what is pinned, and where more is to be found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.serializers import user_card
from accounts.switches import status_of
from accounts.zones import clock_of
from chat import services
from chat.listing import Face, head
from chat.models import Membership, Message
from chat.pages import app_frame, whereabouts
from chat.privacy import acquaintances
from chat.serializers import gist
from chat.summaries import Summary

PEOPLE_SHOWN = 20
PINS_SHOWN = 5


def details_page(user: User, summary: Summary) -> dict[str, Any]:
    """One room of ``user``: the first of its people by name, the last of its pins."""
    frame = app_frame(user, room=summary)
    other = summary["other"]
    return {
        **frame,
        "room": head(summary, present=frame["present"], now=timezone.now(), zone=timezone.get_current_timezone()),
        "about": summary,
        "other": _more_of(User.objects.get(pk=other["id"])) if other else None,
        "people": [] if other else _people(user, summary["id"]),
        "people_beyond": 0 if other else max(0, summary["member_count"] - PEOPLE_SHOWN),
        "pins": [_pin(message) for message in _pinned(summary["id"])],
    }


def _more_of(person: User) -> dict[str, Any]:
    """What somebody says of themselves."""
    return {"status": status_of(person), "about": person.about, "clock": clock_of(person)}


def _people(user: User, room_id: int) -> list[dict[str, Any]]:
    seats = list(services.members_of(user=user, room_id=room_id)[:PEOPLE_SHOWN])
    others = [seat.user_id for seat in seats if seat.user_id != user.pk]
    present = whereabouts(acquaintances(user.pk, others))
    return [
        {
            "card": (card := user_card(seat.user)),
            "face": Face(card["initials"], card["hue"], "", seat.user_id, avatar=card["avatar"]),
            "presence": present.get(seat.user_id),
            "is_me": seat.user_id == user.pk,
            "role": "" if seat.role == Membership.Role.MEMBER else seat.get_role_display().lower(),
        }
        for seat in seats
    ]


def _pinned(room_id: int) -> Iterable[Message]:
    pinned = Message.objects.filter(room=room_id).pinned().select_related("author")
    return pinned.order_by("-pinned_at")[:PINS_SHOWN]


def _pin(message: Message) -> dict[str, Any]:
    return {"id": message.pk, "author": message.author.get_short_name(), "text": gist(message.html, message.attached)}
