"""What is fetched for a preview, and what never is."""

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import pytest

from accounts.internet import is_public
from chat.previews.fetching import MOST_BYTES, Fetcher, FetchError, resolve
from tests.chat.previews.web import HTML, PAGE, Web, on_loopback, redirect


def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url, types=HTML)
    return str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0", "localhost", "10.0.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "172.16.0.1"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
        *(
            "[2002:7f00:1::]",
            "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
            "[fe80::1]",
            "[fec0::1]",
            "[fc00::1]",
            "[ff02::1]",
        ),
    ],
)
def test_nothing_but_the_public_internet_is_asked(host: str) -> None:
    assert refusal(Fetcher(), f"http://{host}/") in {
        "its host is none of the public internet",
        "its host is not found",  # where the system cannot even read it
    }


def test_public_addresses_may_be_asked() -> None:
    assert all(is_public(ip_address(text)) for text in ("93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"))


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "http://", "//example.com", "http://[::1"),
        *("http://user:secret@example.com/", "http://example.com:22/", "https://example.com:80/"),
        *("http://example.com:99999/", f"http://example.com/{'a' * 2000}"),
    ],
)
def test_what_is_no_page_of_the_web_is_not_even_resolved(url: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError(host)

    assert refusal(Fetcher(resolve=never), url)


def test_redirects_are_looked_at_like_links(web: Web) -> None:
    web.pages = {
        "/a": redirect("/b"),
        "/b": redirect(f"{web.url}/c"),
        "/c": redirect("/d"),
        "/d": PAGE,
        "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        "/inside": redirect("http://10.0.0.1/"),
        "/file": redirect("file:///etc/passwd"),
        "/round": redirect("/round"),
    }
    assert on_loopback().fetch(f"{web.url}/a", types=HTML).url == f"{web.url}/d"
    for path in ("/metadata", "/inside"):
        assert refusal(on_loopback(), web.url + path) == "its host is none of the public internet"
    assert refusal(on_loopback(), f"{web.url}/file") == "no address of a page"
    assert refusal(on_loopback(), f"{web.url}/round") == "too many redirects"
    assert sum(line.endswith("/round") for line in web.asked) == 4


def test_a_name_that_answers_otherwise_the_second_time_is_not_asked_twice(web: Web) -> None:
    """The address that was looked at is the one that is connected to, in the name of the host."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    port = int(web.url.rpartition(":")[2])
    fetcher = on_loopback(resolve=lambda host, port: answers.pop(0))
    web.pages = {"/": PAGE, "/again": redirect("/")}
    assert fetcher.fetch(f"http://rebinding.example:{port}/", types=HTML).content
    assert web.asked == [f"rebinding.example:{port} /"]
    assert answers == [["10.0.0.1"]]
    answers.insert(0, ["127.0.0.1"])
    assert refusal(fetcher, f"http://rebinding.example:{port}/again") == "its host is none of the public internet"
    mixed = on_loopback(resolve=lambda host, port: ["127.0.0.1", "10.0.0.1"])
    assert refusal(mixed, f"http://mixed.example:{port}/") == "its host is none of the public internet"


def test_what_drips_or_never_ends_or_is_something_else_is_given_up(web: Web) -> None:
    sent: list[int] = []

    def drip_body(handler: Any) -> None:
        handler.say(200)
        while True:
            handler.wfile.write(b".")
            time.sleep(0.02)

    def drip_head(handler: Any) -> None:
        while True:
            handler.wfile.write(b"X: y\r\n" if sent else b"HTTP/1.1 200 OK\r\n")
            handler.wfile.flush()
            sent.append(1)
            time.sleep(0.02)

    def silent(handler: Any) -> None:
        time.sleep(2)

    def endless(handler: Any) -> None:
        handler.say(200)
        while True:
            handler.wfile.write(b"<p>" * 100_000)

    web.pages = {
        "/drip-body": drip_body,
        "/drip-head": drip_head,
        "/silent": silent,
        "/endless": endless,
        "/picture": lambda handler: handler.say(200, b"x", Content_Type="image/png"),
        "/packed": lambda handler: handler.say(200, b"x", Content_Encoding="gzip"),
        "/missing": lambda handler: handler.say(404),
        "/broken": lambda handler: handler.wfile.write(b"what\r\n\r\n"),
    }
    quick = on_loopback(seconds=0.5)
    begin = time.monotonic()
    for path in ("/drip-head", "/silent", "/broken"):
        assert refusal(quick, web.url + path)
    with suppress(FetchError):
        assert len(quick.fetch(f"{web.url}/drip-body", types=HTML).content) < 1000  # what came by then
    assert time.monotonic() - begin < 20  # each of them would go on for ever
    assert len(on_loopback().fetch(f"{web.url}/endless", types=HTML).content) == MOST_BYTES
    assert refusal(on_loopback(), f"{web.url}/picture") == "it is image/png"
    assert refusal(on_loopback(), f"{web.url}/packed") == "it is packed"
    assert refusal(on_loopback(), f"{web.url}/missing") == "its server answers 404"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "does not answer" in refusal(quick, f"http://127.0.0.1:{port}/")


def test_a_name_that_is_never_found_does_not_keep_us_waiting() -> None:
    release = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        release.wait(30)
        return resolve(host, port)

    assert refusal(Fetcher(resolve=slow, seconds=0.2), "http://example.com/") == "its host is not found"
    release.set()
