"""The inside of the darkroom: a process of its own, in which pictures of strangers are decoded and encoded anew.

It knows nothing of Django, has no secrets in its environment, can write no files, and may take only so much memory.
`chat.media.darkroom` starts it with ``python -I`` on this file, and talks to it through its standard input and output:
a length, JSON of that length, and the bytes that it tells of.

A picture comes out as WebP in a few widths, upright and in sRGB, with nothing else in it: no EXIF, no place, no
profile, and nothing that somebody hid behind it.
"""

import json
import os
import resource
import signal
import sys
from base64 import b64encode
from contextlib import suppress
from io import BytesIO
from math import ceil
from typing import IO, Any

from PIL import Image, ImageCms, ImageOps

MEMORY = 400 * 1024 * 1024
"""Bytes of address space, which nothing should come to: what would is refused before it is decoded."""

MOST_DECODED = 192 * 1024 * 1024
"""Bytes that a picture may take while it is decoded, which is the most that is held of it at once, with a quarter of
that for the same made smaller."""

MOST_BYTES = 64 * 1024 * 1024
"""Of a file; it is there as a whole."""

WEIGHTS = {"WEBP": 16, "AVIF": 12}
"""Bytes a pixel, with all that these decoders keep beside the picture (measured); it is 4 for all others."""

NICENESS = 10

MOST_PIXELS = 50_000_000
LARGEST = 2560
"""Pixels of the longer side that are kept."""

WIDTHS = (320, 640, 1280)
QUALITY = 80
SHARP_QUALITY = 90
"""For PNG, which is what screens are shot in: text shows each artefact."""

MOST_FRAMES = 300
MOST_COMING = 500_000_000
"""Pixels of all frames of an animation together, as it comes,"""

MOST_ANIMATED = 24_000_000
"""and as it is kept."""

LARGEST_ANIMATED = 640
SHORTEST_FRAME = 20  # milliseconds; browsers show what is faster with 100

PLACEHOLDER = 24
LONGEST_PLACEHOLDER = 400  # characters

PLAIN = {"RGB", "RGBA", "L", "CMYK"}
BAND = 64
"""Rows of a picture that are worked on at once."""

ORIENTATION = 0x0112
TURNED = {5, 6, 7, 8}
"""How a camera says that it was held on its side."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
ANIMATED_FORMATS = {"PNG", "WEBP", "GIF", "AVIF"}  # not the second picture of a JPEG, which cameras put there

Part = tuple[str, bytes]
Box = tuple[float, float, float, float]
Answer = tuple[dict[str, Any], list[Part]]

# As fast as possible for what nobody looks at closely.
_EFFORT = {"method": 4}
_LITTLE_EFFORT = {"method": 2}

_SRGB = ImageCms.createProfile("sRGB")


class RefusedError(Exception):
    """A picture that is not taken; the text is the code of the refusal."""


def develop(data: bytes, order: dict[str, Any]) -> Answer:
    """Decode one picture and encode it anew, as a picture in a message or as a square. Raises ``RefusedError``."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedError("too_many_pixels")
            if order["as"] == "square":
                return _square(image, order)
            if order["as"] == "thumbnail":
                return _thumbnail(image, order["largest"])
            if image.format in ANIMATED_FORMATS and getattr(image, "n_frames", 1) > 1:
                return _animation(image)
            return _still(image)
    except MemoryError:
        raise RefusedError("too_heavy") from None
    except RefusedError:
        raise
    except Exception:  # whatever is wrong with it, a decoder may stumble over it in any way
        raise RefusedError("broken_picture") from None


def _still(image: Image.Image) -> Answer:
    quality = SHARP_QUALITY if image.format == "PNG" else QUALITY
    _prepare(image, LARGEST / max(image.size))
    main = _upright(image, LARGEST)
    parts = [("main", _webp(main, quality=quality, **_EFFORT))]
    smaller = main
    sources: list[int] = []
    for width in sorted(WIDTHS, reverse=True):
        if width < main.width:
            smaller = smaller.resize((width, max(1, round(main.height * width / main.width))), Image.Resampling.BICUBIC)
            parts.append((str(width), _webp(smaller, quality=quality, **_LITTLE_EFFORT)))
            sources.insert(0, width)
    return {**_size(main), "animated": False, "sources": sources, "placeholder": _placeholder(smaller)}, parts


def _thumbnail(image: Image.Image, largest: int) -> Answer:
    """One small picture, of an animation the first frame."""
    _prepare(image, largest / max(image.size))
    small = _upright(image, largest)
    return {**_size(small), "placeholder": _placeholder(small)}, [("main", _webp(small, quality=QUALITY, **_EFFORT))]


def _animation(image: Any) -> Answer:
    frames = image.n_frames
    if frames > MOST_FRAMES:
        raise RefusedError("too_many_frames")
    _prepare(image)
    if frames * image.width * image.height > MOST_COMING:
        raise RefusedError("too_many_pixels")
    scale = min(
        1, LARGEST_ANIMATED / max(image.size), (MOST_ANIMATED / (frames * image.width * image.height)) ** 0.5
    )  # fmt: skip
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    kept, durations = [], []
    for number in range(frames):
        image.seek(number)
        frame = image.convert("RGBA")
        kept.append(frame if frame.size == size else frame.resize(size, Image.Resampling.BILINEAR))
        milliseconds = int(image.info.get("duration") or 0)
        durations.append(milliseconds if milliseconds >= SHORTEST_FRAME else 100)
    first = kept[0]
    first.info = {}
    main = _webp(
        first, quality=70, method=0, save_all=True, append_images=kept[1:], duration=durations,
        loop=int(image.info.get("loop", 0)),
    )  # fmt: skip
    return {**_size(first), "animated": True, "sources": [], "placeholder": _placeholder(first)}, [("main", main)]


def _square(image: Image.Image, order: dict[str, Any]) -> Answer:
    """The square that somebody chose, in the picture's own pixels once it is upright, or its middle."""
    sizes = order["sizes"]
    wide, high = reversed(image.size) if image.getexif().get(ORIENTATION, 1) in TURNED else image.size
    least = min(wide, high)
    x, y, size = order.get("crop") or ((wide - least) // 2, (high - least) // 2, least)
    if size < 1 or x < 0 or y < 0 or x + size > wide or y + size > high:
        raise RefusedError("crop_outside")
    share = min(1, 2 * sizes[0] / size)  # of its pixels not many more are needed than are kept
    _prepare(image, share)
    upright = _upright(image, ceil(max(wide, high) * share))
    share = upright.width / wide
    chosen = (x * share, y * share, (x + size) * share, (y + size) * share)
    squares = [_cut(upright, chosen, size) for size in sizes]
    parts = [(str(size), _webp(square, quality=85, **_EFFORT)) for size, square in zip(sizes, squares, strict=True)]
    return _size(squares[0]), parts


def _cut(image: Image.Image, box: Box, size: int) -> Image.Image:
    """What is in the box, as a square of so many pixels."""
    left, top, right, bottom = int(box[0]), int(box[1]), ceil(box[2]), ceil(box[3])
    around = image.crop((left, top, min(right, image.width), min(bottom, image.height)))
    inside = (box[0] - left, box[1] - top, min(box[2] - left, around.width), min(box[3] - top, around.height))
    return around.resize((size, size), Image.Resampling.LANCZOS, box=inside)


def _prepare(image: Image.Image, share: float = 1) -> None:
    """Have a JPEG decoded smaller, where ``share`` of each side is enough, and refuse what takes too much to decode."""
    pixels = image.width * image.height
    weight = pixels * WEIGHTS.get(image.format or "", 4)
    if image.format in {"JPEG", "MPO"}:
        # A progressive one is put together from all of it, however small it is wanted.
        together = 2 * pixels * getattr(image, "layers", 4) if image.info.get("progressive") else 0
        if share < 1:
            image.draft("RGB", (max(1, int(image.width * share)), max(1, int(image.height * share))))
        weight = 4 * image.width * image.height + together
    if weight > MOST_DECODED:
        raise RefusedError("too_heavy")


def _upright(image: Image.Image, largest: int) -> Image.Image:
    """The picture as one looks at it: turned as its camera was held, in sRGB, and nothing but pixels."""
    image.load()
    profile, exif = image.info.get("icc_profile"), image.getexif()
    ratio = max(image.size) / largest
    factor = max(2, int(ratio / 2)) if ratio >= 2 else 1
    if factor > 1 or image.mode not in PLAIN or ("transparency" in image.info and image.mode != "RGBA"):
        whole, image = image, _in_bands(image, factor)
        whole.close()  # the decoded picture is there once, and from here on not any more
        image.getexif().update(exif)
    if max(image.size) > largest:
        image.thumbnail((largest, largest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    ImageOps.exif_transpose(image, in_place=True)
    image = _in_srgb(image, profile)
    image.info = {}
    return image


def _in_bands(image: Image.Image, factor: int) -> Image.Image:
    """The same in a plain mode, smaller by a whole factor, made a few rows at a time: it is never there twice."""
    has_alpha = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    mode = "RGBA" if has_alpha else image.mode if image.mode in PLAIN else "RGB"
    whole = Image.new(mode, (ceil(image.width / factor), ceil(image.height / factor)))
    for top in range(0, image.height, BAND * factor):
        band = image.crop((0, top, image.width, min(top + BAND * factor, image.height)))
        if band.mode.startswith("I"):
            band = band.point(lambda value: value / 256).convert("L")  # 16 bits of grey
        plain = band if band.mode == mode else band.convert(mode)
        whole.paste(plain.reduce(factor) if factor > 1 else plain, (0, top // factor))
    return whole


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    wanted = "RGBA" if image.mode in {"RGBA", "LA"} else "RGB"
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError):  # of no use: as if there were none
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(given):
                turned = ImageCms.profileToProfile(image, given, _SRGB, outputMode=wanted)
                return turned if turned is not None else image.convert(wanted)
    return image if image.mode == wanted else image.convert(wanted)


def _webp(image: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", **options)
    return out.getvalue()


def _placeholder(image: Image.Image) -> str:
    """A few pixels to show until the picture is there, as an address that has them in it."""
    small = image.copy()
    side = PLACEHOLDER
    while True:
        small.thumbnail((side, side))
        address = f"data:image/webp;base64,{b64encode(_webp(small, quality=20, method=4)).decode()}"
        if len(address) <= LONGEST_PLACEHOLDER or side <= 4:
            return address if len(address) <= LONGEST_PLACEHOLDER else ""
        side -= 4


def _size(image: Image.Image) -> dict[str, int]:
    return {"width": image.width, "height": image.height}


# The way in and out


def read_exactly(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes; raises ``EOFError`` where there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def read_head(stream: IO[bytes]) -> dict[str, Any]:
    """Read the JSON that stands before the bytes."""
    size = int.from_bytes(read_exactly(stream, 4), "big")
    head: dict[str, Any] = json.loads(read_exactly(stream, size))
    return head


def write_head(stream: IO[bytes], head: dict[str, Any]) -> None:
    text = json.dumps(head).encode()
    stream.write(len(text).to_bytes(4, "big") + text)


def main() -> None:
    """Develop what comes until nothing more comes."""
    _bind()
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, BrokenPipeError):
        while True:
            order = read_head(incoming)
            data = read_exactly(incoming, order["size"])
            try:
                told, parts = develop(data, order)
            except RefusedError as refusal:
                told, parts = {"refused": str(refusal)}, []
            del data
            write_head(outgoing, {**told, "parts": [[name, len(content)] for name, content in parts]})
            for _name, content in parts:
                outgoing.write(content)
            outgoing.flush()


def _bind() -> None:
    """Give up what a decoder has no use for, whoever may come to command it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever started this ends it
    os.nice(NICENESS)
    Image.MAX_IMAGE_PIXELS = None  # they are counted above, before anything is decoded
    Image.init()  # it reads files of its own, and cannot once it may open none
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
