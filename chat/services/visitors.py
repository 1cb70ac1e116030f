"""Visitors: letting them in, and into a room of their site."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.devices import Device
from accounts.models import User
from accounts.visits import make_visitor, open_visit
from chat.exceptions import ChatError, not_found
from chat.models import Invitation, Room, Site, Visitor
from chat.services.conversations import call_conversation, own_conversation, removed
from chat.services.members import come_in
from chat.services.seats import hold, seat_in
from chat.widget.models import vouched_for
from chat.widget.signing import read_identity

if TYPE_CHECKING:
    from accounts.models import Session

MAX_BODY = 4_000
"""Characters of a visitor's message."""

KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor who was let in: ``token`` proves it, ``key`` is what a browser that nobody vouches for keeps.

    Where visitors have conversations of their own, ``name`` is what they are called to them, and ``room`` is None until
    they write.
    """

    session: Session
    token: str
    room: Room | None
    key: str | None = None
    name: str | None = None


def visit(
    *,
    site_key: str,
    origin: str | None,
    device: Device,
    token: str | None = None,
    key: str = "",
    room_id: int | None = None,
) -> Visit:
    """Let somebody in who comes by a page of a site, and into one of its rooms: the one named, or its first.

    ``origin`` is where the page is; None for our own, which try out any site.
    With ``token`` the site says who it is; else ``key`` is what their browser was given the first time. Raises
    ``ChatError``. Tells the room where they are new in it.
    """
    site = Site.objects.active().filter(key=site_key).first()
    if site is None:
        raise ChatError("no_site", "There is no such site here. Check the widget's `site`.", status=404)
    if origin is not None and origin not in site.origins:
        detail = f"The chat may not be shown at {origin or 'this page'}. Add it to the origins of {site.name}."
        raise ChatError("wrong_origin", detail, status=403)
    if token is not None:
        identity = read_identity(site, token)
        subject, name, expires_at, new = vouched_for(identity.subject), identity.name, identity.expires_at, None
    elif site.enforced:
        detail = "Sign in on this site to chat."
        raise ChatError("identity_required", detail, status=401)
    else:
        new = None if 20 <= len(key) <= KEY_LENGTH else secrets.token_urlsafe(32)
        subject = f"self:{hashlib.sha256((new or key).encode('utf-8', 'replace')).hexdigest()}"
        name, expires_at = "", timezone.now() + settings.VISIT_LIFETIME
    with transaction.atomic():
        # A site that is shut, or loses an origin, in this moment has ended all its visits: none may slip in after.
        site = Site.objects.select_for_update(no_key=True).shown_at(origin).filter(pk=site.pk).first()
        if site is None:
            raise not_found("site")
        visitor = _visitor(site, subject, name)
        room = own_conversation(visitor) if site.team_id else _enter(site, visitor.user, room_id)
        session, proof = open_visit(visitor.user, device, expires_at=expires_at)
    return Visit(session, proof, room, new, site.name if site.team_id else None)


def enter_site_room(*, user: User, room_id: int) -> Room:
    """Let a visitor into another room of their site. Raises ``ChatError``. Tells the room where they are new in it."""
    with transaction.atomic():
        visitor = Visitor.objects.select_related("site", "room").get(user=user)
        if visitor.site.team_id is None:
            return _enter(visitor.site, user, room_id)
        room = own_conversation(visitor)
        if room is None or room.pk != room_id:
            raise not_found()
        return room


def check_body(body: str) -> None:
    """Raise ``ChatError`` where a text is too long for a visitor."""
    if len(body) > MAX_BODY:
        raise ChatError("too_long", f"The message has {len(body):,} characters; at most {MAX_BODY:,} can be sent.")


def _visitor(site: Site, subject: str, name: str) -> Visitor:
    """A visitor, new or known, with ``user``; called as their site calls them now."""
    known = Visitor.objects.filter(site=site, subject=subject).select_related("user", "room").first()
    if known is None:
        user = make_visitor(full_name=name or f"Guest {1000 + secrets.randbelow(9000)}")
        return Visitor.objects.create(user=user, site=site, subject=subject)
    if not known.user.is_active:
        raise ChatError("shut_out", "You cannot chat here any more.", status=403)
    before = known.user.full_name
    if name and before != name:
        known.user.full_name = name
        call_conversation(known, before=before)  # first, as a room is held before the rows of its people everywhere
        known.user.save(update_fields=["full_name"])
        accounts.show_otherwise(user=known.user)
    return known


def _enter(site: Site, user: User, room_id: int | None) -> Room:
    rooms = site.rooms.order_by("pk")
    found = (rooms if room_id is None else rooms.filter(pk=room_id)).values_list("pk", flat=True).first()
    if found is None:
        detail = "The site has no room where visitors talk. Name one in the admin."
        if room_id is not None:
            detail = f"Room {room_id} is none of the site's. Check the widget's `room`."
        raise ChatError("not_found", detail, status=404)
    room = hold(found)
    if not seat_in(room, user.pk):
        if Invitation.objects.ended().filter(room=room, user=user).exists():
            raise removed()
        come_in(room, user)
    return room
