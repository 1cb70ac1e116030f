"""Portraits, for those of the demo who have one, and the picture of a room."""

from __future__ import annotations

from math import pi, sin
from typing import NamedTuple

from PIL import ImageDraw

from chat.demo.drawings.strokes import FINE, Colour, disc, fade, finished, mix, png

SIDE = 320 * FINE


class Looks(NamedTuple):
    """How somebody is drawn: ``hair`` is short, long or a bun."""

    ground: tuple[Colour, Colour]
    skin: Colour
    hair: str
    hair_colour: Colour
    coat: Colour
    glasses: bool = False


LOOKS = {
    "alan": Looks(((150, 190, 196), (86, 140, 150)), (238, 200, 172), "short", (62, 44, 34), (52, 66, 88)),
    "ada": Looks(((236, 190, 170), (210, 138, 126)), (246, 214, 192), "bun", (48, 32, 28), (96, 42, 86)),
    "katherine": Looks(((240, 212, 150), (220, 174, 96)), (122, 78, 54), "long", (28, 22, 22), (0, 104, 110), True),
    "dennis": Looks(((176, 196, 160), (118, 150, 112)), (240, 206, 180), "beard", (112, 92, 74), (70, 78, 64), True),
}


def portrait(key: str) -> bytes:
    """Somebody as one sees them across a table, without features: who they are stands beside it."""
    looks = LOOKS[key]
    picture = fade((SIDE, SIDE), looks.ground)
    draw = ImageDraw.Draw(picture)
    unit = SIDE / 100
    hair, skin = looks.hair_colour, looks.skin
    if looks.hair == "long":
        draw.rounded_rectangle([29 * unit, 20 * unit, 71 * unit, 74 * unit], 20 * unit, fill=hair)
    if looks.hair == "bun":
        disc(draw, (50 * unit, 15 * unit), 9 * unit, hair)
    draw.ellipse([10 * unit, 74 * unit, 90 * unit, 140 * unit], fill=looks.coat)
    draw.rounded_rectangle([43 * unit, 56 * unit, 57 * unit, 82 * unit], 7 * unit, fill=mix(skin, (0, 0, 0), 0.14))
    draw.polygon([(38 * unit, 75 * unit), (62 * unit, 75 * unit), (50 * unit, 90 * unit)], fill=(248, 246, 240))
    draw.ellipse([43 * unit, 66 * unit, 57 * unit, 82 * unit], fill=mix(skin, (0, 0, 0), 0.14))
    draw.ellipse([33 * unit, 22 * unit, 67 * unit, 68 * unit], fill=skin)
    if looks.hair == "beard":
        draw.pieslice([33 * unit, 26 * unit, 67 * unit, 72 * unit], 18, 162, fill=hair)
        draw.ellipse([42 * unit, 46 * unit, 58 * unit, 57 * unit], fill=skin)
    draw.chord([31 * unit, 17 * unit, 69 * unit, 62 * unit], 184, 346 if looks.hair == "short" else 354, fill=hair)
    if looks.hair != "short":
        draw.chord([31 * unit, 18 * unit, 58 * unit, 56 * unit], 170, 300, fill=hair)
    if looks.glasses:
        for x in (42.5, 57.5):
            draw.ellipse(
                [(x - 6) * unit, 40 * unit, (x + 6) * unit, 51 * unit], outline=(44, 40, 38), width=round(unit)
            )
        draw.line([(48.5 * unit, 45 * unit), (51.5 * unit, 45 * unit)], fill=(44, 40, 38), width=round(unit))
    return png(finished(picture))


def tide() -> bytes:
    """The moon, and what it does."""
    picture = fade((SIDE, SIDE), ((12, 58, 74), (0, 104, 112)))
    draw = ImageDraw.Draw(picture)
    disc(draw, (SIDE * 0.6, SIDE * 0.36), SIDE * 0.17, (247, 226, 168))
    for rank, colour in enumerate(((24, 124, 130), (96, 190, 186), (236, 244, 240))):
        level = SIDE * (0.56 + 0.14 * rank)
        wave = [(x, level + SIDE * 0.035 * sin(x / SIDE * 4 * pi + rank * 2)) for x in range(0, SIDE + 8, 8)]
        draw.polygon([(0, SIDE), *wave, (SIDE, SIDE)], fill=colour)
    return png(finished(picture))
