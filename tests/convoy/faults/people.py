"""People who come and go, all at once or against their will, who knock where they must not, or mean no good."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import psycopg
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from tests.convoy.client import handshake
from tests.convoy.faults.registry import fault
from tests.convoy.rig import Rig


@fault()
async def sign_out(rig: Rig) -> None:
    await rig.sign_out()
    await asyncio.sleep(3)  # the others talk on: would that device hear it?


@fault()
async def members_removed(rig: Rig) -> None:
    """People are put out of rooms in which the others talk on, and ask and talk on themselves; then half come back."""
    seats = [seat for seat in [await rig.doorman.put_out() for _ in range(6)] if seat]
    for _ in range(8):
        for room, user in seats:
            for client in rig.clients:
                if client.device.user == user and not client.gone:
                    client.trespass({room: 0})
                    client.say(room, "am I still here?")
        await asyncio.sleep(0.5)
    for seat in seats[::2]:
        await rig.doorman.bring_back(seat)


@fault()
async def strangers_knock(rig: Rig) -> None:
    """Everybody asks for every busy room that they are not in."""
    for client in rig.clients:
        client.trespass(dict.fromkeys(rig.world.busy, 0))
    await asyncio.sleep(1)


@fault()
async def everybody_at_once(rig: Rig) -> None:
    """All clients are cut, and come back together with a crowd."""
    rig.front.cut(rig.front.links)
    devices = rig.crowd[2:]
    wanted = [devices[number % len(devices)] for number in range(rig.pace.crowd)]
    came = await asyncio.gather(*(_come_and_go(rig, device.access) for device in wanted))
    rig.note("crowd", wanted=len(wanted), came=sum(came))


@fault()
async def everybody_talks(rig: Rig) -> None:
    """All say something to the same few rooms in the same moment, again and again."""
    for _ in range(6):
        for client in rig.clients:
            for room in rig.world.busy[:3]:
                if room in client.rooms and not client.gone:
                    for _ in range(client.outbox.width):
                        client.say(room, "me too")
        await asyncio.sleep(0.5)


@fault()
async def devices_replaced(rig: Rig) -> None:
    """Some come back with an empty device, and want the whole history, of which something was taken back."""
    for client in rig.clients:
        if client.own:
            client.ask("message.delete", ref="taken back", message=client.own[0][2])
    await asyncio.sleep(0.5)
    for client in rig.rng.sample(rig.clients, len(rig.clients) // 3):
        client.forget()


@fault()
async def never_reads(rig: Rig) -> None:
    """Somebody stops reading while a lot is said in his room: the others go on, and he is cut off."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", rig.server.port))
    device = rig.crowd[0]
    async with handshake(rig.server.port, device.access, origin=rig.front.port, sock=sock, max_queue=1) as deaf:
        await deaf.recv()
        talkers = [client for client in rig.clients[:6] if client.online]
        for number in range(300):
            if talkers:
                talkers[number % len(talkers)].say(rig.world.flood, f"{number}" + " noise" * 1_600)
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                while any(client.outbox.rooms.get(rig.world.flood) for client in talkers):
                    await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        said = await asyncio.to_thread(_bytes_in, rig.database, rig.world.flood)
        got, closed = await _drain(deaf)
        rig.note("drained", said=said, got=got, closed=closed)


@fault()
async def flood(rig: Rig) -> None:
    """Ten thousand tiny frames, as fast as the network takes them."""
    sent = 0
    with suppress(OSError, WebSocketException, TimeoutError):
        async with asyncio.timeout(8), handshake(rig.front.port, rig.crowd[1].access) as socket_:
            await socket_.recv()
            reading = asyncio.create_task(_drain(socket_, idle=5))
            with suppress(WebSocketException):
                for number in range(10_000):
                    await socket_.send('{"type":"ping"}' if number % 2 else "{}")
                    sent += 1
            await reading
            rig.note("flooded", sent=sent, code=socket_.close_code)
            return
    rig.note("flooded", sent=sent, code=None)


# How


async def _come_and_go(rig: Rig, access: str) -> bool:
    with suppress(OSError, WebSocketException, TimeoutError):
        async with asyncio.timeout(20), handshake(rig.front.port, access) as socket_:
            await socket_.recv()
            return True
    return False


async def _drain(connection: ClientConnection, *, idle: float = 2.0) -> tuple[int, bool]:
    """Read all that comes; how many bytes that was, and whether the server closed in the end."""
    got = 0
    while True:
        try:
            async with asyncio.timeout(idle):
                got += len(await connection.recv())
        except TimeoutError:
            return got, False
        except (OSError, WebSocketException):
            return got, True


def _bytes_in(database: str, room: int) -> int:
    with psycopg.connect(database) as connection:
        query = "SELECT coalesce(sum(length(body) + length(html)), 0) FROM chat_message WHERE room_id = %s"
        row: Any = connection.execute(query, [room]).fetchone()
        return int(row[0])
