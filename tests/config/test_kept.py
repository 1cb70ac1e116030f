"""What is kept and what is not, and that nobody gets by it what they would not get without."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.urls import clear_url_caches, set_urlconf
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import services
from accounts.cookies import refresh_name
from accounts.models import Session, User
from accounts.threads import in_thread
from chat.hub import stop_hub
from chat.keeping import ATTRIBUTE
from chat.models import Room
from config.handler import Pages
from config.kept.front import KeptPages
from config.kept.questions import route_of
from tests.asgi import CSRF, Browser, Got
from tests.config import kept_urls
from tests.factories import direct_room, group_room, say

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 1024 * 1024


class Counting(Pages):
    """Django, and how often it made an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def answer(self, scope: Any, body: Any) -> Any:
        self.made += 1
        return super().answer(scope, body)


@pytest.fixture(autouse=True)
async def worker() -> AsyncIterator[None]:
    yield
    await stop_hub()


@pytest.fixture(autouse=True)
def urls(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.config.kept_urls"
    kept_urls.made.clear()
    for forget in (clear_url_caches, route_of.cache_clear):
        forget()
    yield
    set_urlconf(None)
    for forget in (clear_url_caches, route_of.cache_clear):
        forget()


@pytest.fixture
def pages() -> Counting:
    return Counting()


@pytest.fixture
def kept(pages: Counting) -> KeptPages:
    return KeptPages(pages, most_bytes=16 * MEGABYTE)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = group_room(alice, bob)
    say(bob, room, "hello, harbour")
    return room


@pytest.fixture
def device(alice: User, room: Room) -> Browser:
    return Browser.of(alice)


async def test_what_did_not_change_is_made_once(
    kept: KeptPages, pages: Counting, device: Browser, room: Room, bob: User
) -> None:
    addresses = ["/rooms/", f"/rooms/{room.pk}/", "/api/rooms/", f"/api/rooms/{room.pk}/messages/", "/search/?q=hello"]
    for address in addresses * 3:
        assert (await device.ask(kept, address)).status == 200
    assert pages.made == len(addresses)
    other = await in_thread(group_room)(bob)
    await in_thread(say)(bob, other, "none of her business")
    for address in addresses:
        await device.ask(kept, address)
    assert pages.made == len(addresses), "somebody wrote in another room, and it was made again"


async def test_each_answer_has_its_own_nonce_tokens_and_client_id(
    kept: KeptPages, pages: Counting, device: Browser, room: Room
) -> None:
    answers = [await device.ask(kept, f"/rooms/{room.pk}/") for _ in range(3)]
    assert pages.made == 1
    for pattern in (
        r'nonce="([\w-]{22})"',
        r'name="csrfmiddlewaretoken" value="(\w{64})"',
        r'client_id" value="(.{36})"',
    ):
        found = [set(re.findall(pattern, got.text)) for got in answers]
        assert all(found)
        assert len(set.union(*found)) == sum(map(len, found)), pattern
    for got in answers:
        [nonce] = set(re.findall(r'nonce="([\w-]{22})"', got.text))
        assert f"'nonce-{nonce}'" in got.header("content-security-policy")
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', got.text)[0]
        assert (await post(device, pages, room, token)).status == 302
    assert (await post(device, pages, room, "x" * 64)).status == 403


async def post(device: Browser, application: Any, room: Room, token: str) -> Got:
    form = f"csrfmiddlewaretoken={token}&seq=1".encode()
    kind = "application/x-www-form-urlencoded"
    return await device.ask(
        application, f"/rooms/{room.pk}/read/", method="POST", body=form, content_type=kind, origin="http://testserver"
    )


def _expire(user: User, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now())


SIGNED_OUT: dict[str, Callable[[User, Session], object]] = {
    "sign_out": lambda user, session: services.sign_out(session=session),
    "revoke_session": lambda user, session: services.revoke_session(user=user, session_id=session.pk),
    "revoke_sessions": lambda user, session: services.revoke_sessions(user=user),
    "set_password": lambda user, session: services.set_password(user=user, new="another long and quiet river"),
    "deactivate": lambda user, session: services.deactivate(user=user),
    "time": _expire,
}


@pytest.mark.parametrize("way", SIGNED_OUT)
async def test_whoever_is_signed_out_gets_nothing_more(
    way: str, kept: KeptPages, device: Browser, room: Room, alice: User
) -> None:
    addresses = {f"/rooms/{room.pk}/": 302, "/api/rooms/": 401, f"/api/rooms/{room.pk}/messages/": 401}
    for address in addresses:
        assert (await device.ask(kept, address)).status == 200
    await in_thread(SIGNED_OUT[way])(alice, device.session)
    assert {address: (await device.ask(kept, address)).status for address in addresses} == addresses


async def test_nobody_gets_what_was_made_for_somebody_else(
    kept: KeptPages, device: Browser, room: Room, bob: User, eve: User
) -> None:
    address = f"/api/rooms/{room.pk}/messages/"
    assert (await device.ask(kept, address)).status == 200
    assert (await (await in_thread(Browser.of)(eve)).ask(kept, address)).status == 404
    assert (await device.ask(kept, address, cookie=None)).status == 401
    assert (await device.ask(kept, address, authorization="Bearer no")).status == 401
    assert "Bob Baker" in (await (await in_thread(Browser.of)(bob)).ask(kept, "/rooms/")).text


async def test_a_view_sees_no_more_of_a_request_than_its_answer_is_kept_by(kept: KeptPages, device: Browser) -> None:
    plain = device.cookie
    hidden: dict[str, Any] = {
        "user_agent": "Mozilla",
        "x_forwarded_for": "192.0.2.1",
        "referer": "http://testserver/",
        "dnt": "1",
    }
    cookies = f"{plain}; theme=dark; {refresh_name()}=secret"
    got = await device.ask(kept, "/kept/headers/", **hidden, cookie=cookies, accept_language="de")
    assert "secret" not in got.text
    assert f'"cookies": {{"csrftoken": "{CSRF}", "theme": "dark"}}' in got.text
    seen = set(re.findall(r"HTTP_\w+|REMOTE_\w+", got.text))
    assert seen == {"HTTP_HOST", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE"}
    same: dict[str, Any] = {"cookie": cookies, "accept_language": "de"}
    for other in ({"cookie": f"{plain}; theme=light"}, {"accept_language": "en"}, {"origin": "http://testserver"}):
        await device.ask(kept, "/kept/headers/", **(same | other))
    await device.ask(kept, "/kept/headers/?page=2", **same)
    assert len(kept_urls.made) == 5
    await device.ask(kept, "/kept/headers/", **same, user_agent="Another")
    assert len(kept_urls.made) == 5


@pytest.mark.parametrize("what", ["saved", "cookie", "over"])
async def test_what_may_change_unnoticed_is_not_kept(what: str, kept: KeptPages, device: Browser) -> None:
    for _ in range(2):
        assert (await device.ask(kept, f"/kept/{what}/")).status == 200
    assert kept_urls.made == [what] * 2


@pytest.mark.parametrize("what", ["rooms", "lasting"])
async def test_what_cannot_is_kept(what: str, kept: KeptPages, device: Browser) -> None:
    for _ in range(2):
        assert (await device.ask(kept, f"/kept/{what}/")).status == 200
    assert kept_urls.made == [what]


@pytest.mark.filterwarnings("ignore")
async def test_a_view_that_writes_is_answered_as_any_other(
    kept: KeptPages, device: Browser, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await device.ask(kept, "/kept/visits/")).text == "written"
    assert "read-only transaction" in caplog.text, "nobody is told that this view cannot be kept"
    await alice.arefresh_from_db()
    assert alice.status_text == "2"


async def test_what_is_committed_while_a_page_is_made_is_on_the_next_one(
    device: Browser, room: Room, bob: User, alice: User
) -> None:
    class Interrupted(Counting):
        def answer(self, scope: Any, body: Any) -> Any:
            response = super().answer(scope, body)
            if self.made == 1:
                meanwhile = Thread(target=_commit)
                meanwhile.start()
                meanwhile.join()
            return response

    def _commit() -> None:
        from django.db import connection

        say(bob, room, "said meanwhile")
        services.update_profile(user=bob, full_name="Robert Baker")
        connection.close()

    kept = KeptPages(Interrupted(), most_bytes=MEGABYTE * 16)
    first = await device.ask(kept, f"/rooms/{room.pk}/")
    second = await device.ask(kept, f"/rooms/{room.pk}/")
    assert "said meanwhile" not in first.text
    assert "said meanwhile" in second.text
    assert "Robert Baker" in second.text


async def test_tomorrow_a_page_says_yesterday(
    kept: KeptPages, device: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ">Today<" in (await device.ask(kept, f"/rooms/{room.pk}/")).text
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=1))
    tomorrow = (await device.ask(kept, f"/rooms/{room.pk}/")).text
    assert ">Yesterday<" in tomorrow
    assert ">Today<" not in tomorrow


async def test_without_redis_pages_are_made_each_time(
    kept: KeptPages, pages: Counting, device: Browser, alice: User, bob: User, settings: Settings
) -> None:
    room = await in_thread(direct_room)(alice, bob)
    await device.ask(kept, f"/rooms/{room.pk}/")
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    for _ in range(2):
        assert (await device.ask(kept, f"/rooms/{room.pk}/")).status == 200
    assert pages.made == 3


async def test_who_holds_the_answer_is_told_that_it_still_holds(
    kept: KeptPages, device: Browser, room: Room, bob: User
) -> None:
    address = f"/api/rooms/{room.pk}/messages/"
    tag = (await device.ask(kept, address)).header("etag")
    assert tag
    same = await device.ask(kept, address, if_none_match=tag)
    assert (same.status, same.body, same.header("etag")) == (304, b"", tag)
    assert (await device.ask(kept, address, if_none_match=tag, accept_encoding=None)).status == 200
    await in_thread(say)(bob, room, "more")
    assert "more" in (await device.ask(kept, address, if_none_match=tag)).text
    assert not (await device.ask(kept, f"/rooms/{room.pk}/")).header("etag"), "in a page something is always new"


async def test_answers_are_compressed_for_those_who_can_read_that(kept: KeptPages, device: Browser, room: Room) -> None:
    for address in (f"/rooms/{room.pk}/", f"/api/rooms/{room.pk}/messages/"):
        packed = await device.ask(kept, address, accept_encoding="br, gzip;q=0.5")
        assert packed.header("content-encoding") == "gzip"
        assert int(packed.header("content-length")) == len(packed.body)
        for refused in (None, "br", "gzip;q=0"):
            plain = await device.ask(kept, address, accept_encoding=refused)
            assert not plain.header("content-encoding")
            assert int(plain.header("content-length")) == len(plain.body)
        assert len(plain.body) > len(packed.body)


async def test_searches_are_counted_though_nothing_is_looked_up(
    kept: KeptPages, pages: Counting, device: Browser, settings: Settings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "searches": "3/day"}
    statuses = [(await device.ask(kept, "/api/search/?q=hello")).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert pages.made == 2


async def test_only_searches_for_words_are_kept(kept: KeptPages, device: Browser) -> None:
    for q in ("from:me", "from%3Ame", "hello"):
        await device.ask(kept, f"/api/search/?q={q}")
    assert len(kept.store) == 1


async def test_other_methods_go_to_django(kept: KeptPages, pages: Counting, device: Browser, room: Room) -> None:
    assert (await device.ask(kept, f"/rooms/{room.pk}/")).status == 200
    assert (await device.ask(kept, f"/rooms/{room.pk}/", method="HEAD")).status == 200
    assert (await device.ask(kept, f"/rooms/{room.pk}/", method="DELETE")).status == 403  # no token
    assert pages.made == 3


async def test_a_session_whose_pages_are_kept_is_in_use(kept: KeptPages, device: Browser) -> None:
    await device.ask(kept, "/api/rooms/")
    long_ago = timezone.now() - timedelta(hours=3)
    await Session.objects.filter(pk=device.session.pk).aupdate(last_used_at=long_ago)
    await device.ask(kept, "/api/rooms/")
    assert (await Session.objects.aget(pk=device.session.pk)).last_used_at > long_ago


async def test_nothing_is_kept_where_there_is_no_room_for_it(pages: Counting, device: Browser) -> None:
    off = KeptPages(pages, most_bytes=0)
    for _ in range(2):
        assert (await device.ask(off, "/api/rooms/")).status == 200
    assert (pages.made, len(off.store)) == (2, 0)


def test_the_addresses_that_are_kept() -> None:
    kept = {"/rooms/", "/rooms/7/", "/api/rooms/", "/api/rooms/7/messages/", "/search/", "/api/search/"}
    assert {path for path in kept if route_of(path)} == kept
    for path in (
        "/",
        "/people/",
        "/profile/",
        "/api/rooms/7/",
        "/api/users/me/",
        "/rooms/7/about/",
        "/saved/",
        "/login/",
    ):
        assert route_of(path) is None, f"{path} has {ATTRIBUTE}: put it into the tests of kept pages"
