"""Who is named in messages: found among the members before a text is rendered, kept as rows for counting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from accounts.rows import execute, fetch, recordset
from chat.exceptions import ChatError
from chat.markup import handles_in
from chat.models import Membership, Mention, Message, Room
from chat.permissions import is_at_least

CALL_ALL_MOST = 100
"""In rooms with more people than this, only moderators, admins and owners call everybody."""

_FIND = """
    SELECT seat.room_id, person.handle, person.id
    FROM accounts_user AS person JOIN chat_membership AS seat ON seat.user_id = person.id
    WHERE person.handle = ANY(%s) AND seat.room_id = ANY(%s)
"""
_KEEP = """
    INSERT INTO chat_mention (message_id, user_id, room_id, seq)
    SELECT new.message_id, seat.user_id, new.room_id, new.seq
    FROM json_to_recordset(%s::json) AS new (
        message_id bigint, room_id bigint, author_id bigint, seq bigint, everybody bool, named bigint[]
    )
    JOIN chat_membership AS seat ON seat.room_id = new.room_id AND seat.user_id <> new.author_id
        AND (new.everybody OR seat.user_id = ANY(new.named))
    ON CONFLICT DO NOTHING
"""

People = Mapping[int, Mapping[str, int]]
"""By room, who may be named in it: user ids by handle."""


def find_named(texts: Iterable[tuple[int, str]]) -> People:
    """Find those who are named in these texts (room id, text) among the members; no statement where nobody seems so."""
    wanted = [(room_id, handles) for room_id, text in texts if (handles := handles_in(text))]
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    if wanted:
        everybody = sorted(set[str]().union(*(handles for _, handles in wanted)))
        for room_id, handle, user_id in fetch(_FIND, [everybody, sorted({room_id for room_id, _ in wanted})]):
            found[room_id][handle] = user_id
    return found


def calling_all(room: Room, seat: Membership) -> ChatError | None:
    """Whether the one in this seat may call everybody in the room."""
    if room.member_count <= CALL_ALL_MOST or is_at_least(seat.role, Membership.Role.MODERATOR):
        return None
    detail = f"Only moderators call all {room.member_count} people here. Your text is kept; leave out @room."
    return ChatError("too_many_called", detail, status=403)


def keep_mentions(messages: Iterable[Message]) -> None:
    """Store who is named in these messages, but not their authors; one statement, or none where nobody is."""
    rows = [
        {
            "message_id": each.pk,
            "room_id": each.room_id,
            "author_id": each.author_id,
            "seq": each.seq,
            "everybody": each.mentions_room,
            "named": each.mentioned,
        }
        for each in messages
        if each.mentioned or each.mentions_room
    ]
    if rows:
        execute(_KEEP, [recordset(rows)])


def renew_mentions(message: Message) -> None:
    """Bring the rows of an edited message to what it says now."""
    if not message.mentions_room:
        Mention.objects.filter(message=message).exclude(user__in=message.mentioned).delete()
    keep_mentions([message])
