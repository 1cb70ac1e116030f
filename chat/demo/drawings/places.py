"""Views: the harbour at two hours of one day, and Porto by night."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import pi, sin
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from chat.demo.drawings.strokes import FINE, Colour, Point, disc, fade, finished, glow, jpeg, mix

WIDTH, HEIGHT = 1200 * FINE, 800 * FINE
SHORE = 0.6
"""Where the water begins, from the top."""


class Hour(NamedTuple):
    """The light of an hour: the sky from above to the horizon, the sun and where it stands, and what is dark."""

    sky: Sequence[Colour]
    sun: Colour
    at: Point
    land: Colour
    boats: Sequence[Point]


DAWN = Hour(
    ((38, 70, 118), (92, 128, 168), (214, 170, 160), (250, 196, 140), (255, 222, 168)),
    *((255, 244, 214), (0.64, 0.5), (24, 62, 74), ((0.24, 0.8), (0.82, 0.7), (0.47, 0.655))),
)
DUSK = Hour(
    ((24, 24, 62), (66, 44, 104), (160, 70, 112), (232, 112, 92), (250, 166, 104)),
    *((255, 214, 150), (0.36, 0.545), (20, 28, 52), ((0.7, 0.82), (0.14, 0.69), (0.52, 0.66))),
)


def harbour(hour: Hour) -> bytes:
    """The harbour from the end of the pier."""
    random = Random(7)  # noqa: S311  where the waves are
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    shore = round(HEIGHT * SHORE)
    picture.paste(fade((WIDTH, shore), hour.sky))
    sun = (WIDTH * hour.at[0], HEIGHT * hour.at[1])
    glow(picture, sun, WIDTH * 0.5, hour.sun, 0.55)
    draw = ImageDraw.Draw(picture)
    disc(draw, sun, WIDTH * 0.036, hour.sun)
    _hills(draw, shore, hour)
    picture.paste(_water(picture, shore, hour, sun[0], random), (0, shore))
    draw = ImageDraw.Draw(picture)
    for x, y in hour.boats:
        _boat(draw, (WIDTH * x, HEIGHT * y), (y - 0.58) * 0.9 * HEIGHT, hour)
    _pier(draw, hour.land)
    return jpeg(finished(picture))


def _hills(draw: ImageDraw.ImageDraw, shore: int, hour: Hour) -> None:
    """Three ranges; what is further away is as pale as the sky there."""
    for rank, (height, waves, haze) in enumerate(((0.15, 1.3, 0.72), (0.105, 2.1, 0.45), (0.055, 3.4, 0.15))):
        ridge = [
            (x, shore - HEIGHT * height * (0.55 + 0.3 * sin(waves * x / WIDTH * 2 * pi + rank * 2)
                                           + 0.15 * sin(waves * 2.7 * x / WIDTH * 2 * pi + rank)))
            for x in range(0, WIDTH + 16, 16)
        ]  # fmt: skip
        draw.polygon([(0, shore), *ridge, (WIDTH, shore)], fill=mix(hour.land, hour.sky[-2], haze))


def _water(picture: Image.Image, shore: int, hour: Hour, sun: float, random: Random) -> Image.Image:
    """What is above it once more, upside down, darker, and broken by waves; and the way of the sun across it."""
    deep = HEIGHT - shore
    above = picture.crop((0, shore - deep * 2 // 3, WIDTH, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = above.resize((WIDTH, deep)).filter(ImageFilter.BoxBlur(10))
    water = Image.blend(water, fade((WIDTH, deep), (hour.sky[-2], hour.sky[1], hour.land)), 0.5)
    draw = ImageDraw.Draw(water, "RGBA")
    for _ in range(420):
        near = random.random() ** 1.6
        y = near * deep
        at_sun = random.random() < 0.5
        spread = WIDTH * (0.012 + 0.05 * near)
        x = random.gauss(sun, spread) if at_sun else random.uniform(0, WIDTH)
        half, thick = WIDTH * (0.008 + 0.03 * near) * random.uniform(0.4, 1), max(2, round(7 * near + 2))
        colour = hour.sun if at_sun else mix(hour.land, hour.sky[1], 0.3)
        draw.ellipse([x - half, y - thick / 2, x + half, y + thick / 2], fill=(*colour, 150 if at_sun else 60))
    return water


def _boat(draw: ImageDraw.ImageDraw, place: Point, size: float, hour: Hour) -> None:
    x, y = place
    hull = mix(hour.land, (0, 0, 0), 0.35)
    sail = mix(hour.sun, hour.sky[2], 0.25)
    shade = mix(sail, hour.land, 0.3)
    draw.polygon([(x, y - 1.75 * size), (x, y - 0.22 * size), (x + 0.72 * size, y - 0.22 * size)], fill=sail)
    draw.polygon([(x - 0.07 * size, y - 1.5 * size), (x - 0.07 * size, y - 0.22 * size),
                  (x - 0.5 * size, y - 0.22 * size)], fill=shade)  # fmt: skip
    draw.line([(x - 0.03 * size, y - 1.85 * size), (x - 0.03 * size, y)], fill=hull, width=max(3, round(size * 0.04)))
    draw.polygon([(x - 0.75 * size, y - 0.14 * size), (x + 0.85 * size, y - 0.14 * size),
                  (x + 0.55 * size, y + 0.14 * size), (x - 0.5 * size, y + 0.14 * size)], fill=hull)  # fmt: skip


def _pier(draw: ImageDraw.ImageDraw, land: Colour) -> None:
    wood = mix(land, (0, 0, 0), 0.45)
    top = HEIGHT * 0.9
    draw.polygon([(0, top), (WIDTH * 0.31, top + 10), (WIDTH * 0.34, top + 46), (0, top + 50)], fill=wood)
    for x in (0.035, 0.125, 0.215, 0.3):
        draw.rectangle([WIDTH * x, top - HEIGHT * 0.045, WIDTH * x + 30, HEIGHT], fill=wood)
    draw.line([(0, top - 52), (WIDTH * 0.3, top - 52)], fill=wood, width=8)


def bridge() -> bytes:
    """The bridge of Porto at spring tide, with the moon in it."""
    random = Random(29)  # noqa: S311  where stars and windows are
    sky: Sequence[Colour] = ((10, 16, 38), (18, 32, 64), (34, 60, 96), (58, 92, 122))
    land: Colour = (9, 18, 30)
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    shore = round(HEIGHT * 0.7)
    picture.paste(fade((WIDTH, shore), sky))
    draw = ImageDraw.Draw(picture)
    for _ in range(150):
        star = (random.uniform(0, WIDTH), random.uniform(0, shore * 0.75))
        disc(draw, star, random.choice((2, 2, 3)), mix(sky[1], (255, 255, 255), random.uniform(0.3, 0.9)))
    moon = (WIDTH * 0.52, HEIGHT * 0.475)
    glow(picture, moon, WIDTH * 0.34, (226, 232, 220), 0.6)
    _moon(draw, moon, WIDTH * 0.058)
    _banks(draw, shore, land, random)
    _span(draw, shore, land)
    deep = HEIGHT - shore
    above = picture.crop((0, shore - deep, WIDTH, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = Image.blend(above.filter(ImageFilter.BoxBlur(9)), Image.new("RGB", above.size, (16, 34, 58)), 0.45)
    light = ImageDraw.Draw(water, "RGBA")
    for _ in range(170):
        near = random.random()
        x, y = random.gauss(moon[0], WIDTH * (0.014 + 0.03 * near)), near * deep
        half = WIDTH * (0.006 + 0.02 * near) * random.uniform(0.4, 1)
        light.ellipse([x - half, y - 3, x + half, y + 3 + 4 * near], fill=(240, 238, 214, 130))
    picture.paste(water, (0, shore))
    return jpeg(finished(picture))


def _moon(draw: ImageDraw.ImageDraw, centre: Point, radius: float) -> None:
    face: Colour = (246, 242, 222)
    disc(draw, centre, radius, face)
    for x, y, size in (
        (-0.35, -0.2, 0.26),
        (0.2, -0.42, 0.17),
        (0.1, 0.28, 0.3),
        (0.52, 0.05, 0.13),
        (-0.3, 0.45, 0.14),
    ):
        disc(draw, (centre[0] + x * radius, centre[1] + y * radius), size * radius, mix(face, (150, 156, 160), 0.3))


def _banks(draw: ImageDraw.ImageDraw, shore: int, land: Colour, random: Random) -> None:
    """Houses on both sides, lower towards the water."""
    for rank in range(68):
        share = random.random()
        x = WIDTH * 0.2 * share
        tall = HEIGHT * (0.05 + 0.3 * (1 - share) + random.uniform(0, 0.04))
        wide = WIDTH * random.uniform(0.022, 0.04)
        place = (x if rank % 2 else WIDTH - x, shore)
        _house(draw, place, (wide, tall), mix(land, (40, 62, 88), rank / 160), random)


def _house(draw: ImageDraw.ImageDraw, place: Point, size: Point, wall: Colour, random: Random) -> None:
    """A house that stands there, with a light on in some of its windows."""
    (x, ground), (wide, tall) = place, size
    eaves = ground - tall
    draw.rectangle([x - wide / 2, eaves, x + wide / 2, ground], fill=wall)
    roof = [(x - wide * 0.6, eaves), (x, eaves - wide * 0.45), (x + wide * 0.6, eaves)]
    draw.polygon(roof, fill=mix(wall, (70, 40, 40), 0.25))
    for _ in range(2):
        left, up = x + random.uniform(-0.35, 0.2) * wide, ground - tall * random.uniform(0.1, 0.9)
        draw.rectangle([left, up, left + 11, up + 16], fill=mix((255, 206, 120), wall, random.random() * 0.5))


def _span(draw: ImageDraw.ImageDraw, shore: int, iron: Colour) -> None:
    """Two decks and the arch between them."""
    upper, lower = HEIGHT * 0.335, HEIGHT * 0.63
    left, right, rise = WIDTH * 0.16, WIDTH * 0.84, shore - upper - 8

    def arch(x: float, scale: float = 1) -> float:
        share = (x - left) / (right - left) * 2 - 1
        return shore - rise * scale * (1 - share * share)

    steps = [left + (right - left) * step / 48 for step in range(49)]
    for scale in (1, 0.86):
        draw.line([(x, arch(x, scale)) for x in steps], fill=iron, width=14)
    for x, following in pairwise(steps):
        draw.line([(x, arch(x)), (following, arch(following, 0.86))], fill=iron, width=5)
        draw.line([(x, arch(x, 0.86)), (following, arch(following))], fill=iron, width=5)
    for x in steps[::4]:
        draw.line([(x, upper), (x, arch(x))], fill=iron, width=8)
        if arch(x, 0.86) < lower:
            draw.line([(x, arch(x, 0.86)), (x, lower)], fill=iron, width=6)
    for deck, thick in ((upper, 26), (lower, 20)):
        draw.rectangle([0, deck - thick, WIDTH, deck], fill=iron)
        for lamp in range(0, WIDTH, WIDTH // 18):
            disc(draw, (lamp + 40, deck - thick - 16), 8, (255, 220, 150))
