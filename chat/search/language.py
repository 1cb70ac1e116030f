"""The language of search, as syntax: words, "phrases", what to leave out (-word), and operators (from:@ana)."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from chat.exceptions import ChatError

LONGEST = 200

OPERATORS = ("from", "in", "has", "before", "after", "on")

_BARE = {
    "from:": "from:@ana_arden.",
    "in:": 'in:"Design team" or in:@ana_arden.',
    "has:": "has:link.",
    **{f"{each}:": f"{each}:2026-11-30." for each in ("before", "after", "on")},
}

# -from:"Ana Arden" in its parts. A word may begin with "--", and a "->" leaves nothing out.
_PART = re.compile(r"""(?P<minus>-(?=[^\W_]|"))?(?:(?P<operator>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))""")
_QUOTES = str.maketrans("“”„‟«»", '""""""')
_NOT_VALUES = re.compile(r"[/:\\]|\d+(?:[/?#]|$)")
"""What stands behind the colon of an address, of a name in a program, of a port: no operator stands before it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a search. Without an ``operator``, ``value`` is a text to find."""

    source: str
    operator: str
    value: str
    left_out: bool


def parse(text: str) -> list[Part]:
    """Take a search apart; raises ``ChatError``, which says what to write instead."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise invalid("The search has a character that is in no message. Remove it and search again.")
    text = normalize("NFC", text).translate(_QUOTES)
    if not text.strip():
        raise invalid("Write what you look for: a word, or part of one.")
    if len(text) > LONGEST:
        raise invalid(f"The search has {len(text):,} characters; at most {LONGEST} fit. Leave out some words.")
    parts = []
    at = 0
    while found := _PART.search(text, at):
        part = _part(found)
        at = found.start() + len(part.source)
        parts.append(part)
    return parts


def invalid(sentence: str) -> ChatError:
    """The refusal of a search."""
    return ChatError("invalid", sentence, fields={"q": [sentence]})


def quoted(value: str) -> str:
    """Write a value as it must be typed; quotes in it are left out, as they are when it is compared."""
    value = value.replace('"', "")
    return f'"{value}"' if re.search(r"\s", value) or not value else value


def _part(found: re.Match[str]) -> Part:
    minus, operator, phrase, word = found.group("minus", "operator", "phrase", "word")
    source, left_out = found[0], minus is not None
    if operator is None:
        if word is not None and word.lower() in _BARE:
            raise invalid(f"Write what you mean right after “{word}”, without a blank between: {_BARE[word.lower()]}")
        return Part(source, "", phrase if phrase is not None else word, left_out)
    name, value = operator.lower(), phrase if phrase is not None else word
    if name in OPERATORS:
        return Part(source, name, value, left_out)
    if phrase is None and _NOT_VALUES.match(value):
        return Part(source, "", f"{operator}:{word}", left_out)
    raise invalid(_unknown(f"{operator}:", name, source))


def _unknown(written: str, name: str, source: str) -> str:
    near = get_close_matches(name, OPERATORS, 1)
    instead = f"Did you mean {near[0]}:?" if near else f"There are {_listed([f'{each}:' for each in OPERATORS])}."
    text = source.replace('"', "")
    return f'There is no “{written}” to search with. {instead} To find that text itself, put it in quotes: "{text}".'


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
