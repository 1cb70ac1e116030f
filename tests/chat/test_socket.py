"""The socket, from handshake to close: who hears what, and that nothing a client sends breaks it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Session, User
from accounts.threads import in_thread
from accounts.tokens import RefreshToken, mint_pair
from chat import beacon, services, sync
from chat.hub import Hub, get_hub, stop_hub
from chat.models import Message, Room
from chat.protocol import Close
from presence.leases import Lease, Leases
from presence.timing import Timing
from tests.chat import sockets
from tests.chat.sockets import connected, handshake
from tests.jobs import run_jobs
from tests.sessions import session_for
from tests.threads import wait_for_all_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

background = in_thread


@pytest.fixture(autouse=True, params=["under any server", "under ours"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test is done twice: with ordinary sends, and with frames that are written straight to the network."""
    monkeypatch.setattr(sockets, "wired", request.param == "under ours")


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Alice's and Bob's room, with one message in it."""
    room = services.open_direct_room(user=alice, other_id=bob.pk)[0]
    services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="first")
    return room


# Coming in


async def test_an_anonymous_forged_or_misused_token_is_refused_before_the_socket_opens(alice: User) -> None:
    session = await background(session_for)(alice)
    pair = mint_pair(session)
    for token in ("", "nonsense", pair.access[:-2], pair.refresh, RefreshToken.mint(session)):
        accepted, _ = await handshake(token).connect()
        assert not accepted


async def test_a_foreign_page_is_refused_even_with_a_good_cookie(alice: User) -> None:
    access = mint_pair(await background(session_for)(alice)).access
    for origin in (None, b"null", b"https://testserver", b"http://evil.example", b"http://testserver:81"):
        accepted, _ = await handshake(access, origin=origin).connect()
        assert not accepted


async def test_an_unknown_path_is_refused(alice: User) -> None:
    access = mint_pair(await background(session_for)(alice)).access
    accepted, _ = await handshake(access, path="/ws/other/").connect()
    assert not accepted


async def test_the_first_frame_says_who_one_is_and_how_things_stand(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as socket:
        ready = socket.frames[0]
        assert ready["user"]["email"] == bob.email
        (summary,) = ready["rooms"]
        assert (summary["id"], summary["name"], summary["unread"], summary["last_seq"]) == (
            room.pk,
            "Alice Arden",
            1,
            1,
        )
        assert summary["last_message"]["body"] == "first"
        assert "email" not in summary["other"]


# Talking


async def test_a_message_reaches_every_device_of_both_and_nobody_else(
    room: Room, alice: User, bob: User, eve: User
) -> None:
    async with (
        connected(alice) as phone,
        connected(alice) as laptop,
        connected(bob) as other,
        connected(eve) as stranger,
    ):
        message = await phone.send_message(room.pk, "hello")
        assert (message["seq"], message["html"]) == (2, "<p>hello</p>")
        for socket in (phone, laptop, other):
            frame = await socket.hear("message", room=room.pk)
            assert (frame["prev"], frame["seq"], frame["message"]) == (1, 2, message)
        await stranger.settle()
        assert not stranger.heard("message")


async def test_messages_come_in_the_order_in_which_they_were_sent(room: Room, alice: User, bob: User) -> None:
    async with connected(alice) as writer, connected(bob) as reader:
        for number in range(100):
            fields = {"client_id": str(uuid4()), "body": str(number)}
            await writer.say("message.send", ref=str(number), room=room.pk, **fields)
        heard = [await reader.hear("message") for _ in range(100)]
        assert [frame["message"]["body"] for frame in heard] == [str(number) for number in range(100)]
        assert [frame["seq"] for frame in heard] == list(range(2, 102))
        last = await writer.hear("reply", ref="99")
        assert last["data"]["message"]["seq"] == 101


async def test_a_resend_is_answered_alike_and_heard_once(room: Room, alice: User, bob: User) -> None:
    async with connected(alice) as writer, connected(bob) as reader:
        fields = {"room": room.pk, "client_id": str(uuid4()), "body": "once"}
        answers = [await writer.ask("message.send", **fields) for _ in range(3)]
        assert len({answer["data"]["message"]["id"] for answer in answers}) == 1
        await reader.settle()
        assert len(reader.heard("message")) == 1


async def test_what_was_sent_by_rest_or_page_is_heard_too(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as reader:
        send = background(services.send_message)
        await send(author=alice, room_id=room.pk, client_id=uuid4(), body="from elsewhere")
        frame = await reader.hear("message")
        assert frame["message"]["body"] == "from elsewhere"


async def test_a_deleted_message_is_gone_from_every_screen_at_once(room: Room, alice: User, bob: User) -> None:
    first = await background(Message.objects.get)()
    async with connected(alice) as writer, connected(bob) as reader:
        answer = await writer.ask("message.delete", message=first.pk)
        assert answer["data"]["message"]["body"] == ""
        frame = await reader.hear("message")
        assert (frame["seq"], frame["message"]["seq"]) == (2, 1)
        assert (frame["message"]["body"], frame["message"]["html"]) == ("", "")
        assert frame["message"]["deleted_by"] == "author"
        refusal = await reader.ask("message.delete", message=first.pk)
        assert refusal["code"] == "forbidden"


async def test_a_new_room_and_its_first_message_reach_somebody_who_is_here_already(alice: User, bob: User) -> None:
    async with connected(alice) as opener, connected(bob) as other:
        room, _ = await background(services.open_direct_room)(user=alice, other_id=bob.pk)
        frame = await opener.hear("room")
        assert frame["room"]["id"] == room.pk
        await other.settle()
        assert not other.heard("room"), "an empty room is nobody's news"
        await opener.send_message(room.pk, "hello")
        await other.hear("message", room=room.pk)
        shown = await other.hear("room")
        assert shown["room"]["unread"] == 1


async def test_typing_is_told_to_the_others_of_the_room_and_throttled(
    room: Room, alice: User, bob: User, eve: User
) -> None:
    async with connected(alice) as writer, connected(bob) as reader, connected(eve) as stranger:
        for _ in range(5):
            await writer.say("typing.start", room=room.pk)
        assert await reader.hear("typing") == {"type": "typing", "room": room.pk, "user": alice.pk}
        await stranger.say("typing.start", room=room.pk)
        assert (await stranger.hear("error"))["code"] == "not_found"
        await writer.settle()
        await reader.settle()
        assert len(reader.heard("typing")) == 1
        assert not writer.heard("typing")


async def test_reading_moves_the_mark_on_all_devices_and_tells_the_writer(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as phone, connected(bob) as laptop, connected(alice) as writer:
        await phone.say("room.read", room=room.pk, seq=1)
        for socket in (phone, laptop):
            receipt = await socket.hear("receipt")
            assert (receipt["user"], receipt["read_seq"], receipt["unread"]) == (bob.pk, 1, 0)
        receipt = await writer.hear("receipt")
        assert (receipt["read_seq"], "unread" in receipt) == (1, False)


async def test_delivery_is_told_to_the_writer_and_to_ones_other_devices(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as reader, connected(bob) as laptop, connected(alice) as writer:
        await reader.say("room.delivered", room=room.pk, seq=1)
        for socket in (writer, laptop):
            receipt = await socket.hear("receipt")
            told = (receipt["user"], receipt["read_seq"], receipt["delivered_seq"], "unread" in receipt)
            assert told == (bob.pk, 0, 1, False)


async def test_who_is_called_otherwise_is_so_at_once_in_every_room_they_are_in(
    room: Room, alice: User, bob: User, eve: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nobody watches them; a large room hears it a little later, and once."""
    update_profile = in_thread(accounts.update_profile)
    async with connected(alice) as member, connected(bob) as own, connected(eve) as outsider:
        await update_profile(user=bob, full_name="Robert Baker")
        for socket in (member, own):
            assert (await socket.hear("user"))["user"]["full_name"] == "Robert Baker"
        monkeypatch.setattr("chat.services.showing.LARGE", 1)
        for name in ("Rob Baker", "Bert Baker"):
            await update_profile(user=bob, full_name=name)
        assert [frame["user"]["full_name"] for frame in await member.settle() if frame["type"] == "user"] == [
            "Robert Baker"
        ]
        assert await in_thread(run_jobs)(early=True) == 1
        assert (await member.hear("user"))["user"]["full_name"] == "Bert Baker"
        assert not [frame for frame in await outsider.settle() if frame["type"] == "user"]


# Presence


async def test_presence_is_told_to_those_who_watch_and_to_nobody_else(alice: User, bob: User, eve: User) -> None:
    async with connected(alice) as watcher, connected(eve) as other:
        await watcher.say("presence.watch", users=[bob.pk])
        assert (await watcher.hear("presence"))["status"] == "offline"
        async with connected(bob) as watched:
            assert (await watcher.hear("presence", user=bob.pk))["status"] == "active"
            await watched.say("presence.set", status="away")
            assert (await watcher.hear("presence", status="away"))["user"] == bob.pk
        await other.settle()
        assert not other.heard("presence")


async def test_who_watches_is_right_soon_even_if_a_hint_of_presence_is_lost(alice: User, bob: User) -> None:
    leases = Leases.connect(Timing.from_settings())
    async with connected(alice) as watcher:
        await watcher.say("presence.watch", users=[bob.pk])
        await watcher.hear("presence", status="offline")
        await asyncio.sleep(1.5)  # what is checked right after joining the group is past
        told_by_nobody = await leases.renew([Lease(bob.pk, uuid4().hex, "active")])
        assert [change.user for change in told_by_nobody] == [bob.pk]
        assert (await watcher.hear("presence"))["status"] == "active"
    await leases.disconnect()


# Resuming


async def test_sync_tells_every_change_in_order_and_up_to_where_it_is_complete(
    room: Room, alice: User, bob: User
) -> None:
    for number in range(3):
        await background(services.send_message)(
            author=alice, room_id=room.pk, client_id=uuid4(), body=f"missed {number}"
        )
    second = await background(Message.objects.get)(seq=2)
    await background(services.delete_message)(actor=alice, message_id=second.pk)
    async with connected(bob) as socket:
        await socket.say("sync", rooms={str(room.pk): 1})
        synced = await socket.hear("synced")
        told = [(frame["prev"], frame["seq"], frame["message"]["seq"]) for frame in socket.heard("message")]
        assert told == [(1, 3, 3), (3, 4, 4), (4, 5, 2)]
        assert synced["rooms"] == {str(room.pk): {"seq": 5, "more": False, "reset": False}}


async def test_sync_is_paged_and_far_behind_or_ahead_it_starts_anew(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 200)
    drafts = [services.Draft(alice.pk, room.pk, uuid4(), "more") for _ in range(300)]
    await background(services.send_messages)(drafts)
    async with connected(bob) as socket:
        await socket.say("sync", rooms={str(room.pk): 1})
        synced = await socket.hear("synced")
        assert synced["rooms"][str(room.pk)] == {"seq": 201, "more": True, "reset": False}
        await socket.say("sync", rooms={str(room.pk): 201})
        synced = await socket.hear("synced")
        assert synced["rooms"][str(room.pk)] == {"seq": 301, "more": False, "reset": False}
        assert [frame["seq"] for frame in socket.heard("message")] == list(range(2, 302))
        await socket.say("sync", rooms={str(room.pk): 10**12})
        answer = (await socket.hear("synced"))["rooms"][str(room.pk)]
        assert (answer["seq"], answer["reset"], len(answer["messages"])) == (301, True, 50)


async def test_sync_says_nothing_of_other_peoples_rooms(room: Room, eve: User) -> None:
    async with connected(eve) as stranger:
        await stranger.say("sync", rooms={str(room.pk): 0, "999999": 5})
        assert (await stranger.hear("synced"))["rooms"] == {}
        assert not stranger.heard("message")


async def test_events_that_the_channel_layer_loses_come_all_the_same(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beacon, "HEADS_SECONDS", 1.0)
    async with connected(bob) as reader:
        with monkeypatch.context() as deaf:
            deaf.setattr("chat.broadcasts.publish", lambda *_: None)
            await background(services.send_message)(author=alice, room_id=room.pk, client_id=uuid4(), body="lost")
        frame = await reader.hear("message", seconds=10)
        assert frame["message"]["body"] == "lost"


async def test_what_is_long_over_is_thrown_away_meanwhile(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beacon, "UPKEEP_SECONDS", 1.0)
    ended = timezone.now() - timedelta(days=31)
    old = await background(session_for)(alice)
    await Session.objects.filter(pk=old.pk).aupdate(revoked_at=ended)
    async with connected(alice), asyncio.timeout(10):
        while await Session.objects.filter(pk=old.pk).aexists():
            await asyncio.sleep(0.05)


# Leaving


async def test_signing_out_closes_the_sockets_of_that_session_only(alice: User) -> None:
    phone_session = await background(session_for)(alice)
    async with connected(alice, phone_session) as phone, connected(alice) as laptop:
        await background(accounts.sign_out)(session=phone_session)
        async with asyncio.timeout(2):
            assert await phone.hear_close() == Close.SIGNED_OUT
        await laptop.settle()


async def test_a_revoked_session_is_noticed_even_if_the_news_is_lost(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await background(session_for)(alice)
    async with connected(alice, session) as socket:
        monkeypatch.setattr("accounts.broadcasts.publish", lambda *_: None)
        await background(accounts.sign_out)(session=session)
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        assert await socket.hear_close() == Close.SIGNED_OUT


async def test_news_of_a_user_that_were_lost_are_told_later(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(alice) as socket:
        with monkeypatch.context() as deaf:
            deaf.setattr("chat.broadcasts.publish", lambda *_: None)
            room, _ = await background(services.open_direct_room)(user=alice, other_id=bob.pk)
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        assert (await socket.hear("room"))["room"]["id"] == room.pk


async def test_when_the_last_socket_is_gone_the_worker_keeps_nothing_of_it(room: Room, alice: User, bob: User) -> None:
    hub = await get_hub()
    async with connected(alice) as socket:
        await socket.say("presence.watch", users=[bob.pk])
        await socket.hear("presence")
        assert hub.users
        assert hub.feeds
        assert hub.watchers
    assert not hub.users
    assert not hub.feeds
    assert not hub.watchers


# Bad input


@pytest.mark.parametrize(
    ("body", "code"),
    [("", "empty"), ("  \n", "empty"), ("x" * 10_001, "too_long"), ("a\x00b", "invalid")],
)
async def test_a_body_that_cannot_be_a_message_is_refused_with_its_ref(
    room: Room, alice: User, body: str, code: str
) -> None:
    async with connected(alice) as socket:
        answer = await socket.ask("message.send", room=room.pk, client_id=str(uuid4()), body=body)
        assert (answer["type"], answer["code"]) == ("error", code)
        assert answer["detail"].endswith(".")
        await socket.send_message(room.pk, "the socket lives")


async def test_frames_that_are_none_are_answered_and_the_tenth_closes_the_socket(room: Room, alice: User) -> None:
    async with connected(alice) as socket:
        bad = [
            "",
            "hello",
            "[]",
            '{"type":"nonsense"}',
            '{"type":"ping","more":1}',
            '{"type":"message.send","body":"\\ud800"}',
        ]
        for text in bad:
            await socket.say_raw(text)
            assert (await socket.hear("error"))["code"] == "malformed"
        await socket.say_raw(data=b"\x00\x01")
        assert (await socket.hear("error"))["code"] == "malformed"
        await socket.send_message(room.pk, "the socket lives")
        for _ in range(3):
            await socket.say_raw("{")
        assert await socket.hear_close() == Close.MALFORMED


async def test_a_strangers_room_does_not_exist(room: Room, eve: User) -> None:
    async with connected(eve) as stranger:
        answer = await stranger.ask("message.send", room=room.pk, client_id=str(uuid4()), body="let me in")
        missing = await stranger.ask("message.send", room=999_999, client_id=str(uuid4()), body="let me in")
        assert (answer["code"], answer["detail"]) == (missing["code"], missing["detail"])
        await stranger.say("room.read", room=room.pk, seq=1)
        assert (await stranger.hear("error"))["code"] == "not_found"


@pytest.fixture
def without_own_connection(room: Room) -> Iterator[None]:
    """The test's own connection shall not be among those that are lost, and nobody after it shall meet one of them."""
    database.close()
    yield
    _forget_dead_connections()


@pytest.mark.usefixtures("without_own_connection")
async def test_a_lost_database_connection_is_one_retryable_error_and_then_all_is_well(room: Room, alice: User) -> None:
    async with connected(alice) as socket:
        await background(_terminate_backends)()
        client_id = str(uuid4())
        for _ in range(10):
            answer = await socket.ask("message.send", room=room.pk, client_id=client_id, body="through")
            if answer["type"] == "reply":
                break
            assert answer["code"] == "unavailable"
            assert answer["retry_after"] > 0
        assert answer["type"] == "reply"
    await asyncio.to_thread(_forget_dead_connections)
    assert await background(Message.objects.filter(body="through").count)() == 1


def _forget_dead_connections() -> None:
    """Bring what threads hold back into the pool, which finds out."""
    wait_for_all_threads()
    pool = getattr(database, "pool", None)
    if pool is not None:
        pool.check()


def _terminate_backends() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    database.close()


async def test_a_worker_that_leaves_takes_nobody_in(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    access = mint_pair(await background(session_for)(bob)).access
    came = asyncio.Event()

    async def wait_for_the_late_one(hub: Hub) -> None:
        await came.wait()
        await close_in_waves(hub)

    close_in_waves = Hub._close_in_waves
    monkeypatch.setattr(Hub, "_close_in_waves", wait_for_the_late_one)
    async with connected(alice) as staying:
        leaving = asyncio.create_task(stop_hub(drain=True))
        await staying.hear("restart")
        late = sockets.Socket(handshake(access))
        accepted, _ = await late.communicator.connect(timeout=sockets.SECONDS)
        assert accepted
        assert (await late.hear("error"))["code"] == "unavailable"
        assert await late.hear_close() == Close.BEHIND
        came.set()
        assert await staying.hear_close() == Close.RESTARTING
        await leaving
        await late.communicator.disconnect()
