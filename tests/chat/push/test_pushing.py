"""Who is told of what while no page is open: once, and nobody of what they have read or do not want to hear of."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from redis import Redis

from accounts import services as accounts
from accounts.jobs import GiveUp
from accounts.models import PushSubscription, User
from accounts.push.subscriptions import subscribe
from chat import background, services
from chat.models import Message, PushMark, Room
from chat.push.news import _WAITING, RECENT
from chat.push.sending import PushError
from chat.services.pushing import push_news
from presence.leases import redis_prefix
from tests.factories import direct_room, group_room, say
from tests.jobs import run_jobs, waiting_jobs
from tests.loopback import serving
from tests.push_service import Browser, PushService
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

OLD = timedelta(seconds=30)


@pytest.fixture(scope="module")
def _open() -> Iterator[PushService]:
    with serving(PushService()) as service:
        yield service


@pytest.fixture
def service(_open: PushService, settings: Settings) -> PushService:
    settings.PUSH_LOOPBACK = True
    _open.answers, _open.asked, _open.handed = [], [], []
    return _open


@pytest.fixture
def presence() -> Iterator[Callable[[User, str], None]]:
    """A function that says how somebody is here."""
    with Redis.from_url(configured.REDIS_URL) as redis:
        yield lambda user, status: redis.hset(f"{redis_prefix()}statuses", str(user.pk), status) and None
        redis.delete(f"{redis_prefix()}statuses")


def device(user: User, service: PushService, name: str = "", *, text: bool = True) -> Browser:
    """A browser in which somebody is signed in and wants to be told, for a while already."""
    browser = service.browser(name or user.handle)
    subscribe(session=session_for(user), text=text, **browser.says)
    PushSubscription.objects.filter(user=user).update(created_at=timezone.now() - timedelta(days=1))
    return browser


def said(author: User, room: Room, body: str = "hello", *, ago: timedelta = OLD) -> Message:
    """A message that was sent a while ago."""
    message = say(author, room, body)
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - ago)
    return message


def tell() -> int:
    """Look what waits, and do the jobs that come of it; answers how many."""
    push_news()
    return run_jobs()


def shown(notices: list[dict[str, Any]]) -> list[str]:
    return [f"{notice['title']}: {notice['body']}" for notice in notices]


def test_what_nobody_read_is_told_once_signed_and_so_that_only_the_device_reads_it(
    alice: User, bob: User, eve: User, service: PushService, client_for: Any
) -> None:
    room, harbour = direct_room(alice, bob), group_room(alice, bob, eve)
    phone, laptop = device(bob, service, "phone"), device(bob, service, "laptop", text=False)
    first = said(alice, room, "the *tide* is high")
    said(eve, harbour, "one")
    said(alice, harbour, "two & three")
    assert tell() == 4
    assert tell() == 0
    assert shown(service.read(phone)) == [
        "Alice Arden: the tide is high",
        "2 new messages in Harbour: Alice Arden: two & three",
    ]
    assert shown(service.read(laptop)) == ["Alice Arden: New message", "2 new messages in Harbour: "]
    [notice, _] = service.read(phone)
    assert notice["path"] == f"/rooms/{room.pk}/?around={first.seq}#m-{first.seq}"
    assert (notice["room"], notice["seq"]) == (room.pk, first.seq)
    _, headers, body = service.handed[0]
    assert (headers["topic"], headers["urgency"], headers["ttl"]) == (f"room-{room.pk}", "high", "14400")
    assert (b"tide" in body, len(body) < 4096) == (False, True)
    # What comes next takes the place of the first on the screen, and counts it.
    said(alice, room, "and rises")
    assert tell() == 2
    assert shown(service.read(phone))[2:] == ["2 new messages from Alice Arden: and rises"]
    page = client_for(bob).get("/settings/devices/").content.decode()
    assert page.count("is told of new messages, last") == 2


RULES: dict[str, tuple[Callable[[Any], object], bool]] = {
    "nothing special": (lambda on: None, True),
    "it has not waited long enough": (lambda on: on.aged(timedelta(seconds=10)), False),
    "it is of yesterday": (lambda on: on.aged(RECENT + OLD), False),
    "it was read": (lambda on: services.mark_read(user=on.bob, room_id=on.room.pk, read_seq=9), False),
    "it was read and marked as unread": (lambda on: on.marked_unread(), False),
    "it was deleted": (lambda on: services.delete_message(actor=on.alice, message_id=on.message.pk), False),
    "he is active": (lambda on: on.presence(on.bob, "active"), False),
    "he is away": (lambda on: on.presence(on.bob, "away"), True),
    "he wants to hear nothing": (lambda on: on.wants(level="nothing"), False),
    "he wants mentions": (lambda on: on.wants(level="mentions"), False),
    "he wants mentions, and is named": (lambda on: (on.wants(level="mentions"), on.names("@bob_baker")), True),
    "he wants mentions, and all are called": (lambda on: (on.wants(level="mentions"), on.names("@room")), True),
    "it is muted": (lambda on: on.wants(muted=True), False),
    "it is muted, and he is named": (lambda on: (on.wants(muted=True), on.names("@bob_baker")), True),
    "it is muted, he wants nothing, and is named": (
        lambda on: (on.wants(muted=True, level="nothing"), on.names("@bob_baker")),
        False,
    ),
    "he blocks who wrote it": (lambda on: services.block(user=on.bob, other_id=on.alice.pk), False),
    "he left": (lambda on: services.leave_room(user=on.bob, room_id=on.room.pk), False),
    "he wrote afterwards": (lambda on: said(on.bob, on.room), False),
    "he was shut out": (lambda on: User.objects.filter(pk=on.bob.pk).update(is_active=False), False),
    "he is banned": (lambda on: User.objects.filter(pk=on.bob.pk).update(banned_until=timezone.now() + OLD), False),
    "the sign-in ran out": (lambda on: on.session(expires_at=timezone.now()), False),
    "he signed out": (lambda on: accounts.revoke_sessions(user=on.bob), False),
    "he turned it on afterwards": (
        lambda on: PushSubscription.objects.update(created_at=timezone.now() - timedelta(seconds=5)),
        False,
    ),
}


class Scene:
    """Alice has said something in the harbour, and nobody of Bob's is open."""

    def __init__(self, alice: User, bob: User, presence: Callable[[User, str], None]) -> None:
        self.alice, self.bob, self.presence = alice, bob, presence
        self.room = group_room(alice, bob)
        self.message = said(alice, self.room)

    def aged(self, ago: timedelta) -> None:
        Message.objects.filter(pk=self.message.pk).update(created_at=timezone.now() - ago)

    def wants(self, **preferences: Any) -> None:
        services.set_preferences(user=self.bob, room_id=self.room.pk, **preferences)

    def names(self, whom: str) -> None:
        said(self.alice, self.room, f"{whom}, look")

    def marked_unread(self) -> None:
        services.mark_read(user=self.bob, room_id=self.room.pk, read_seq=9)
        services.mark_unread(user=self.bob, room_id=self.room.pk, seq=self.message.seq)

    def session(self, **changes: Any) -> None:
        self.bob.sessions.update(**changes)


@pytest.mark.parametrize("case", RULES)
def test_he_is_told_by_the_rules_of_his_page(
    case: str, alice: User, bob: User, service: PushService, presence: Callable[[User, str], None]
) -> None:
    device(bob, service)
    device(alice, service)  # who wrote it is not told of it
    happens, is_told = RULES[case]
    happens(Scene(alice, bob, presence))
    push_news()
    told = {arguments["user_id"] for task, arguments in waiting_jobs() if task == "push"}
    assert told - {alice.pk} == ({bob.pk} if is_told else set())
    assert (alice.pk in told) == (case == "he wrote afterwards")


def test_what_he_left_unread_while_he_was_here_he_is_told_of_when_he_has_gone(
    alice: User, bob: User, service: PushService, presence: Callable[[User, str], None]
) -> None:
    phone = device(bob, service)
    presence(bob, "active")
    said(alice, direct_room(alice, bob), "are you there?", ago=timedelta(minutes=20))
    assert tell() == 0
    presence(bob, "away")
    assert tell() == 1
    assert shown(service.read(phone)) == ["Alice Arden: are you there?"]


def test_killed_at_any_point_nobody_is_told_twice(
    alice: User, bob: User, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = direct_room(alice, bob)
    phone = device(bob, service)
    message = said(alice, room)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("procrastinate.contrib.django.app.configure_task", killed)
        push_news()
    assert not PushMark.objects.exists()
    push_news()
    push_news()  # and whoever begins again
    assert [task for task, _ in waiting_jobs() if task == "push"] == ["push"]
    services.mark_read(user=bob, room_id=room.pk, read_seq=message.seq)  # before the job is done
    run_jobs()
    said(alice, room, "once more")
    assert tell() == 1
    assert shown(service.read(phone)) == ["Alice Arden: once more"]


def test_what_a_push_service_answers_decides_what_becomes_of_the_job_and_the_device(
    alice: User, bob: User, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    room = direct_room(alice, bob)
    device(bob, service)
    said(alice, room)
    push_news()
    [(_, arguments)] = [job for job in waiting_jobs() if job[0] == "push"]
    for status, outcome in ((429, PushError), (503, PushError), (413, GiveUp), (302, GiveUp)):
        service.answers = [status]
        with pytest.raises(outcome, match=str(status)):
            background.push.call(**arguments)
    assert PushSubscription.objects.exists()
    for status in (404, 410):
        service.answers = [status]
        assert background.push.call(**arguments) is None
        assert not PushSubscription.objects.exists()
        device(bob, service)
        arguments["subscription_id"] = PushSubscription.objects.get().pk
    assert service.handed == []
    assert run_jobs() == 1  # of a device that is gone: nothing comes of it
    assert service.asked == ["/send/bob_baker"] * 6


def test_no_notice_goes_to_what_only_this_server_reaches(
    alice: User, bob: User, service: PushService, settings: Settings
) -> None:
    device(bob, service)
    said(alice, direct_room(alice, bob))
    settings.PUSH_LOOPBACK = False
    push_news()
    [(_, arguments)] = waiting_jobs()
    with pytest.raises(GiveUp, match="another port"):
        background.push.call(**arguments)
    PushSubscription.objects.update(endpoint="https://localhost/send/bob")
    with pytest.raises(GiveUp, match="none of the public internet"):
        background.push.call(**arguments)
    assert service.asked == []


def test_it_costs_nothing_where_nobody_wants_it_and_goes_by_indices_where_somebody_does(
    alice: User,
    bob: User,
    service: PushService,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said(alice, group_room(alice, bob))
    with django_assert_num_queries(1):
        assert push_news() == 0
    device(bob, service)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_WAITING}", {"now": now, "since": now - RECENT, "until": now, "people": [bob.pk]})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on chat_message" not in plan
    assert "message_seq_once_per_room" in plan
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with caplog.at_level(logging.WARNING):
        assert push_news() == 0  # who is here, nobody can say; there is a next time
    assert "Redis is away" in caplog.text
    settings.PUSH = False
    with django_assert_num_queries(0):
        assert push_news() == 0
