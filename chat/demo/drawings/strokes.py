"""What all drawings are made of: fades, glows, and lines that a hand might have drawn."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from math import hypot
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Point = tuple[float, float]
Size = tuple[int, int]

FINE = 2
"""How many times as large a drawing is drawn, so that its edges come out smooth."""


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two: ``share`` 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def fade(size: Size, colours: Sequence[Colour]) -> Image.Image:
    """From the first colour at the top to the last at the bottom."""
    column = Image.new("RGB", (1, len(colours)))
    for place, colour in enumerate(colours):
        column.putpixel((0, place), colour)
    return column.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size, Image.Resampling.NEAREST)


def glow(picture: Image.Image, centre: Point, radius: float, colour: Colour, strength: float = 1) -> None:
    """Light around something."""
    side = round(2 * radius)
    light = ImageChops.invert(Image.radial_gradient("L"))
    light = light.point([round(255 * strength * max(0, (value - 74) / 181) ** 2) for value in range(256)])
    light = light.resize((side, side), Image.Resampling.BILINEAR)
    corner = (round(centre[0] - radius), round(centre[1] - radius))
    picture.paste(Image.new("RGB", light.size, colour), corner, light)


def disc(draw: ImageDraw.ImageDraw, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


def sketched(
    draw: ImageDraw.ImageDraw, points: Sequence[Point], colour: Colour, width: int, random: Random, *, shake: float = 2
) -> None:
    """A line through these points, by a hand that is not quite steady."""
    steady: list[Point] = [points[0]]
    for start, end in pairwise(points):
        steps = max(1, round(hypot(end[0] - start[0], end[1] - start[1]) / 40))
        for step in range(1, steps + 1):
            share = step / steps
            x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
            steady.append((x + random.uniform(-shake, shake), y + random.uniform(-shake, shake)))
    draw.line(steady, fill=colour, width=width, joint="curve")
    for end in (steady[0], steady[-1]):
        disc(draw, end, width / 2, colour)


def letters(
    draw: ImageDraw.ImageDraw, place: Point, text: str, size: float, colour: Colour, anchor: str = "mm"
) -> None:
    """Words; ``anchor`` is which point of them is at ``place``, as Pillow calls it."""
    draw.text(place, text, fill=colour, font=ImageFont.load_default(size), anchor=anchor)


def finished(picture: Image.Image) -> Image.Image:
    """The drawing in the size it is for."""
    return picture.reduce(FINE)


def jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()
