"""Things: a scarf that is being knitted, a state machine on a whiteboard, and a timetable on paper."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from math import cos, hypot, pi, sin
from random import Random
from time import gmtime

from PIL import Image, ImageDraw, ImageFilter

from chat.demo.drawings.strokes import (
    FINE,
    Colour,
    Point,
    disc,
    fade,
    finished,
    glow,
    jpeg,
    letters,
    mix,
    png,
    sketched,
)

DEEP: Colour = (22, 62, 104)
FOAM: Colour = (238, 240, 232)
INK: Colour = (40, 37, 33)
REEF: Colour = (0, 106, 112)
CORAL: Colour = (206, 74, 58)
MONDAY = date(2024, 11, 18)
"""Of the week in the timetable."""


def scarf() -> bytes:
    """The first rows of a year of tides: deep blue at low water, white at high water."""
    random = Random(11)  # noqa: S311  no two stitches are alike
    wide, high, columns, rows = 1100 * FINE, 800 * FINE, 40, 33
    picture = fade((wide, high), ((196, 168, 136), (178, 148, 116)))
    draw = ImageDraw.Draw(picture)
    for y in range(0, high, 150):
        draw.line([(0, y), (wide, y + 14)], fill=(166, 136, 104), width=6)
    left, top, step = wide * 0.14, high * 0.16, wide * 0.72 / columns
    shadow = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(shadow).rectangle(
        [left + 14, top, left + columns * step + 30, top + rows * step * 0.82 + 50], fill=120
    )
    picture.paste((60, 40, 26), (0, 0), shadow.filter(ImageFilter.BoxBlur(22)))
    for row in range(rows):
        tide = 0.5 + 0.5 * cos(row / 6.2 * pi) * (0.62 + 0.38 * sin(row / rows * pi))
        for column in range(columns):
            ripple = 0.12 * sin(column / columns * 4 * pi + row / 3)
            yarn = mix(DEEP, FOAM, min(1, max(0, tide + ripple)))
            _stitch(
                draw, (left + column * step, top + row * step * 0.82), step, mix(yarn, (0, 0, 0), random.random() * 0.1)
            )
    for x0, x1, colour in ((0.08, 0.9, (120, 78, 52)), (0.2, 0.97, (134, 90, 60))):
        level = top + (4 if x0 < 0.1 else -26)
        draw.line([(wide * x0, level), (wide * x1, level - 22)], fill=colour, width=26)
        disc(draw, (wide * x0, level), 34, mix(colour, (0, 0, 0), 0.2))
    return jpeg(finished(picture))


def _stitch(draw: ImageDraw.ImageDraw, place: Point, size: float, yarn: Colour) -> None:
    """A V of two loops, with a little shade between them and those below."""
    x, y = place
    for inner, outer in ((0.5, 0.06), (0.5, 0.94)):
        bottom, top = (x + inner * size, y + 1.15 * size), (x + outer * size, y + 0.1 * size)
        draw.line([bottom, top], fill=mix(yarn, (0, 0, 0), 0.35), width=round(size * 0.5))
        draw.line([bottom, top], fill=yarn, width=round(size * 0.36))
        for end in (bottom, top):
            disc(draw, end, size * 0.18, yarn)


STATES = {
    "at sea": (0.16, 0.3),
    "waiting": (0.47, 0.24),
    "moored": (0.8, 0.34),
    "loading": (0.72, 0.74),
    "leaving": (0.3, 0.72),
}
WAYS = (
    ("at sea", "waiting", "asks", REEF),
    ("waiting", "moored", "berth free", REEF),
    ("moored", "loading", "rope on", REEF),
    ("loading", "leaving", "tide is high", REEF),
    ("leaving", "at sea", "rope off", REEF),
    ("waiting", "leaving", "gives up", CORAL),
    ("moored", "leaving", "storm", CORAL),
)


def whiteboard() -> bytes:
    """The life of a ship, drawn twice and corrected once."""
    random = Random(4)  # noqa: S311  the hand that draws
    wide, high = 1280 * FINE, 850 * FINE
    picture = fade((wide, high), ((250, 251, 250), (236, 239, 240)))
    glow(picture, (wide * 0.22, high * 0.1), wide * 0.5, (255, 255, 255), 0.9)
    draw = ImageDraw.Draw(picture)
    size = (wide * 0.088, high * 0.085)
    for one, other, word, colour in WAYS:
        _way(draw, (wide, high), size, (STATES[one], STATES[other]), word, colour, random)
    for name, (x, y) in STATES.items():
        centre = (wide * x, high * y)
        ring = [
            (centre[0] + size[0] * cos(turn / 24 * pi), centre[1] + size[1] * sin(turn / 24 * pi)) for turn in range(51)
        ]
        draw.polygon(ring, fill=(252, 253, 252))
        sketched(draw, ring, INK, 9, random, shake=3)
        letters(draw, centre, name, 58, INK)
    letters(draw, (wide * 0.06, high * 0.11), "A ship is always in one of these", 74, INK, "lm")
    sketched(draw, [(wide * 0.06, high * 0.155), (wide * 0.5, high * 0.15)], CORAL, 8, random)
    letters(draw, (wide * 0.94, high * 0.93), "pencil only, please", 50, (120, 122, 124), "rm")
    draw.rectangle([0, 0, wide - 1, high - 1], outline=(176, 182, 186), width=26)
    return png(finished(picture))


def _way(
    draw: ImageDraw.ImageDraw,
    whole: Point,
    size: Point,
    ends: tuple[Point, Point],
    word: str,
    colour: Colour,
    random: Random,
) -> None:
    """An arrow from the rim of one state to that of another, with a word beside it."""
    (ax, ay), (bx, by) = ((x * whole[0], y * whole[1]) for x, y in ends)
    far = hypot((bx - ax) / size[0], (by - ay) / size[1])
    start = (ax + (bx - ax) / far * 1.14, ay + (by - ay) / far * 1.14)
    tip = (bx - (bx - ax) / far * 1.2, by - (by - ay) / far * 1.2)
    sketched(draw, [start, tip], colour, 9, random, shake=4)
    length = hypot(bx - ax, by - ay)
    dx, dy = (bx - ax) / length * 34, (by - ay) / length * 34
    for side in (-1, 1):
        sketched(
            draw, [(tip[0] - dx - side * dy * 0.7, tip[1] - dy + side * dx * 0.7), tip], colour, 9, random, shake=1
        )
    middle = ((start[0] + tip[0]) / 2 + dy * 1.5, (start[1] + tip[1]) / 2 - dx * 1.5)
    box = draw.textbbox(middle, word, font_size=48, anchor="mm")
    draw.rectangle([box[0] - 12, box[1] - 8, box[2] + 12, box[3] + 8], fill=(246, 248, 248))
    letters(draw, middle, word, 48, colour)


def timetable() -> bytes:
    """The upper half of the printed page, as it lies on a table."""
    wide, high = 1200 * FINE, 800 * FINE
    table = fade((wide, high), ((0, 104, 110), (0, 66, 74)))
    page = _page().crop((0, 0, 900 * FINE, 800 * FINE)).convert("RGBA")
    page = page.rotate(2.5, Image.Resampling.BILINEAR, expand=True)
    corner = (wide // 2 - page.width // 2, 60 * FINE)
    shadow = Image.new("L", (wide, high), 0)
    shadow.paste(150, (corner[0] + 12, corner[1] + 24), page.getchannel("A"))
    table.paste((0, 26, 30), (0, 0), shadow.filter(ImageFilter.BoxBlur(30)))
    table.paste(page, corner, page)
    return jpeg(finished(table))


def timetable_pdf() -> bytes:
    """The same to print."""
    out = BytesIO()
    page = finished(_page())
    when = gmtime(0)  # of now it would be another file each time
    page.save(out, "PDF", resolution=110, title="Tides at Porto", creationDate=when, modDate=when)
    return out.getvalue()


def _page() -> Image.Image:
    """One week of one port: big numbers, and the moon in the corner because it's pretty."""
    wide, high = 900 * FINE, 1060 * FINE
    page = Image.new("RGB", (wide, high), (253, 252, 248))
    draw = ImageDraw.Draw(page)
    margin = 70 * FINE
    letters(draw, (margin, 118 * FINE), "Porto", 84 * FINE, INK, "lm")
    letters(draw, (margin, 188 * FINE), "High and low water, 18 to 24 November", 27 * FINE, (112, 106, 98), "lm")
    moon = (wide - margin - 58 * FINE, 130 * FINE)
    disc(draw, moon, 58 * FINE, (243, 214, 142))
    disc(draw, (moon[0] + 26 * FINE, moon[1] - 12 * FINE), 50 * FINE, (253, 252, 248))
    columns = [margin + share * FINE for share in (0, 190, 345, 500)]
    for x, word in zip(columns, ("", "High", "Low", "High"), strict=True):
        letters(draw, (x, 258 * FINE), word, 25 * FINE, REEF, "lm")
    for day in range(7):
        y = (322 + day * 92) * FINE
        if day % 2 == 0:
            draw.rounded_rectangle([margin - 24 * FINE, y - 44 * FINE, wide - margin + 24 * FINE, y + 44 * FINE],
                                   14 * FINE, fill=(238, 244, 242))  # fmt: skip
        letters(draw, (columns[0], y), f"{MONDAY + timedelta(days=day):%a %d}", 34 * FINE, INK, "lm")
        for x, minutes in zip(columns[1:], (252, 625, 1001), strict=True):
            clock = minutes + day * 50 - (day % 3)
            letters(draw, (x, y), f"{clock // 60 % 24:02}:{clock % 60:02}", 44 * FINE, INK, "lm")
        letters(draw, (wide - margin, y), f"{3.9 - abs(day - 3) * 0.2:.1f} m", 30 * FINE, (112, 106, 98), "rm")
    letters(
        draw,
        (margin, high - 52 * FINE),
        "Times are local. Printed by the tide engine.",
        23 * FINE,
        (112, 106, 98),
        "lm",
    )
    return page
