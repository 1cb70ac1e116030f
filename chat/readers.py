"""Who has received and read a message: by name in small rooms, in numbers in large ones."""

from typing import Any

from accounts.models import User
from accounts.rows import fetch
from accounts.serializers import user_card
from chat.models import Message
from chat.privacy import STRANGERS
from chat.rows import Person

NAMED_MEMBERS = 100
"""In rooms with more people than this, readers are only counted."""

# Who reads in private is told of as having received; who asks in private learns of nobody's reading.
_REACHED = f"""
    SELECT {{what}}
    FROM chat_message AS message
    JOIN chat_membership AS seat ON seat.room_id = message.room_id AND seat.user_id <> message.author_id
    JOIN accounts_user AS person ON person.id = seat.user_id
    JOIN accounts_user AS asker ON asker.id = %s
    WHERE message.id = %s AND seat.delivered_seq >= message.seq
        AND seat.user_id <> ALL (ARRAY({STRANGERS.format(user="asker.id")}))
    {{how}}
"""  # noqa: S608 - names of columns
_HAS_READ = "seat.read_seq >= message.seq AND NOT person.private_reading AND NOT asker.private_reading"
_PEOPLE = _REACHED.format(
    what=f"person.id, person.full_name, person.handle, person.avatar, {_HAS_READ}",
    how="ORDER BY person.full_name, person.id",
)
_NUMBERS = _REACHED.format(
    what=f"count(*) FILTER (WHERE NOT ({_HAS_READ})), count(*) FILTER (WHERE {_HAS_READ})", how=""
)


def readers_of(message: Message, *, asker: User) -> dict[str, Any]:
    """Tell who but its author has received the message, and who has read it: each in one of the two lists.

    ``message`` is one that the asker may see, with its room.
    """
    delivered: list[dict[str, Any]] = []
    read: list[dict[str, Any]] = []
    if message.room.member_count > NAMED_MEMBERS:
        [numbers] = fetch(_NUMBERS, [asker.pk, message.pk])
    else:
        for *person, has_read in fetch(_PEOPLE, [asker.pk, message.pk]):
            (read if has_read else delivered).append(user_card(Person(*person)))
        numbers = (len(delivered), len(read))
    return {"delivered": delivered, "delivered_count": numbers[0], "read": read, "read_count": numbers[1]}
