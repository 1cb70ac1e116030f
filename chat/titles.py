"""What rooms may be called, and what may stand above them: one line each, in the form that is stored."""

import unicodedata

from accounts.names import JOINERS, REFUSED_CATEGORIES
from chat.exceptions import ChatError

NAME_LENGTH = 80
TOPIC_LENGTH = 250


def clean_name(name: str) -> str:
    """Bring a room's name into the form that is stored; raises ``ChatError``."""
    line = _one_line(name, "name", NAME_LENGTH)
    if not any(unicodedata.category(char)[0] in "LNPS" for char in line):
        raise _invalid("name", "Give the room a name.")
    return line


def clean_topic(topic: str) -> str:
    """Bring a room's topic, which may be empty, into the form that is stored; raises ``ChatError``."""
    return _one_line(topic, "topic", TOPIC_LENGTH)


def _one_line(text: str, field: str, most: int) -> str:
    # Line ends and tabs of a pasted text are blanks; any other control character is a mistake or a trick.
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in REFUSED_CATEGORIES and char not in JOINERS for char in line):
        raise _invalid(field, f"The {field} has control or invisible characters. Type it again.")
    if len(line) > most:
        raise _invalid(field, f"The {field} has {len(line)} characters; at most {most} fit.")
    return line


def _invalid(field: str, sentence: str) -> ChatError:
    return ChatError("invalid", sentence, fields={field: [sentence]})
