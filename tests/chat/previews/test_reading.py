"""What a page says of itself."""

import pytest

from chat.previews.fetching import MOST_BYTES, Fetched
from chat.previews.reading import clean, read
from tests.chat.previews.web import PAGE


def page(content: str | bytes, charset: str = "utf-8") -> Fetched:
    data = content if isinstance(content, bytes) else content.encode()
    return Fetched("https://www.rivers.example/a/b", "text/html", charset, data)


def test_a_page_says_what_it_is_in_its_head() -> None:
    reading = read(page(PAGE))
    assert reading == ('A "quiet" river', "It flows.", "Rivers of the world", "https://www.rivers.example/river.png")
    assert read(page("<title> Only\n a title </title>")) == ("Only a title", "", "rivers.example", "")
    assert read(page("<p>nothing</p>")) is None
    assert read(page("<body><title>too late</title>")) is None
    assert read(page('<meta charset="latin-1"><title>Fl\xfcsse</title>'.encode("latin-1"), ""))[0] == "Flüsse"  # type: ignore[index]
    assert read(page("<title>x</title>", "no-such-charset"))[0] == "x"  # type: ignore[index]


def test_what_a_page_says_is_text_and_short() -> None:
    assert clean("a\x00b\u202ec\u200bd\ud800\n e", 100) == "abcd e"
    assert len(clean("word " * 1000, 50)) <= 50
    reading = read(page("<title><script>alert(1)</script></title><meta property=og:title content='&lt;b>bold'>"))
    assert reading is not None
    assert reading.title == "<b>bold"  # escaped where it is drawn, as all text is


@pytest.mark.parametrize(
    "nasty",
    [
        "<meta " * 90_000,
        "<meta a='" * 60_000,
        "<title" * 90_000,
        "<meta a=" + "b=" * 250_000,
        f"<meta {'a' * 500_000}>",
    ],
)
def test_pages_made_to_keep_us_busy_do_not(nasty: str) -> None:
    assert read(page(nasty[:MOST_BYTES])) is None
