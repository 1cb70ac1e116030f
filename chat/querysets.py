"""How chat rows are read. Loading is authorising: what a person may not see is not in ``visible_to``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.rows import Columns, array, fetch, id_array, recordset
from chat.rows import MESSAGE_FIELDS, MessageRow
from chat.search.terms import as_array

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from chat.models import (  # noqa: F401 - named in a base class
        Attachment,
        Invitation,
        Membership,
        Message,
        Room,
        SavedMessage,
    )
    from chat.search.documents import Document

UNREAD_LIMIT = 100
"""Unread messages are counted no further: 100 is shown as 99+."""


@cache
def _room_columns(only: tuple[str, ...]) -> Columns[Room]:
    from chat.models import Room

    return Columns(Room, only=only)


@cache
def _lock_rooms(columns: Columns[Room], *, skip_locked: bool) -> str:
    return f"""
        SELECT {columns} FROM chat_room WHERE id = ANY(%s::bigint[]) ORDER BY id
        FOR NO KEY UPDATE{" SKIP LOCKED" if skip_locked else ""}
    """  # noqa: S608 - names of columns


_OF_AUTHORS = (
    *("id", "full_name", "handle", "avatar", "language"),
    *("version", "private_reading", "sends_typing", "muted_until"),
)
"""What sending a message asks of its author."""

_NOT_OF_SEATS = {"moves"}
"""What it does not ask of their seats."""


@cache
def _seats() -> tuple[Columns[Membership], Columns[User], str]:
    from accounts.models import User
    from chat.models import Membership

    of_seats = tuple(each.name for each in Membership._meta.concrete_fields if each.name not in _NOT_OF_SEATS)
    seat, user = Columns(Membership, only=of_seats), Columns(User, only=_OF_AUTHORS)
    statement = f"""
        SELECT {seat}, {user}, CASE WHEN chat_room.kind = 'direct' THEN (
            SELECT blocker_id = chat_membership.user_id
            FROM chat_membership AS other JOIN chat_block ON (blocker_id, blocked_id) IN (
                (chat_membership.user_id, other.user_id), (other.user_id, chat_membership.user_id)
            )
            WHERE other.room_id = chat_membership.room_id AND other.user_id <> chat_membership.user_id
            ORDER BY 1 DESC LIMIT 1
        ) END, (SELECT version FROM accounts_filterversion WHERE id = 1)
        FROM chat_membership
        JOIN accounts_user ON accounts_user.id = chat_membership.user_id
        JOIN chat_room ON chat_room.id = chat_membership.room_id
        WHERE chat_membership.room_id = ANY(%s::bigint[]) AND chat_membership.user_id = ANY(%s::bigint[])
    """  # noqa: S608 - names of columns
    return seat, user, statement


_SENT_AS = "SELECT id FROM chat_message WHERE author_id = ANY(%s::bigint[]) AND client_id = ANY(%s::uuid[])"

# `bulk_create` and `bulk_update` build expression trees for each row and column; these are on the way of every message.
_INSERT_MESSAGES = """
    WITH new AS (
        SELECT * FROM json_to_recordset(%s::json) AS new (
            room_id bigint, seq bigint, author_id bigint, client_id uuid, body text, html text, at timestamptz,
            reply_to_id bigint, thread_root_id bigint, forwarded_from_id bigint, mentions_room bool, mentioned bigint[],
            attached jsonb, text text, terms text
        )
    ), stored AS (
        INSERT INTO chat_message (
            room_id, seq, changed_seq, kind, author_id, client_id, body, html, created_at,
            reply_to_id, thread_root_id, forwarded_from_id, mentions_room, mentioned, attached, revision, delete_reason
        )
        SELECT room_id, seq, seq, 'text', author_id, client_id, body, html, at,
            reply_to_id, thread_root_id, forwarded_from_id, mentions_room, mentioned, attached, 0, ''
        FROM new
        RETURNING room_id, seq, id
    ), known AS (
        INSERT INTO chat_searchtext (message_id, room_id, at, text, terms)
        SELECT id, room_id, at, text, terms::int[] FROM stored JOIN new USING (room_id, seq)
    ), advanced AS (
        UPDATE chat_room AS room SET last_message_id = newest.id, last_seq = newest.seq, last_activity_at = newest.at
        FROM (
            SELECT DISTINCT ON (room_id) room_id, id, seq, at FROM stored JOIN new USING (room_id, seq)
            ORDER BY room_id, seq DESC
        ) AS newest
        WHERE room.id = newest.room_id
    ), marked AS (
        UPDATE chat_membership AS seat
        SET read_seq = greatest(seat.read_seq, newest.read), delivered_seq = newest.seq, wrote_at = newest.at,
            unread_from = CASE WHEN newest.read IS NULL THEN seat.unread_from END
        FROM (
            SELECT room_id, author_id, max(seq) AS seq, max(at) AS at,
                max(seq) FILTER (WHERE thread_root_id IS NULL) AS read
            FROM new GROUP BY room_id, author_id
        ) AS newest
        WHERE seat.room_id = newest.room_id AND seat.user_id = newest.author_id
    )
    SELECT room_id, seq, id FROM stored
"""


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: User) -> Self:
        """The rooms that ``user`` is in."""
        return self.filter(memberships__user=user)

    def listed_for(self, user: User) -> Self:
        """Leave out direct rooms that somebody else opened and has said nothing in yet."""
        return self.filter(Q(last_seq__gt=0) | ~Q(kind="direct") | Q(created_by=user))

    def lock(self, ids: Sequence[int], *, skip_locked: bool = False, only: tuple[str, ...] = ()) -> dict[int, Room]:
        """Lock rooms in the order of their ids, for this transaction; whoever holds a room writes its log.

        With ``skip_locked``, rooms that somebody else holds are left out. With ``only``, names of fields, no others are
        read.
        """
        columns = _room_columns(only)
        rows = fetch(_lock_rooms(columns, skip_locked=skip_locked), [id_array(ids)])
        return {room.pk: room for room in map(columns.read, rows)}


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def seats(self, *, rooms: Iterable[int], users: Iterable[int]) -> dict[tuple[int, int], Membership]:
        """The memberships of these users in these rooms, with ``user``, by (room id, user id).

        In a direct room they know whether one blocks the other. They know the version of the filters, too.
        """
        seat_columns, user_columns, statement = _seats()
        width = len(seat_columns)
        seats = {}
        for row in fetch(statement, [id_array(rooms), id_array(users)]):
            seat = seat_columns.read(row[:width], user=user_columns.read(row[width:-2]))
            seat.blocks, seat.is_blocked, seat.rules = row[-2] is True, row[-2] is False, row[-1] or 0
            seats[seat.room_id, seat.user_id] = seat
        return seats


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Those that may be followed now: not ended, not expired, not used up."""
        unused = Q(uses_left=None) | Q(uses_left__gt=0)
        return self.filter(unused, revoked_at=None, expires_at__gt=timezone.now())

    def ended(self) -> Self:
        """Those that somebody took back."""
        return self.filter(revoked_at__isnull=False)


class SavedMessageQuerySet(models.QuerySet["SavedMessage"]):
    def waiting(self) -> Self:
        """Those with a reminder that is still to come."""
        return self.filter(remind_at__isnull=False)

    def with_reminder(self) -> Self:
        """Those with a reminder that is still to come, or that has come and was not taken note of."""
        return self.filter(Q(remind_at__isnull=False) | Q(reminded_at__isnull=False))


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> Self:
        """The messages in rooms that ``user`` is in."""
        return self.filter(room__memberships__user=user)

    def with_people(self) -> Self:
        """Load what ``message_data`` tells along with the messages: their authors, and what they answer."""
        return self.select_related("author", "reply_to__author")

    def pinned(self) -> Self:
        return self.filter(pinned_at__isnull=False, deleted_at=None)

    def saved_by(self, user: User) -> Self:
        """What ``user`` keeps for later and may still see, with the moments of ``SavedMessage``."""
        kept = self.visible_to(user).filter(saved__user=user, deleted_at=None)
        moments = {name: F(f"saved__{name}") for name in ("saved_at", "remind_at", "reminded_at")}
        return kept.with_people().annotate(**moments)

    def sent_as(self, *, authors: Iterable[int], client_ids: Iterable[UUID]) -> list[int]:
        """The ids of messages of these authors that were sent under these client ids."""
        return [pk for (pk,) in fetch(_SENT_AS, [id_array(authors), array(client_ids)])]

    def rows(self) -> Iterator[MessageRow]:
        """The messages with their authors, as rows: for reading many."""
        return map(MessageRow._make, self.values_list(*MESSAGE_FIELDS))

    def insert(self, messages: Sequence[Message], documents: Sequence[Document]) -> None:
        """Store new messages of people, each with what search keeps of it, and give them their ids.

        Their rooms, which are locked, move on to the newest, and their authors have read them up to there. One
        statement, whatever their number.
        """
        rows = [
            {
                "room_id": m.room_id,
                "seq": m.seq,
                "author_id": m.author_id,
                "client_id": m.client_id,
                "body": m.body,
                "html": m.html,
                "at": m.created_at,
                "reply_to_id": m.reply_to_id,
                "thread_root_id": m.thread_root_id,
                "forwarded_from_id": m.forwarded_from_id,
                "mentions_room": m.mentions_room,
                "mentioned": m.mentioned,
                "attached": m.attached,
                "text": document.text,
                "terms": as_array(document.terms),
            }
            for m, document in zip(messages, documents, strict=True)
        ]
        stored = fetch(_INSERT_MESSAGES, [recordset(rows)])
        ids = {(room_id, seq): pk for room_id, seq, pk in stored}
        for message in messages:
            message.pk = ids[message.room_id, message.seq]
            message._state.adding, message._state.db = False, self.db

    def changed_after(self, seq: int) -> Self:
        """The room's log since ``seq``: each changed message once, in the order of its last change."""
        return self.filter(changed_seq__gt=seq).order_by("changed_seq")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> Self:
        """Those that ``user`` may see: in messages that they may read, and their own that are not sent yet."""
        from chat.models import Membership

        seat = Membership.objects.filter(room=OuterRef("message__room"), user=user)
        read = Q(Exists(seat), message__isnull=False, message__deleted_at=None)
        return self.there().filter(read | Q(owner=user, sent_at=None))

    def there(self) -> Self:
        """Those whose bytes are stored, and not about to be deleted."""
        return self.filter(stored_at__isnull=False, removed_at=None)

    def unsent(self, user: User) -> Self:
        """What ``user`` has uploaded and not sent yet."""
        return self.there().filter(owner=user, sent_at=None)
