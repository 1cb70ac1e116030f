"""Pictures to send where pictures are to be seen: drawn when they are asked for, so that none is kept."""

from io import BytesIO

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

SUN: Colour = (255, 240, 205)


def landscape(sky: Colour, horizon: Colour, land: Colour, *, width: int = 1600, height: int = 1200) -> bytes:
    """A sun above two hills, as a JPEG."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        share = y / height
        line = tuple(round(a + (b - a) * share) for a, b in zip(sky, horizon, strict=True))
        draw.line([(0, y), (width, y)], fill=line)
    side = width // 7
    draw.ellipse([width * 0.62, height * 0.16, width * 0.62 + side, height * 0.16 + side], fill=SUN)
    draw.polygon([(0, height), (width * 0.3, height * 0.5), (width * 0.62, height)], fill=land)
    darker = tuple(round(part * 0.75) for part in land)
    draw.polygon([(width * 0.35, height), (width * 0.7, height * 0.6), (width, height)], fill=darker)
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


DAWN = ((90, 120, 200), (250, 190, 140), (40, 70, 90))
DUSK = ((40, 22, 92), (240, 120, 92), (36, 60, 84))
NOON = ((22, 140, 160), (228, 240, 204), (28, 92, 88))
