"""The one emitter: what services changed, told to the sockets of those concerned, in whatever worker they are.

Everything durable is called from services and waits for the commit; it is encoded here once, however many will read it.
Typing is told at once and kept nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from msgspec.structs import replace

from accounts.broadcasts import publish
from accounts.models import User
from accounts.serializers import user_card
from chat import protocol
from chat.events import changes_room, leavers
from chat.models import Membership, Message, Room
from chat.privacy import FACES, READS, TYPING, Privacy
from chat.rows import MessageRow
from chat.serializers import message_data, moment
from chat.summaries import Counts, Summary


def room_group(room_id: int) -> str:
    return f"room.{room_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def message_frame(message: Message | MessageRow, *, prev: int) -> str:
    """Encode the state of ``message`` after its last change; ``prev`` is the change before it in the reader's log."""
    return _message_frame(message, message_data(message), prev=prev)


def _message_frame(message: Message | MessageRow, data: dict[str, Any], *, prev: int) -> str:
    frame = protocol.MessageChanged(room=message.room_id, prev=prev, seq=message.changed_seq, message=data)
    return protocol.encode(frame)


def message_changed(message: Message) -> None:
    """Tell the room of a message sent, edited or deleted, as the room's change ``message.changed_seq``."""
    messages_changed([message])


def messages_changed(messages: Iterable[Message]) -> None:
    """Tell the rooms of all of these, in their order."""
    _all_after_commit([(room_group(message.room_id), _change(message)) for message in messages])


def _change(message: Message) -> dict[str, Any]:
    seq = message.changed_seq
    message.told = message_data(message)
    frame = _message_frame(message, message.told, prev=seq - 1)
    change = {"room": message.room_id, "prev": seq - 1, "seq": seq, "frame": frame, "at": time.time()}
    return _event(kind="change", **change, gone=leavers(message.event), news=changes_room(message.event))


def room_joined(room: Room, *, user_ids: Iterable[int]) -> None:
    """Tell these people's sockets that they are in ``room`` from now on, or that it first shows in their list."""
    for user_id in user_ids:
        _after_commit(user_group(user_id), kind="joined", user=user_id, room=room.pk)


def marks_moved(membership: Membership, privacy: Privacy, counts: Counts | None = None) -> None:
    """Tell the room how far somebody has read and received; their own other devices learn what is left unread.

    ``counts`` is what that is, which ``privacy.version`` counts; None where only the delivered mark moved: that all who
    listen are told alike. Who reads in private, and who hears of it in private, is told what was delivered; strangers
    are told nothing.
    """
    receipt = protocol.Receipt(
        room=membership.room_id,
        user=membership.user_id,
        read_seq=membership.read_seq,
        delivered_seq=membership.delivered_seq,
    )
    whole, discreet = protocol.encode(receipt), protocol.encode(replace(receipt, read_seq=0))
    _after_commit(
        room_group(membership.room_id),
        kind="signal",
        room=membership.room_id,
        skip=[*privacy.strangers] if counts is None else [membership.user_id, *privacy.strangers],
        frame=discreet if privacy.private_reading else whole,
        of=READS,
        instead=discreet,
    )
    if counts is not None:
        own = replace(receipt, **counts._asdict(), unread_from=membership.unread_from)
        _tell_user(membership.user_id, version=privacy.version, frame=own)


def standing_changed(room: Summary, *, user_id: int, version: int) -> None:
    """Tell somebody's own devices how a room stands for them; ``version`` is the ``User.version`` that counts it."""
    _tell_user(user_id, version=version, frame=protocol.RoomChanged(room=room))


def people_changed(user_id: int) -> None:
    """Tell somebody's sockets that who they may hear of has changed, or what they want to hear of others."""
    _after_commit(user_group(user_id), kind="settings", user=user_id)


def message_saved(*, user_id: int, message_id: int, on: bool, version: int, remind_at: datetime | None = None) -> None:
    """Tell somebody's own devices that they keep a message for later, and any reminder of it, or no longer."""
    at = None if remind_at is None else moment(remind_at)
    _tell_user(user_id, version=version, frame=protocol.Saved(message=message_id, on=on, remind_at=at))


def reminded(message: Message, *, user_id: int, version: int) -> None:
    """Tell somebody's own devices that the time has come at which they wanted to be reminded of a message."""
    _tell_user(user_id, version=version, frame=protocol.Reminder(message=message_data(message)))


def invited(*, user_id: int, invitation_id: int, version: int) -> None:
    """Tell somebody's own devices that they are invited into a room."""
    _tell_user(user_id, version=version, frame=protocol.Invited(invitation=invitation_id))


def person_changed(user: User, *, room_ids: Iterable[int]) -> None:
    """Tell these rooms, which are those that somebody is in, how that person is shown from now on."""
    frame = protocol.encode(protocol.UserChanged(user=user_card(user)))
    for room_id in room_ids:
        _after_commit(room_group(room_id), kind="signal", room=room_id, skip=[], frame=frame, of=FACES)


def typing(*, room_id: int, user_id: int, strangers: Sequence[int] = ()) -> None:
    """Tell the others in the room, but no strangers, that somebody is writing: now, and only those who listen now."""
    frame = protocol.encode(protocol.Typing(room=room_id, user=user_id))
    skip = [user_id, *strangers]
    publish(room_group(room_id), _event(kind="signal", room=room_id, skip=skip, frame=frame, shed=True, of=TYPING))


def _tell_user(user_id: int, *, version: int, frame: protocol.ServerFrame) -> None:
    _after_commit(user_group(user_id), kind="user", user=user_id, version=version, frame=protocol.encode(frame))


def _after_commit(group: str, **event: Any) -> None:
    _all_after_commit([(group, _event(**event))])


def _all_after_commit(events: Sequence[tuple[str, dict[str, Any]]]) -> None:
    # robust: a hook that raised would drop the hooks after it, and would tell the writer of a failure that was none
    transaction.on_commit(partial(_publish_all, events), robust=True)


def _publish_all(events: Sequence[tuple[str, dict[str, Any]]]) -> None:
    for group, event in events:
        publish(group, event)


def _event(**event: Any) -> dict[str, Any]:
    return {"type": "hub.event", **event}
