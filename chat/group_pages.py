"""What the pages of rooms of many show: a room with its people and its ways in, and the rooms that anybody may join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.serializers import user_card
from chat import permissions, services
from chat.exceptions import ChatError
from chat.group_forms import AddForm, LinkForm, SettingsForm
from chat.listing import Face, head, room_face
from chat.models import Invitation, Membership, Room
from chat.pages import app_frame
from chat.serializers import picture_address
from chat.services.seats import seat_of
from chat.summaries import summary

MEMBERS_SHOWN = 100
ROOMS_SHOWN = 50

_VERBS = {
    Membership.Role.OWNER: "Make owner",
    Membership.Role.ADMIN: "Make admin",
    Membership.Role.MODERATOR: "Make moderator",
    Membership.Role.MEMBER: "Make member",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the room, and what may be done with them: (value of the button, its words)."""

    card: Mapping[str, Any]
    role: str
    is_me: bool
    choices: list[tuple[str, str]]


def find_page(user: User, *, q: str) -> dict[str, Any]:
    """The public rooms, and what one was invited to, each with the face of the room."""
    found = list(services.find_public_rooms(user=user, q=q)[: ROOMS_SHOWN + 1])
    return {
        **app_frame(user),
        "q": q,
        "found": [(room, _face(room)) for room in found[:ROOMS_SHOWN]],
        "more": len(found) > ROOMS_SHOWN,
        "invitations": [(each, _face(each.room)) for each in services.invitations_for(user)],
    }


def about_page(
    user: User, room_id: int, *, q: str = "", forms: Mapping[str, Any] | None = None, link: str = ""
) -> dict[str, Any]:
    """One room: what it is, who is in it, what the reader may do there; raises ``ChatError`` who is not in it.

    ``forms`` are those that were sent and refused, ``link`` is one just made.
    """
    seat = seat_of(user, room_id)
    room = seat.room
    if room.kind == Room.Kind.DIRECT:
        raise permissions.is_direct()
    shown = summary(user, room_id) or {}
    frame = app_frame(user, room=shown)
    found = services.members_of(user=user, room_id=room_id)
    for word in q.split():
        found = found.filter(user__full_name__icontains=word)
    seats = list(found[: MEMBERS_SHOWN + 1])
    may_add = permissions.adding(room, seat) is None
    return {
        **frame,
        "room": head(shown, present=frame["present"], now=frame["now"], zone=frame["now"].tzinfo),
        "about": room,
        "role": seat.get_role_display().lower(),
        "q": q,
        "members": [_member(room, seat, other) for other in seats[:MEMBERS_SHOWN]],
        "more": len(seats) > MEMBERS_SHOWN,
        "may_change": permissions.changing(room, seat) is None,
        "may_add": may_add,
        "invitations": list(services.open_invitations(actor=user, room_id=room_id)) if may_add else [],
        "link": link,
        **_forms(room),
        **(forms or {}),
    }


def invitation_page(user: User, token: str) -> dict[str, Any]:
    """Where an invitation leads and by whom; nothing of what is said there."""
    invitation: Invitation = services.look_at_invitation(user=user, token=token)
    return {
        **app_frame(user),
        "invited_to": invitation.room,
        "face": _face(invitation.room),
        "by": user_card(invitation.created_by),
        "is_mine": invitation.user_id == user.pk,
        "token": token,
    }


def _forms(room: Room) -> dict[str, Any]:
    now = {field: getattr(room, field) for field in ("name", "topic", "slow_seconds", "read_only")}
    return {"settings_form": SettingsForm(initial=now), "add_form": AddForm(), "link_form": LinkForm()}


def _member(room: Room, seat: Membership, other: Membership) -> Member:
    choices = [
        (role.value, words)
        for role, words in _VERBS.items()
        if role != other.role and permissions.giving(room, seat, other, role) is None
    ]
    is_me = seat.user_id == other.user_id
    if not is_me:
        if seat.role == Membership.Role.OWNER and other.role != Membership.Role.OWNER:
            choices.append(("hand_over", "Hand the room over"))
        if _may(permissions.removing(room, seat, other)):
            choices.append(("remove", "Remove"))
    return Member(user_card(other.user), other.get_role_display().lower(), is_me, choices)


def _may(refusal: ChatError | None) -> bool:
    return refusal is None


def _face(room: Room) -> Face:
    return room_face(room.pk, room.name, picture_address(room.pk, room.picture))
