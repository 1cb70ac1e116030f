"""Who has received and read a message, and when: by name in small rooms, in numbers in large ones."""

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.rows import fetch
from accounts.serializers import user_card
from chat.models import Message
from chat.moves import Move, delivered_at, read_at
from chat.privacy import STRANGERS
from chat.rows import Person
from chat.serializers import moment

NAMED_MEMBERS = 100
"""In rooms with more people than this, readers are only counted."""

READ, DELIVERED, WAITING = "read", "delivered", "waiting"

# Who reads in private is told of as having received; who asks in private learns of nobody's reading.
_STATE = f"""
    CASE WHEN seat.delivered_seq < message.seq THEN '{WAITING}'
    WHEN seat.read_seq >= message.seq AND NOT person.private_reading AND NOT asker.private_reading THEN '{READ}'
    ELSE '{DELIVERED}' END
"""
_SEATED = f"""
    SELECT {{what}}
    FROM chat_message AS message
    JOIN chat_membership AS seat ON seat.room_id = message.room_id AND seat.user_id <> message.author_id
    JOIN accounts_user AS person ON person.id = seat.user_id
    JOIN accounts_user AS asker ON asker.id = %s
    WHERE message.id = %s AND seat.user_id <> ALL (ARRAY({STRANGERS.format(user="asker.id")}))
    {{how}}
"""  # noqa: S608 - names of columns
_PEOPLE = _SEATED.format(
    what=f"person.id, person.full_name, person.handle, person.avatar, {_STATE}, seat.moves",
    how="ORDER BY person.full_name, person.id",
)
_NUMBERS = _SEATED.format(what=f"{_STATE} AS state, count(*)", how="GROUP BY state")


def readers_of(message: Message, *, asker: User) -> dict[str, Any]:
    """Tell who but its author has read the message, who has only received it, and who has not: each in one of 3 lists.

    ``message`` is one that the asker may see, with its room. Those whom it has reached come with the moments, to the
    minute, as far as they are known.
    """
    lists: dict[str, list[dict[str, Any]]] = {READ: [], DELIVERED: [], WAITING: []}
    if message.room.member_count > NAMED_MEMBERS:
        numbers = dict(fetch(_NUMBERS, [asker.pk, message.pk]))
    else:
        for *person, state, moves in fetch(_PEOPLE, [asker.pk, message.pk]):
            lists[state].append({**user_card(Person(*person)), **_moments(state, moves, message.seq)})
        numbers = {state: len(people) for state, people in lists.items()}
    return {**lists, **{f"{state}_count": numbers.get(state, 0) for state in lists}}


def _moments(state: str, moves: list[Move] | None, seq: int) -> dict[str, str | None]:
    """When somebody has received and read it, as far as that is told."""
    if state == WAITING:
        return {}
    received = _moment(delivered_at(moves, seq))
    return {"delivered_at": received, "read_at": _moment(read_at(moves, seq)) if state == READ else None}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
