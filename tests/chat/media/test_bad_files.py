"""What people should not send: refused in a sentence, or made harmless, and never served as what it pretends to be."""

import gzip
import os
import re
import signal
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat.exceptions import ChatError
from chat.media import developing
from chat.media.darkroom import Darkroom
from chat.media.names import clean_name
from chat.models import Attachment
from tests.chat.media import samples
from tests.chat.media.sending import post_file, uploaded

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


def zip_of(name: str, content: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "nothing.png", 400, "empty_file"),
        (samples.HTML, "cat.jpg", 415, "unsupported_file"),
        (b"\n  <html><body onload=alert(1)>", "page.txt", 415, "unsupported_file"),
        (samples.SVG, "drawing.svg", 415, "unsupported_file"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "setup.pdf", 415, "unsupported_file"),
        (b"\x7fELF\x02\x01\x01\x00", "photo.png", 415, "unsupported_file"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heic", "IMG_1.HEIC", 415, "unsupported_file"),
        (samples.picture(800, 600)[:400], "torn.png", 422, "broken_picture"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "noise.jpg", 422, "broken_picture"),
        (samples.flood(), "flood.png", 422, "too_many_pixels"),
        (samples.animation(1_000, 4), "long.gif", 422, "too_many_frames"),
        (samples.picture(4000, 3300, "WEBP", lossless=True, quality=0, method=0), "heavy.webp", 422, "too_heavy"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_a_sentence(
    content: bytes, name: str, status: int, code: str, alice: User, api_for: ApiFor
) -> None:
    answer = post_file(api_for(alice), content, name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".") and len(answer.json()["detail"]) > 20
    assert not Attachment.objects.exists()


def test_what_is_too_large_is_refused(alice: User, api_for: ApiFor, settings: Settings) -> None:
    settings.UPLOAD_BYTES = 1024 * 1024
    answer = post_file(api_for(alice), samples.PDF + bytes(1024 * 1024), "large.pdf")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "at most 1.0 MB" in answer.json()["detail"]


def test_nothing_but_the_picture_is_stored(alice: User, api_for: ApiFor, client_for: ClientFor) -> None:
    upload = uploaded(api_for(alice), samples.photo(800, 600), "IMG_0001.JPG")
    assert (upload["width"], upload["height"]) == (600, 800)  # as it was held
    for address in (upload["url"], upload["sources"][0]["url"]):
        stored = client_for(alice).get(address).content
        assert samples.webp_chunks(stored) <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
        assert samples.SECRET not in stored
        shown = Image.open(BytesIO(stored)).convert("RGB")
        top, bottom = shown.getpixel((150, 5)), shown.getpixel((150, shown.height - 6))
        assert isinstance(top, tuple) and isinstance(bottom, tuple)
        assert top[0] < 40 and bottom[0] > 210


def test_an_animation_stays_one(alice: User, api_for: ApiFor, client_for: ClientFor) -> None:
    for form in ("GIF", "WEBP", "PNG"):
        upload = uploaded(api_for(alice), samples.animation(6, 700, form), f"dance.{form}")
        assert (upload["animated"], upload["sources"]) == (True, [])
        kept = Image.open(BytesIO(client_for(alice).get(upload["url"]).content))
        assert getattr(kept, "n_frames", 1) == 6
        assert max(kept.size) <= developing.LARGEST_ANIMATED


def test_two_things_in_one_file_are_one_thing_afterwards(alice: User, api_for: ApiFor, client_for: ClientFor) -> None:
    """A GIF that is a script, and a picture that is an archive."""
    script = b"GIF89a/*" + samples.animation(1)[8:] + b"*/=1;alert(1)//"
    for content, name in ((script, "script.gif"), (samples.picture() + zip_of("a.txt", samples.SECRET), "both.png")):
        answer = post_file(api_for(alice), content, name)
        if answer.status_code == 201:
            stored = client_for(alice).get(answer.json()["url"]).content
            assert b"alert" not in stored and b"PK\x03\x04" not in stored
            assert samples.webp_chunks(stored)
        else:
            assert answer.json()["code"] == "broken_picture"


@pytest.mark.parametrize(
    ("content", "name", "kept", "type_"),
    [
        (samples.PDF, "cat.jpg", "cat.pdf", "application/pdf"),
        (gzip.compress(bytes(10_000_000)), "bomb.gz", "bomb.gz", "application/gzip"),
        (zip_of("bomb.bin", bytes(10_000_000)), "bomb.html", "bomb.zip", "application/zip"),
        (zip_of("word/document.xml", b""), "report.docx", "report.zip", "application/zip"),
        (samples.TEXT, "run.bat", "run.txt", "text/plain"),
        (b"a,b\n1,2\n", "table.csv", "table.csv", "text/plain"),
    ],
)
def test_files_are_what_they_are_and_only_for_saving(
    content: bytes, name: str, kept: str, type_: str, alice: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    upload = uploaded(api_for(alice), content, name)
    assert (upload["name"], upload["type"], upload["kind"]) == (kept, type_, "file")
    answer = client_for(alice).get(upload["url"])
    headers = answer.headers
    assert answer.content == content
    assert headers["Content-Disposition"] == f'attachment; filename="{kept}"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\r\u00e9sum\u0065\u0301.pdf", "résumé.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("...", "file.pdf"),
        ("\u200b\u2066", "file.pdf"),
        ("Report 2.1", "Report 2.1.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("😀" * 200 + ".pdf", "😀" * 59 + ".pdf"),
    ],
)
def test_names_can_be_shown_and_saved(name: str, kept: str) -> None:
    assert clean_name(name, extension="pdf", otherwise="file") == kept


def test_pictures_and_sound_are_shown_in_place_and_in_ranges(
    alice: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    client = client_for(alice)
    upload = uploaded(api_for(alice), samples.WEBM, "clip.webm")
    url, size = upload["url"], len(samples.WEBM)
    whole = client.get(url)
    tag = whole.headers["ETag"]
    assert whole.headers["Content-Disposition"] == 'inline; filename="clip.webm"'
    assert (whole.headers["Cache-Control"], whole.headers["Accept-Ranges"]) == ("private, no-cache", "bytes")
    assert client.get(upload["download"]).headers["Content-Disposition"].startswith("attachment")
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.head(url).headers["Content-Length"] == str(size)

    def part(asked: str, **headers: str) -> tuple[int, bytes, str]:
        answer = client.get(url, headers={"Range": asked, **headers})
        return answer.status_code, answer.content, answer.headers.get("Content-Range", "")

    assert part("bytes=10-19") == (206, samples.WEBM[10:20], f"bytes 10-19/{size}")
    assert part("bytes=-5") == (206, samples.WEBM[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert part(f"bytes={size - 3}-99999") == (206, samples.WEBM[-3:], f"bytes {size - 3}-{size - 1}/{size}")
    assert part(f"bytes={size}-")[0::2] == (416, f"bytes */{size}")
    assert part("bytes=10-19", **{"If-Range": tag})[0] == 206
    for nonsense in ("bytes=20-10", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6"):
        assert part(nonsense) == (200, samples.WEBM, "")
    assert part("bytes=10-19", **{"If-Range": '"another"'})[0] == 200


@pytest.mark.parametrize("mode", ["RGBA", "I;16"])
def test_a_large_picture_is_held_once_while_it_is_made_smaller(mode: str) -> None:
    """Of 14 million pixels: 4 bytes each, and what the process itself and the smaller ones take."""
    grey = Image.linear_gradient("L").resize((5200, 2600))
    large = Image.merge("RGBA", [grey] * 4) if mode == "RGBA" else grey.convert("I").point(lambda dark: dark * 257)
    file = BytesIO()
    large.convert(mode).save(file, "PNG", compress_level=1)
    file.seek(0)
    room = Darkroom(seconds=120)
    try:
        developed = room.develop(file, {"as": "picture"}, size=len(file.getbuffer()))
        most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{room.pid}/status").read_text())
    finally:
        room.close()
    assert most is not None and int(most[1]) < 125 * 1024
    shown = Image.open(BytesIO(developed.parts["320"])).convert("RGBA")
    assert shown.size == (320, 160)
    top, middle, bottom = (shown.getpixel((160, y)) for y in (2, 80, 157))
    assert isinstance(top, tuple) and isinstance(middle, tuple) and isinstance(bottom, tuple)
    seen = 3 if mode == "RGBA" else 0  # the same slope is in its opacity
    assert top[seen] < 30 and 100 < middle[seen] < 155 and bottom[seen] > 225


def test_a_picture_that_ends_the_decoder_or_takes_for_ever_harms_nobody_else() -> None:
    darkroom = Darkroom(seconds=30)
    good = samples.picture()
    try:
        assert darkroom.develop(BytesIO(good), {"as": "picture"}, size=len(good)).told["width"] == 64
        first = darkroom.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert darkroom.develop(BytesIO(good), {"as": "picture"}, size=len(good)).told["width"] == 64
        second = darkroom.pid
        assert second is not None and second != first
        os.kill(second, signal.SIGSTOP)  # it hangs
        darkroom._seconds = 0.2
        with pytest.raises(ChatError) as refused:
            darkroom.develop(BytesIO(good), {"as": "picture"}, size=len(good))
        assert refused.value.code == "broken_picture"
        darkroom._seconds = 30
        assert darkroom.develop(BytesIO(good), {"as": "picture"}, size=len(good)).told["width"] == 64
    finally:
        darkroom.close()
