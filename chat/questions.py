"""What a poll asks: what its device holds of each room, and how long to wait. In the address, or as JSON."""

from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from chat.exceptions import ChatError
from chat.protocol import MAX_FRAME_BYTES, MAX_SYNC_ROOMS

LONGEST_WAIT = 25.0
"""In seconds; proxies and NATs end what is silent for longer."""

HIGHEST = 2**63


class Question(NamedTuple):
    """``held``: room id → seq up to which a device has everything; ``wait`` in seconds."""

    held: dict[int, int]
    wait: float


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    rooms: dict[int, int] = {}
    wait: float = 0.0


def in_address(query: bytes) -> Question:
    """Read `rooms=7:41,9:100&wait=25`; raises ``ChatError``."""
    fields = parse_qs(query.decode("ascii", "replace"))
    try:
        pairs = [pair.split(":") for pair in ",".join(fields.get("rooms", [])).split(",") if pair]
        held = {int(room): int(seq) for room, seq in pairs}
        wait = float(fields.get("wait", ["0"])[0])
    except ValueError:
        raise _invalid("Write rooms as room:seq with commas, such as 7:41,9:100, and wait in seconds.") from None
    return _checked(held, wait)


def in_body(content_type: str, body: bytes) -> Question:
    """Read `{"rooms": {"7": 41, "9": 100}, "wait": 25}`; raises ``ChatError``."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ChatError("unsupported_media_type", "Ask in JSON, with Content-Type: application/json.", status=415)
    if len(body) > MAX_FRAME_BYTES:
        raise _invalid(f"A question has at most {MAX_FRAME_BYTES:,} bytes. Ask about fewer rooms at once.")
    try:
        asked = msgspec.json.decode(body, type=_Body)
    except msgspec.ValidationError as error:
        raise _invalid(f"This question cannot be read: {error}.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ChatError("malformed", "The body is not valid JSON.") from None
    return _checked(asked.rooms, asked.wait)


def _checked(held: dict[int, int], wait: float) -> Question:
    if not all(0 < room < HIGHEST and 0 <= seq < HIGHEST for room, seq in held.items()):
        raise _invalid("Room ids begin at 1 and seqs at 0.")
    if len(held) > MAX_SYNC_ROOMS:
        raise _invalid(f"Ask about at most {MAX_SYNC_ROOMS} rooms at once.")
    if not 0 <= wait <= LONGEST_WAIT:
        raise _invalid(f"Wait for 0 to {LONGEST_WAIT:.0f} seconds.")
    return Question(held, wait)


def header(scope: dict[str, Any], name: bytes) -> str:
    """A header of a request, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _invalid(detail: str) -> ChatError:
    return ChatError("invalid", detail)
