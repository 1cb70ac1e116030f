"""The socket, from the handshake on: who comes in, and who hears what."""

from uuid import uuid4

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.threads import in_thread
from accounts.tokens import RefreshToken, mint_pair
from chat import services
from chat.models import Message, Room
from tests.chat.sockets import connected, handshake
from tests.jobs import run_jobs
from tests.sessions import session_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


# Coming in


async def test_an_anonymous_forged_or_misused_token_is_refused_before_the_socket_opens(alice: User) -> None:
    session = await in_thread(session_for)(alice)
    pair = mint_pair(session)
    for token in ("", "nonsense", pair.access[:-2], pair.refresh, RefreshToken.mint(session)):
        accepted, _ = await handshake(token).connect()
        assert not accepted


async def test_a_foreign_page_is_refused_even_with_a_good_cookie(alice: User) -> None:
    access = mint_pair(await in_thread(session_for)(alice)).access
    for origin in (None, b"null", b"https://testserver", b"http://evil.example", b"http://testserver:81"):
        accepted, _ = await handshake(access, origin=origin).connect()
        assert not accepted


async def test_an_unknown_path_is_refused(alice: User) -> None:
    access = mint_pair(await in_thread(session_for)(alice)).access
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
        send = in_thread(services.send_message)
        await send(author=alice, room_id=room.pk, client_id=uuid4(), body="from elsewhere")
        frame = await reader.hear("message")
        assert frame["message"]["body"] == "from elsewhere"


async def test_a_deleted_message_is_gone_from_every_screen_at_once(room: Room, alice: User, bob: User) -> None:
    first = await in_thread(Message.objects.get)()
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
        room, _ = await in_thread(services.open_direct_room)(user=alice, other_id=bob.pk)
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
