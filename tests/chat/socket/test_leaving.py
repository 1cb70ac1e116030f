"""How sockets end: with their session, by themselves, and with their worker."""

import asyncio

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from chat import beacon, services
from chat.hub import Hub, get_hub, stop_hub
from chat.models import Room
from chat.protocol import Close
from tests.chat import sockets
from tests.chat.sockets import connected, handshake
from tests.sessions import session_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


async def test_signing_out_closes_the_sockets_of_that_session_only(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beacon, "PEOPLE_SECONDS", 3600.0)  # nobody finds it out by asking
    phone_session = await in_thread(session_for)(alice)
    async with connected(alice, phone_session) as phone, connected(alice) as laptop:
        await in_thread(accounts.sign_out)(session=phone_session)
        assert await phone.hear_close() == Close.SIGNED_OUT
        await laptop.settle()


async def test_a_revoked_session_is_noticed_even_if_the_news_is_lost(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await in_thread(session_for)(alice)
    async with connected(alice, session) as socket:
        monkeypatch.setattr("accounts.broadcasts.publish", lambda *_: None)
        await in_thread(accounts.sign_out)(session=session)
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        assert await socket.hear_close() == Close.SIGNED_OUT


async def test_news_of_a_user_that_were_lost_are_told_later(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(alice) as socket:
        with monkeypatch.context() as deaf:
            deaf.setattr("chat.broadcasts.publish", lambda *_: None)
            room, _ = await in_thread(services.open_direct_room)(user=alice, other_id=bob.pk)
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        assert (await socket.hear("room"))["room"]["id"] == room.pk


async def test_what_a_newcomer_is_told_of_somebody_all_hear_who_missed_it(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(alice) as before:
        await before.say("presence.watch", users=[bob.pk])
        await before.hear("presence", user=bob.pk, status="offline")
        monkeypatch.setattr("presence.broadcasts.publish", lambda *_: None)
        async with connected(bob):
            async with connected(alice) as newcomer:
                await newcomer.say("presence.watch", users=[bob.pk])
                await newcomer.hear("presence", user=bob.pk, status="active")
            await before.hear("presence", user=bob.pk, status="active")


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


async def test_a_worker_that_leaves_takes_nobody_in(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    access = mint_pair(await in_thread(session_for)(bob)).access
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
