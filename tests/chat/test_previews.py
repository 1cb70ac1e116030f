"""Link previews: what is fetched and what never is, and what becomes of a message with a link."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Attachment, Message
from chat.previews.fetching import MOST_BYTES, Fetched, Fetcher, FetchError, is_public, resolve
from chat.previews.making import MOST_PICTURE_BYTES, make_preview
from chat.previews.reading import clean, read
from chat.serializers import message_data
from chat.services import removal
from tests.chat.media import samples
from tests.factories import direct_room, say
from tests.jobs import run_jobs, waiting_jobs

HTML = ("text/html",)
PAGE = """<!doctype html><html><head><title>Plain title</title>
<meta property="og:title" content="A &quot;quiet&quot; river"><meta name='description' content='It flows.'>
<meta property="og:site_name" content="Rivers\u202e of the world"><meta property="og:image" content="/river.png">
</head><body><title>Not this</title></body></html>"""


class Web(ThreadingHTTPServer):
    """A site whose pages are functions of a handler."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients go away in the middle, that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']} {self.path}")
        page = self.server.pages[self.path]
        if callable(page):
            page(self)
        else:
            self.say(200, page.encode())

    def say(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Type": "text/html; charset=utf-8"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass


@contextmanager
def opened(web: Web) -> Iterator[Web]:
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    with opened(Web()) as one:
        yield one


def on_loopback(**more: Any) -> Fetcher:
    """A fetcher that may go where the servers of these tests are, and nowhere else that ours may not."""
    allowed = lambda address: address.is_loopback or is_public(address)  # noqa: E731
    return Fetcher(**{"allowed": allowed, "ports": lambda scheme, port: True, **more})


def redirect(to: str) -> Any:
    return lambda handler: handler.say(302, Location=to)


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


RIVER = {"title": 'A "quiet" river', "description": "It flows.", "site": "Rivers of the world", "picture": None}


def shown(message: Message) -> Any:
    return message_data(Message.objects.with_people().get(pk=message.pk))["preview"]


@pytest.mark.django_db
def test_a_link_is_looked_at_by_a_job_if_that_is_wanted(alice: User, bob: User, settings: Settings) -> None:
    room = direct_room(alice, bob)
    say(alice, room, "https://rivers.example/")
    assert waiting_jobs() == []
    settings.LINK_PREVIEWS = True
    say(alice, room, "no link, but @bob_baker and mail@rivers.example")
    assert waiting_jobs() == []
    message = say(alice, room, "see https://127.0.0.1/ and https://other.example/")
    assert waiting_jobs() == [("preview_link", {"message_id": message.pk})]
    assert run_jobs() == 1
    assert shown(message) is None  # it leads where nobody else may look


@pytest.mark.django_db
def test_a_preview_is_a_change_of_its_message_and_its_author_takes_it_off(
    alice: User, bob: User, web: Web, client_for: Any, settings: Settings
) -> None:
    settings.LINK_PREVIEWS = True
    web.pages = {"/": PAGE, "/other": "<title>Other</title>", "/gone": "<title>Gone</title>"}
    room = direct_room(alice, bob)
    message = say(alice, room, f"see {web.url}/ there")
    assert make_preview(message.pk, fetcher=on_loopback())
    assert shown(message) == {"url": f"{web.url}/", **RIVER}
    message.refresh_from_db()
    assert (message.seq, message.changed_seq) == (1, 2)
    assert not make_preview(message.pk, fetcher=on_loopback())  # a job may be done twice
    page = client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert f'<a class="preview__link" href="{web.url}/" target="_blank" rel="noopener noreferrer nofollow ugc"' in page
    assert "A &quot;quiet&quot; river" in page

    edited = services.edit_message(actor=alice, message_id=message.pk, body=f"look: {web.url}/")
    assert shown(edited)  # the same link, in other words
    services.edit_message(actor=alice, message_id=message.pk, body=f"look: {web.url}/other")
    assert shown(edited) is None
    assert make_preview(message.pk, fetcher=on_loopback())
    assert shown(edited)["title"] == "Other"

    with pytest.raises(ChatError, match="Only the author"):
        services.remove_preview(actor=bob, message_id=message.pk)
    assert b'value="preview"' in client_for(alice).get(f"/messages/{message.pk}/").content
    assert b'value="preview"' not in client_for(bob).get(f"/messages/{message.pk}/").content
    client_for(alice).post(f"/messages/{message.pk}/", {"action": "preview"})
    assert shown(message) is None
    assert not make_preview(message.pk, fetcher=on_loopback())  # and it stays off

    gone = say(alice, room, f"{web.url}/gone")
    services.delete_message(actor=alice, message_id=gone.pk)
    assert not make_preview(gone.pk, fetcher=on_loopback())
    again = say(alice, room, f"{web.url}/")
    assert make_preview(again.pk, fetcher=on_loopback())
    services.delete_message(actor=alice, message_id=again.pk)
    assert shown(again) is None


def image(content: bytes, kind: str = "image/png") -> Any:
    return lambda handler: handler.say(200, content, Content_Type=kind)


@pytest.mark.django_db
def test_its_picture_is_made_anew_seen_by_who_reads_the_message_and_goes_with_it(
    alice: User, bob: User, eve: User, web: Web, client_for: Any
) -> None:
    web.pages = {"/": PAGE, "/other": PAGE, "/river.png": image(samples.photo(1200, 900))}
    room = direct_room(alice, bob)

    def previewed() -> tuple[Message, str]:
        message = say(alice, room, f"{web.url}/")
        assert make_preview(message.pk, fetcher=on_loopback())
        picture = shown(message)["picture"]
        assert (picture["width"], picture["height"], picture["wide"]) == (624, 832, False)
        assert picture["placeholder"].startswith("data:image/webp;base64,")
        return message, picture["url"]

    def seen(url: str) -> list[int]:
        return [client_for(user).get(url).status_code for user in (alice, bob, eve)]

    message, url = previewed()
    stored = client_for(bob).get(url)
    assert stored.headers["Content-Type"] == "image/webp"
    assert samples.webp_chunks(stored.content) and samples.SECRET not in stored.content
    assert seen(url) == [200, 200, 404]
    assert f'src="{url}" width="624" height="832"' in client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert client_for(alice).get(f"/api/messages/{message.pk}/").json()["attachments"] == []

    taken_off, edited, deleted = previewed(), previewed(), (message, url)
    services.remove_preview(actor=alice, message_id=taken_off[0].pk)
    services.edit_message(actor=alice, message_id=edited[0].pk, body=f"{web.url}/other")
    services.delete_message(actor=alice, message_id=message.pk)
    assert [seen(address) for _, address in (taken_off, edited, deleted)] == [[404] * 3] * 3
    assert removal.remove_files(message_id=message.pk, undo_over=timedelta())
    removal.collect_files()
    assert not Attachment.objects.exists()
    message.refresh_from_db()
    assert message.preview is not None and message.preview["picture"] is None  # should it be brought back
    assert ("remove_files", {"message_id": message.pk}) in waiting_jobs()


@pytest.mark.django_db
def test_a_picture_that_is_none_or_leads_inside_leaves_the_words(
    alice: User, bob: User, web: Web, settings: Settings, tmp_path: Path
) -> None:
    bad = {
        "/inside": redirect("http://10.0.0.1/river.png"),
        "/drawing.svg": image(samples.SVG, "image/svg+xml"),
        "/drawing.png": image(samples.SVG),
        "/page.png": image(samples.HTML),
        "/html": "<title>no picture</title>",
        "/torn.png": image(samples.picture(800, 600)[:400]),
        "/flood.png": image(samples.flood()),
        "/large.png": image(samples.picture() + bytes(MOST_PICTURE_BYTES)),
        "/counter.gif": image(samples.picture(1, 1, "GIF")),
        "/gone.png": lambda handler: handler.say(404),
    }
    room = direct_room(alice, bob)

    def picture_of(path: str) -> Any:
        web.pages = {"/": f'<title>River</title><meta property="og:image" content="{path}">', **bad}
        web.pages["/river.png"] = image(samples.picture(64, 48))
        message = say(alice, room, f"{web.url}/")
        assert make_preview(message.pk, fetcher=on_loopback())
        return shown(message)["picture"]

    assert [path for path in (*bad, "http://10.0.0.1/river.png", "file:///etc/passwd") if picture_of(path)] == []
    assert picture_of("/river.png")["width"] == 64
    (tmp_path / "full").write_bytes(b"")  # where a directory should be
    options = {"BACKEND": "chat.media.storage.LocalMedia", "OPTIONS": {"location": tmp_path / "full"}}
    settings.STORAGES = {**settings.STORAGES, "media": options}
    assert picture_of("/river.png") is None


@pytest.mark.django_db
def test_who_wants_no_previews_is_shown_none(
    alice: User, bob: User, api_for: Any, client_for: Any, settings: Settings
) -> None:
    room = direct_room(alice, bob)
    page = f"/rooms/{room.pk}/"
    assert "shows_previews" not in client_for(bob).get("/settings/privacy/").content.decode()
    settings.LINK_PREVIEWS = True
    assert 'name="shows_previews"' in client_for(bob).get("/settings/privacy/").content.decode()
    assert 'data-previews="hidden"' not in client_for(bob).get(page).content.decode()
    assert api_for(bob).patch("/api/users/me/", {"shows_previews": False}).json()["shows_previews"] is False
    assert 'data-previews="hidden"' in client_for(bob).get(page).content.decode()
    client_for(bob).post("/settings/privacy/", {"shows_previews": "on"})
    assert 'data-previews="hidden"' not in client_for(bob).get(page).content.decode()


@pytest.mark.django_db
def test_a_message_that_changes_while_its_page_is_fetched_gets_no_wrong_preview(
    alice: User, bob: User, web: Web
) -> None:
    web.pages = {"/": PAGE}
    message = say(alice, direct_room(alice, bob), f"{web.url}/")

    class Slow(Fetcher):
        def fetch(self, url: str, *, types: Sequence[str], most: int = MOST_BYTES) -> Fetched:
            fetched = on_loopback().fetch(url, types=types, most=most)
            services.edit_message(actor=alice, message_id=message.pk, body="something else")
            return fetched

    assert not make_preview(message.pk, fetcher=Slow())
    assert shown(message) is None
