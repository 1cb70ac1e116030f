"""What ``has:`` can ask for. A new row is all that a new kind of thing needs, and `manage.py rebuild_search` once."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from chat.models import Message
from chat.search.terms import Terms, having_mark, join


class Having(NamedTuple):
    """``number`` stands in the index and is never given to anything else; ``words`` go on after "with"."""

    number: int
    words: str
    test: Callable[[Message], bool]

    @property
    def mark(self) -> Terms:
        return having_mark(self.number)


def _has_attached(message: Message, *kinds: str) -> bool:
    return any(each["kind"] in kinds for each in message.attached or [])


HAVING: Mapping[str, Having] = {
    "link": Having(1, "a link", lambda message: 'href="' in message.html),
    "code": Having(2, "code", lambda message: "<code" in message.html),
    "mention": Having(3, "a mention", lambda message: message.mentions_room or bool(message.mentioned)),
    "reaction": Having(4, "a reaction", lambda message: bool(message.reacted)),
    "pin": Having(5, "a pin", lambda message: message.pinned_at is not None),
    "file": Having(6, "something attached", lambda message: bool(message.attached)),
    "picture": Having(7, "a picture", lambda message: _has_attached(message, "picture")),
    "video": Having(8, "a video", lambda message: _has_attached(message, "video")),
    "sound": Having(9, "a sound or a voice message", lambda message: _has_attached(message, "sound", "voice")),
}
"""By the word that is typed. What can change later than the text must renew the index when it does."""


def marks_of(message: Message) -> Terms:
    """The marks of all that a message has."""
    return join(*(each.mark for each in HAVING.values() if each.test(message)))
