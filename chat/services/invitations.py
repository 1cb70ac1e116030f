"""Ways into a private room: an invitation for one person, or a link for whoever has it; each for a while."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from chat import broadcasts, permissions
from chat.exceptions import ChatError
from chat.models import Invitation, Room
from chat.querysets import InvitationQuerySet
from chat.services.members import come_in
from chat.services.people import find_people
from chat.services.seats import allow, hold, hold_as, seat_in, seat_of

DAYS = 7
MOST_DAYS = 30
MOST_USES = 1_000
MOST_OPEN = 100
"""Invitations that may be open in one room."""


def invite(*, actor: User, room_id: int, user_id: int, days: int = DAYS) -> Invitation:
    """Invite one person, who may come or not; inviting them again renews it.

    Only whom ``actor`` finds: who blocks him is as missing as who is not there. Raises ``ChatError``. Tells the one who
    is invited.
    """
    if user_id == actor.pk:
        raise ChatError("self", "This is you. Choose somebody else to invite.")
    if not find_people(user=actor).filter(pk=user_id).exists():
        raise ChatError("not_found", "There is no such person.", status=404)
    expires_at = _expiry(days)
    with transaction.atomic():
        room = _hold_for_inviting(actor, room_id)
        if seat_in(room, user_id):
            raise ChatError("member_already", "This person is in the room already.", status=409)
        renewed = {"created_by": actor, "expires_at": expires_at, "revoked_at": None}
        invitation, _ = Invitation.objects.update_or_create(room=room, user_id=user_id, defaults=renewed)
        version = User.objects.all().next_version(user_id)
        broadcasts.invited(user_id=user_id, invitation_id=invitation.pk, version=version)
    return invitation


def make_link(*, actor: User, room_id: int, days: int = DAYS, uses: int | None = None) -> tuple[Invitation, str]:
    """Make a link for whoever has it, for so many days (1 to 30) and uses (1 to 1,000, or any number).

    Answers the invitation and its token, which is kept nowhere and cannot be told again. Raises ``ChatError``.
    """
    if uses is not None and not 1 <= uses <= MOST_USES:
        raise _invalid("uses", f"A link is for 1 to {MOST_USES:,} people, or for any number.")
    expires_at = _expiry(days)
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        room = _hold_for_inviting(actor, room_id)
        invitation = Invitation.objects.create(
            room=room, created_by=actor, token_hash=_hash(token), expires_at=expires_at, uses_left=uses
        )
    return invitation, token


def revoke_invitation(*, actor: User, room_id: int, invitation_id: int) -> None:
    """End an invitation to a room: one's own, or as its moderator any. Raises ``ChatError``."""
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        found = Invitation.objects.filter(pk=invitation_id, room=room)
        if not permissions.is_at_least(seat.role, permissions.Role.MODERATOR):
            found = found.filter(created_by=actor)
        if not found.update(revoked_at=timezone.now()):
            raise _gone()


def open_invitations(*, actor: User, room_id: int) -> InvitationQuerySet:
    """The invitations of a room that are open, newest first: all for its moderators, to others their own."""
    seat = seat_of(actor, room_id)
    allow(permissions.adding(seat.room, seat))
    found = Invitation.objects.open().filter(room=room_id)
    if not permissions.is_at_least(seat.role, permissions.Role.MODERATOR):
        found = found.filter(created_by=actor)
    return found.select_related("created_by", "user").order_by("-pk")


def invitations_for(user: User) -> InvitationQuerySet:
    """What ``user`` was invited to and has not answered, newest first; not by those whom they block."""
    found = Invitation.objects.open().filter(user=user, room__archived_at=None)
    found = found.exclude(created_by__in=user.blocks.values("blocked"))
    return found.select_related("room", "created_by").order_by("-pk")


def look_at_invitation(*, user: User, token: str) -> Invitation:
    """Read an invitation before following it, with ``room`` and ``created_by``; raises ``ChatError``."""
    return _find(user, token)


def accept_invitation(*, user: User, token: str) -> Room:
    """Follow an invitation: a link's token, or the id of one's own. Raises ``ChatError``. Tells the room.

    Who is in the room already uses nothing up. Who was removed from it, or whose own invitation was ended, comes by no
    link.
    """
    found = _find(user, token)
    with transaction.atomic():
        room = hold(found.room_id)
        invitation = _find(user, token)  # once more, now that nobody else can use it up
        if not seat_in(room, user.pk):
            if invitation.user_id is None and Invitation.objects.filter(room=room, user=user).ended().exists():
                detail = "You were taken out of this room or uninvited. Ask one of its moderators to add you."
                raise ChatError("not_welcome", detail, status=403)
            come_in(room, user)
            if invitation.uses_left is not None:
                invitation.uses_left -= 1
                invitation.save(update_fields=["uses_left"])
    return room


def decline_invitation(*, user: User, token: str) -> None:
    """Say no to an invitation of one's own, by its id; nobody is told. Raises ``ChatError``."""
    if not _own(user, token).delete()[0]:
        raise _gone()


def _hold_for_inviting(actor: User, room_id: int) -> Room:
    room, seat = hold_as(actor, room_id)
    allow(permissions.adding(room, seat))
    if Invitation.objects.open().filter(room=room).count() >= MOST_OPEN:
        detail = f"This room has {MOST_OPEN} open invitations. End some that nobody needs, then make new ones."
        raise ChatError("too_many", detail, status=409)
    return room


def _find(user: User, token: str) -> Invitation:
    by_token = Q(token_hash=_hash(token))
    found = Invitation.objects.open().filter(by_token) | _own(user, token)
    invitation: Invitation | None = found.select_related("room", "created_by").first()
    if invitation is None:
        raise _gone()
    return invitation


def _own(user: User, token: str) -> InvitationQuerySet:
    """The invitation of ``user`` with this id; ids are short and plain digits, tokens are neither."""
    found = Invitation.objects.open().filter(user=user)
    return found.filter(pk=int(token)) if token.isascii() and token.isdigit() and len(token) < 19 else found.none()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _expiry(days: int) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise _invalid("days", f"Invitations last 1 to {MOST_DAYS} days.")
    return timezone.now() + timedelta(days=days)


def _gone() -> ChatError:
    return ChatError("not_found", "This invitation is not open any more. Ask for a new one.", status=404)


def _invalid(field: str, sentence: str) -> ChatError:
    return ChatError("invalid", sentence, fields={field: [sentence]})
