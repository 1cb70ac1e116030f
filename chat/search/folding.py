"""Text as search compares it: without case, accents, and the ways in which phones and keyboards spell one thing."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# Letters that Unicode takes for letters of their own, and people for others with a stroke or two in one; and what
# phones make of quotes and dashes.
_ALIKE = {
    "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"',
    "‐": "-", "–": "-", "—": "-", "―": "-", "−": "-", "⁄": "/",
}  # fmt: skip
_LETTERS = str.maketrans(_ALIKE)

_ACCENTS = range(200, 241)
_HEBREW_AND_ARABIC_POINTS = range(10, 37)
"""Combining classes. Other marks make other words: voiced kana, the vowels and tones of India and Thailand."""

_OTHER_BLANKS = re.compile(r"[^\S ]")

_REMEMBERED = 20_000
"""So many characters are folded once. All of them at once would fill the memory of whoever is sent them."""


class _Folding(dict[int, str]):
    """From a character's code to what it is compared as; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Fold a text (NFC) in which words are parted by single blanks then. What folds the same is found for the same."""
    folded = text.lower() if text.isascii() else text.translate(_FOLDING)
    return " ".join(folded.split())


class Folded(NamedTuple):
    """A folded text, and of each of its characters where it came from in the text that was folded."""

    text: str
    places: Sequence[int]


def fold_with_places(text: str) -> Folded:
    """Fold a text (NFC) as `fold` does, to mark in it what was found."""
    if text.isascii() and "  " not in text and text == text.strip() and not _OTHER_BLANKS.search(text):
        return Folded(text.lower(), range(len(text)))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for each in _FOLDING[ord(character)]:
            blank = each.isspace()
            if blank and (not folded or folded[-1] == " "):
                continue
            folded.append(" " if blank else each)
            places.append(place)
    if folded and folded[-1] == " ":
        folded.pop()
        places.pop()
    return Folded("".join(folded), places)


def _fold_character(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    kept = "".join(part for part in parts if not _is_dropped(part))
    return unicodedata.normalize("NFC", kept.casefold().translate(_LETTERS))


def _is_dropped(part: str) -> bool:
    """Whether it is an accent, a sign of how something is drawn (emoji or text), or nothing that one sees."""
    kind = unicodedata.combining(part)
    return (
        kind in _ACCENTS
        or kind in _HEBREW_AND_ARABIC_POINTS
        or unicodedata.category(part) == "Cf"
        or "\ufe00" <= part <= "\ufe0f"
        or "\U000e0100" <= part <= "\U000e01ef"
    )
