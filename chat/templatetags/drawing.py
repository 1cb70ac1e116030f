"""Partials that look the same whenever what they draw is the same: drawn once for each state of it.

A message is shown to all its readers again and again, and a room page has fifty; so has it twenty rows of the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

DRAWINGS = 4_000
"""How many are kept; the one that was not asked for the longest goes first."""

KINDS = {
    "day": ("chat/_day.html", "item"),
    "unread": ("chat/_unread.html", "item"),
    "message": ("chat/_message.html", "entry"),
}
"""Of the items of a timeline (`chat.timeline`): the partial for each, and what it calls what it draws."""


def _marked(thing: Any) -> Any:
    """Tell HTML from the same words as text: they are not drawn alike."""
    if isinstance(thing, SafeString):
        return {"html": thing + ""}
    raise TypeError(f"{type(thing)} is no plain data.")


_encoder = msgspec.json.Encoder(enc_hook=_marked)


class _Drawing:
    """What is drawn by which partial; two of them are equal when all that the partial may look at is."""

    __slots__ = ("key", "name", "partial", "thing")

    def __init__(self, partial: str, name: str, thing: Any) -> None:
        self.partial, self.name, self.thing = partial, name, thing
        self.key = partial, name, _encoder.encode(thing)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Drawing) and self.key == other.key


@register.simple_tag
def drawn(partial: str, **one: Any) -> SafeString:
    """As ``include … with name=thing only``, for a thing of plain data and a partial that looks at nothing else."""
    [(name, thing)] = one.items()
    return _drawing_of(partial, name, thing)


@register.simple_tag
def drawn_each(partial: str, **many: Iterable[Any]) -> SafeString:
    """As ``drawn`` for each of these things, one after the other."""
    [(name, things)] = many.items()
    return mark_safe("".join([_drawing_of(partial, name, thing) for thing in things]))  # noqa: S308 - escaped there


@register.simple_tag
def drawn_timeline(items: Iterable[Any]) -> SafeString:
    """A timeline, each of its items by the partial for its kind."""
    return mark_safe("".join([_drawing_of(*KINDS[item.kind], item) for item in items]))  # noqa: S308 - escaped there


def _drawing_of(partial: str, name: str, thing: Any) -> SafeString:
    drawing = _Drawing(partial, name, thing)
    return _draw(drawing) if settings.DEBUG else _drawn(drawing)


def _draw(drawing: _Drawing) -> SafeString:
    return mark_safe(get_template(drawing.partial).render({drawing.name: drawing.thing}))  # noqa: S308 - escaped there


_drawn = lru_cache(DRAWINGS)(_draw)
