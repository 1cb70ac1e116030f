"""Pictures of people and of rooms: squares, made of what somebody uploads, that stand where initials would.

Each picture has a random id, which is in its address: so it may be kept for ever, and another one is another address.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.core.files.base import File
from django.db import transaction

from accounts import services as accounts
from accounts.closing import before_closing
from accounts.models import User
from chat import background, permissions
from chat.exceptions import ChatError
from chat.media import storage
from chat.media.darkroom import darkroom
from chat.media.scanning import scan
from chat.models import Room
from chat.serializers import picture_address
from chat.services.log import say
from chat.services.seats import allow, hold_as, seat_of
from chat.services.uploads import let_the_database_go, look_at

SIZES = (256, 96)
"""Pixels of a side."""

PARTS = tuple(map(str, SIZES))
SOON = timedelta(minutes=1)
LATER = timedelta(hours=1)


class Crop(NamedTuple):
    """The square of a picture that is wanted, in its own pixels once it stands upright."""

    x: int
    y: int
    size: int


def set_avatar(*, user: User, file: File[bytes], crop: Crop | None = None) -> None:
    """Show this picture of ``user``, or the square of it. Raises ``ChatError``. Tells those who see them."""
    _exchange(user, store_face(file, crop))


def drop_avatar(*, user: User) -> None:
    """Show the initials of ``user`` again. Tells those who see them; where they are shown it changes nothing."""
    if user.avatar:
        _exchange(user, None)


@before_closing
def forget_avatar(user: User) -> None:
    """Whoever closes their account takes their picture along."""
    drop_avatar(user=user)


def set_picture(*, actor: User, room_id: int, file: File[bytes], crop: Crop | None = None) -> Room:
    """Show this picture of a room that ``actor`` may change. Raises ``ChatError``. Tells the room."""
    seat = seat_of(actor, room_id)
    _allow(seat.room, permissions.changing(seat.room, seat))  # before all the work; and again when it is done
    return _exchange_picture(actor, room_id, store_face(file, crop))


def drop_picture(*, actor: User, room_id: int) -> Room:
    """Show the initials of a room again, which changes nothing where they are shown. Raises ``ChatError``."""
    return _exchange_picture(actor, room_id, None)


def store_face(file: File[bytes], crop: Crop | None = None) -> UUID:
    """Make the squares and store them. Raises ``ChatError``. Should nobody show them in the end, they go in an hour."""
    if look_at(file).kind != "picture":
        raise ChatError("unsupported_file", "This is no picture. Choose a JPEG, PNG, WebP, GIF or AVIF.", status=415)
    let_the_database_go()
    scan(file)
    developed = darkroom.develop(file, {"as": "square", "sizes": SIZES, "crop": crop}, size=file.size)
    blob = uuid4()
    background.forget_face.using(run_after=LATER).enqueue(str(blob))
    let_the_database_go()
    for part, content in developed.parts.items():
        storage.put(blob, part, content)
    return blob


def forget_face(blob: UUID) -> None:
    """Delete a picture from the storage, unless somebody or a room shows it."""
    if not (User.objects.filter(avatar=blob).exists() or Room.objects.filter(picture=blob).exists()):
        storage.remove(blob, PARTS)


def _exchange(user: User, avatar: UUID | None) -> None:
    with transaction.atomic():
        before = accounts.set_avatar(user=user, avatar=avatar)
        if before:
            background.forget_face.using(run_after=SOON).enqueue(str(before))


def _exchange_picture(actor: User, room_id: int, picture: UUID | None) -> Room:
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        _allow(room, permissions.changing(room, seat))
        if room.picture == picture:
            return room
        if room.picture:
            background.forget_face.using(run_after=SOON).enqueue(str(room.picture))
        room.picture = picture
        room.save(update_fields=["picture"])
        words = "changed the picture of the room." if picture else "removed the picture of the room."
        address = picture_address(room.pk, picture)
        say(room, actor, {"type": "room.picture", "picture": address}, f"{actor.full_name} {words}")
    return room


def _allow(room: Room, refusal: ChatError | None) -> None:
    allow(refusal)
    if room.is_archived:
        raise permissions.is_archived()
