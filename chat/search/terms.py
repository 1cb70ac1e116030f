"""What a message is found by in the index: its terms, each a number.

Most are grams, the short pieces that a folded text is made of: a text may have a needle in it if it has all grams of
the needle, and has it not otherwise. Of a text that spells its words a gram is three characters; of one that does not
(Chinese, Japanese, Korean, emoji) it is each character and each two. They are hashed, so whoever looks in the index
must look at what it finds.

The others are marks, which are exact: who wrote it, where, and what it has.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

Terms = str
"""Terms with commas between them, as PostgreSQL reads an array. This is on the way of every message."""

_SIGN = "\u2190-\u2bff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0003ffff"
_SIGNS = re.compile(f"[{_SIGN}]+")
_SPELT = re.compile(f"[^{_SIGN}]")

_SHORT = 24
"""Words up to this length are taken apart once: people use the same ones again and again."""

_REMEMBERED = 20_000


def grams_of(folded: str) -> Terms:
    """Take a folded text apart. The grams of each part of it are among its own; what is too short has none.

    Of those with a blank there are only the ones that have it in the middle, which makes the index a third smaller.
    """
    words = folded.split()
    inside = (_grams_in_short(word) if len(word) <= _SHORT else _grams_in(word) for word in set(words))
    between = (_gram_between(before[-1], word[0]) for before, word in pairwise(words))
    return join(*inside, *between)


def join(*terms: Terms) -> Terms:
    """Put terms together; some may be none."""
    return ",".join(filter(None, terms))


def as_array(terms: Terms) -> str:
    """Write terms as an array in PostgreSQL's own words."""
    return f"{{{terms}}}"


def author_mark(user_id: int) -> Terms:
    return _mark(0, user_id)


def room_mark(room_id: int) -> Terms:
    return _mark(1, room_id)


def having_mark(number: int) -> Terms:
    """The mark for the row of this number in the table of what a message may have (`chat.search.having`)."""
    return _mark(2, number)


@lru_cache(maxsize=_REMEMBERED)
def _grams_in_short(word: str) -> Terms:
    return _grams_in(word)


def _grams_in(word: str) -> Terms:
    return ",".join(map(_number, set(_pieces(word))))


def _pieces(word: str) -> Iterator[str]:
    threes = (word[at : at + 3] for at in range(len(word) - 2))
    if word.isascii():
        yield from threes
        return
    yield from (gram for gram in threes if _SPELT.search(gram))
    for signs in _SIGNS.findall(word):
        yield from signs
        yield from (signs[at : at + 2] for at in range(len(signs) - 1))


@lru_cache(maxsize=_REMEMBERED)
def _gram_between(last: str, first: str) -> str:
    return _number(f"{last} {first}")


def _number(gram: str) -> str:
    return str(crc32(gram.encode()) & 0xFFFFFF)


def _mark(kind: int, number: int) -> Terms:
    """Below zero, where no gram is; three kinds take turns."""
    return str(-1 - kind - 3 * number)
