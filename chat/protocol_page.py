"""The page about the wire protocol: the AsyncAPI document, told to people."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from chat import protocol
from chat.asyncapi import CLIENT_FRAMES, SERVER_FRAMES, AnyFrame, document, example_of, name_of
from chat.longpoll import PATH, Answer
from chat.protocol_notes import ANSWERS, CLOSE_CODES, ERROR_CODES, RULES
from chat.questions import LONGEST_WAIT

SHORT_LINES = 14
"""Longer examples begin folded."""

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a frame: `kind` in words, `bounds` and other notes as a sentence without its stop."""

    name: str
    kind: str
    notes: str
    struct: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One frame, or a struct that frames are made of (without an example)."""

    name: str
    text: SafeString
    fields: list[Field]
    example: str = ""
    answers: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        return self.example.count("\n") < SHORT_LINES


@cache
def protocol_page() -> Mapping[str, Any]:
    """What the page shows; the same for everybody."""
    schemas = document()["components"]["schemas"]
    frames = (*CLIENT_FRAMES, *SERVER_FRAMES)
    parts = [name for name in schemas if name not in {frame.__name__ for frame in frames}]
    return {
        "subprotocol": protocol.SUBPROTOCOL,
        "rules": [prose(rule) for rule in RULES],
        "directions": [
            ("client", "From the client", [_frame(frame, schemas) for frame in CLIENT_FRAMES]),
            ("server", "From the server", [_frame(frame, schemas) for frame in SERVER_FRAMES]),
        ],
        "parts": [_entry(name, schemas[name]) for name in parts],
        "close_codes": [(code, prose(meaning)) for code, meaning in sorted(CLOSE_CODES.items())],
        "error_codes": [(code, prose(meaning)) for code, meaning in ERROR_CODES.items()],
        "poll": {
            "path": PATH,
            "wait": int(LONGEST_WAIT),
            "rooms": protocol.MAX_SYNC_ROOMS,
            "example": _pretty(_poll_example()),
        },
    }


def prose(text: str) -> SafeString:
    """Turn the words of a docstring into HTML: ``code`` is all the markup they have."""
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    return mark_safe(re.sub(r"``(.+?)``", r"<code>\1</code>", escape(text)))  # noqa: S308  escaped just here


def _frame(frame: AnyFrame, schemas: Mapping[str, Any]) -> Entry:
    answers = tuple(name_of(answer) for wanted, frames in ANSWERS.items() if wanted is frame for answer in frames)
    example = _pretty(msgspec.json.encode(example_of(frame)))
    return _entry(name_of(frame), schemas[frame.__name__], example=example, answers=answers)


def _entry(name: str, schema: Mapping[str, Any], **more: Any) -> Entry:
    required = schema.get("required", [])
    fields = [
        _field(field, each, required=field in required)
        for field, each in schema["properties"].items()
        if field != "type"  # the frame's name
    ]
    return Entry(name, prose(schema["description"]), fields, **more)


def _field(name: str, schema: Mapping[str, Any], *, required: bool) -> Field:
    notes = [*([] if required else [_optional(schema)]), *_bounds(schema)]
    return Field(name, _kind(schema), ", ".join(notes), struct=_struct(schema))


def _optional(schema: Mapping[str, Any]) -> str:
    return f"{msgspec.json.encode(schema['default']).decode()} if not given" if "default" in schema else "optional"


def _kind(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": ref}:
            return str(ref).rpartition("/")[2]
        case {"anyOf": choices}:
            return " or ".join(_kind(choice) for choice in choices)
        case {"enum": values}:
            return " or ".join(f'"{value}"' for value in values)
        case {"items": items}:
            return f"list of {_kind(items)}"
        case {"additionalProperties": dict(values)}:
            return f"object of {_kind(values)}"
        case {"format": "uuid"}:
            return "UUID"
        case _:
            return str(schema["type"])


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    match schema:
        case {"minimum": least, "maximum": most}:
            yield f"{least} to {_number(most)}"
        case {"exclusiveMinimum": below, "maximum": most}:
            yield f"{below + 1} to {_number(most)}"
        case {"minLength": least, "maxLength": most}:
            yield f"{least} to {most} characters"
        case {"maxItems": most, "items": items}:
            yield f"at most {most:,}"
            yield from (f"each {bound}" for bound in _bounds(items))
        case {"maxProperties": most, "additionalProperties": values}:
            yield f"at most {most:,}"
            yield from (f"each {bound}" for bound in _bounds(values))


def _number(value: int) -> str:
    return "2⁶³ − 1" if value == LARGEST else f"{value:,}"


def _struct(schema: Mapping[str, Any]) -> str:
    """The struct that a field is made of, so that the page can link to it."""
    inner = schema.get("additionalProperties", schema)
    return _kind(inner) if isinstance(inner, dict) and "$ref" in inner else ""


def _poll_example() -> bytes:
    frame = msgspec.json.encode(example_of(protocol.MessageChanged))
    receipt = msgspec.json.encode(example_of(protocol.Receipt))
    answer = Answer(
        now=example_of(protocol.Pong)["now"],
        frames=[msgspec.Raw(frame)],
        rooms={7: protocol.SyncedRoom(seq=43), 9: protocol.SyncedRoom(seq=100)},
        events=[msgspec.Raw(receipt)],
    )
    return msgspec.json.encode(answer)


def _pretty(encoded: bytes) -> str:
    return msgspec.json.format(encoded, indent=2).decode()
