"""The place in a message where something was found, with what was found marked."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chat.attached import Attachment, described
from chat.search.folding import fold, fold_with_places
from chat.serializers import plain_text

WIDTH = 240
"""Characters of a message that are shown, at most."""

BEFORE = 60
"""Characters that may stand before the first match."""

MORE = "…"


class Stretch(NamedTuple):
    """A stretch of text, which is or is not what was looked for."""

    text: str
    match: bool


Span = tuple[int, int]


def snippet(html: str, body: str, attached: Sequence[Attachment] = (), *, needles: Sequence[str]) -> list[Stretch]:
    """Cut out of a message, in one line, where the first of these folded needles is; its beginning if there are none.

    That is what one reads of it, or what was typed, where that has more of the needles (the address behind a link).
    """
    texts = dict.fromkeys([plain_text(html) or described(attached), " ".join(body.split())])
    return _cut(max(texts, key=lambda text: _number_of(needles, text)), needles)


def matching_files(attached: Sequence[Attachment], *, needles: Sequence[str]) -> list[list[Stretch]]:
    """What those files of a message are called and show in whose name or description any of these needles is."""
    texts = [" ".join(f"{each['name']} {each['alt']}".split()) for each in attached]
    return [_cut(text, needles) for text in texts if _number_of(needles, text)]


def _cut(text: str, needles: Sequence[str]) -> list[Stretch]:
    """The part of a text that is around the first of these needles."""
    spans = _spans(text, needles)
    first = spans[0][0] if spans else 0
    start = _start(text, first)
    end = _end(text, start)
    stretches = list(_stretches(text, spans, start, end))
    if start:
        stretches.insert(0, Stretch(MORE, match=False))
    if end < len(text):
        stretches.append(Stretch(MORE, match=False))
    return stretches


def _number_of(needles: Sequence[str], text: str) -> int:
    folded = fold(text)
    return sum(needle in folded for needle in needles)


def _spans(text: str, needles: Sequence[str]) -> list[Span]:
    """Where any of the needles is in a text, in order, those that touch as one."""
    folded, places = fold_with_places(text)
    ends = [*places[1:], len(text)]
    found = []
    for needle in needles:
        at = folded.find(needle)
        while at >= 0:
            last = at + len(needle) - 1
            # several folded characters may come from one: it is marked whole
            found.append((places[at], max(ends[last], places[last] + 1)))
            at = folded.find(needle, at + len(needle))
    merged: list[Span] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _start(text: str, first: int) -> int:
    """Begin at a word not far before the first match."""
    if first <= BEFORE:
        return 0
    blank = text.find(" ", first - BEFORE, first)
    return first - BEFORE if blank < 0 else blank + 1


def _end(text: str, start: int) -> int:
    if len(text) - start <= WIDTH:
        return len(text)
    blank = text.rfind(" ", start + WIDTH // 2, start + WIDTH)
    return start + WIDTH if blank < 0 else blank


def _stretches(text: str, spans: Sequence[Span], start: int, end: int) -> Iterator[Stretch]:
    at = start
    for begin, stop in spans:
        begin, stop = max(begin, start), min(stop, end)
        if begin >= stop:
            continue
        if begin > at:
            yield Stretch(text[at:begin], match=False)
        yield Stretch(text[begin:stop], match=True)
        at = stop
    if at < end:
        yield Stretch(text[at:end], match=False)
