"""One device of one person: it keeps the rules that every client of Parley keeps, and writes down what it sees."""

import asyncio
import zlib
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from tests.convoy.history import History
from tests.convoy.outbox import Outbox
from tests.convoy.pace import Pace
from tests.convoy.roomlog import Rooms
from tests.convoy.world import Device

COOKIE = "__Host-parley_access"
TICK = 0.2
READY_SECONDS = 10.0
ANSWER_SECONDS = 8.0
SIGNED_OUT = 4401

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def handshake(port: int, access: str, *, origin: int | None = None, **options: Any) -> connect:
    """The way to a socket, as a browser opens it. ``origin``: the port of the site, if it is not the same."""
    return connect(
        f"ws://127.0.0.1:{port}/ws/",
        additional_headers={"Cookie": f"{COOKIE}={access}"},
        origin=f"http://127.0.0.1:{origin or port}",  # type: ignore[arg-type]
        subprotocols=["parley.v1"],  # type: ignore[list-item]
        proxy=None,
        compression=None,
        ping_interval=None,
        open_timeout=8,
        close_timeout=1,
        max_size=None,
        **options,
    )


class Client:
    """A person at a device.

    ``chatter`` is called a few times a second while the client is connected, and makes it do things. ``rest`` sends
    messages by HTTP instead of the socket.
    """

    def __init__(
        self, device: Device, *, port: int, history: History, rng: Random, pace: Pace, width: int = 1,
        rest: httpx.AsyncClient | None = None, watch: tuple[int, ...] = (),
        chatter: "Callable[[Client], None] | None" = None,
    ) -> None:  # fmt: skip
        self.device = device
        self.name = device.name
        self.rng = rng
        self.outbox = Outbox(rng, width)
        self.rooms = Rooms()
        self.own: list[tuple[int, str, int, str]] = []
        """Messages of this device that were acknowledged: room, client_id, id, body."""
        self.online = False
        self.gone = False
        """It will not come back."""
        self.left_out = False
        """It was signed out, and does not know yet."""
        self.chatter = chatter
        self._port, self._history, self._pace = port, history, pace
        self._rest, self._watch = rest, watch
        self._socket: ClientConnection | None = None
        self._number = 0
        self._refs: dict[str, str] = {}
        self._attempt = 0
        self._bound = pace.backoff
        self._asked: dict[int, float] = {}
        self._questions = 0
        self._heard = self._beat = 0.0
        self._posts: set[asyncio.Task[None]] = set()

    # What others ask of it.

    async def run(self) -> None:
        """Connect, talk, and come back after whatever happened, until it is gone."""
        while not self.gone:
            opened = 0.0
            try:
                async with handshake(self._port, self.device.access) as socket:
                    opened = self._history.now()
                    await self._converse(socket)
            except (OSError, WebSocketException, TimeoutError, EOFError) as error:
                self._lost(error)
            if self.gone:
                break
            if opened and self._history.now() - opened > 10:
                self._attempt = 0
            await asyncio.sleep(self.rng.random() * min(self._bound, 0.5 * 2**self._attempt))
            self._attempt += 1

    def leave(self) -> None:
        """Go, as a device whose battery is empty."""
        self.gone = True
        self.note("left", user=self.device.user)
        self.cut()

    def cut(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()

    def forget(self) -> None:
        """Come back with nothing but what is in the outbox."""
        self.note("forget")
        self.rooms.logs, self.own = {}, []
        self.cut()

    def note(self, what: str, **fields: Any) -> None:
        self._history.note(self.name, what, conn=self._number, **fields)

    def say(self, room: int, body: str) -> None:
        """Put something into the outbox."""
        self.outbox.add(room, body, self._history.now())

    def ask(self, type_: str, **fields: Any) -> None:
        """Send a frame whose answer is only written down."""
        self._send({"type": type_, **fields})

    def resend(self, room: int, client_id: str, body: str) -> None:
        """Say again what was acknowledged long ago: it must change nothing."""
        self._say(room, client_id, body, again=True)

    def trespass(self, rooms: dict[int, int]) -> None:
        """Ask what happened in rooms that are not ours, or no longer."""
        foreign = {room: seq for room, seq in rooms.items() if room not in self.rooms}
        if foreign and self.online:
            self._asked |= dict.fromkeys(foreign, self._history.now())
            self._question(foreign)

    def known(self, room: int) -> int:
        log = self.rooms.logs.get(room)
        return log.known if log else 0

    # One connection.

    async def _converse(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, self._number + 1
        self._heard = self._beat = self._history.now()
        self._refs = {}
        self._questions = 0
        self.note("open")
        ticking = asyncio.create_task(self._tick())
        try:
            async for text in socket:
                self._heard = self._history.now()
                self._hear(_decode(text))
            self.note("close", code=socket.close_code)
            self._closed(socket.close_code)
        except (OSError, WebSocketException):
            self.note("close", code=socket.close_code)
            self._closed(socket.close_code)
        finally:
            self._socket, self.online = None, False
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            for log in self.rooms.logs.values():
                log.cut()
            self._asked = {}
            self.outbox.cut()

    def _closed(self, code: int | None) -> None:
        self._bound = min(10.0, self._pace.backoff) if code == 4012 else self._pace.backoff
        if code == SIGNED_OUT:
            self.gone = True

    def _lost(self, error: Exception) -> None:
        status = error.response.status_code if isinstance(error, InvalidStatus) else None
        self._history.note(self.name, "no_way", status=status, error=type(error).__name__)

    async def _tick(self) -> None:
        """What time brings: heartbeats, answers that did not come, messages that are due, and things to say."""
        while True:
            now = self._history.now()
            silent = now - self._heard
            if silent > self._pace.dead or (not self.online and silent > READY_SECONDS):
                self.note("dead", silent=round(silent, 1))
                self.cut()
                return
            if self.online:
                if silent > self._pace.beat and now - self._beat > self._pace.beat:
                    self._beat = now
                    self._send({"type": "ping"})
                self._ask_again(now)
                self.flush(now)
                if self.chatter is not None:
                    self.chatter(self)
                    self.flush(now)
            elif self._rest is not None:
                self.flush(now)
            await asyncio.sleep(TICK)

    def _ask_again(self, now: float) -> None:
        """What was not answered is asked for again; of a room that is not ours (any more) nothing will come."""
        for room in [room for room, asked in self._asked.items() if now - asked > ANSWER_SECONDS]:
            if room in self.rooms:
                self.rooms.log(room).behind = True
                self._asked[room] = now
            else:
                self.rooms.logs.pop(room, None)
                del self._asked[room]
        self._sync_those_behind()

    def flush(self, now: float) -> None:
        for entry in self.outbox.due(now):
            self._say(entry.room, entry.client_id, entry.body)

    def _say(self, room: int, client_id: str, body: str, *, again: bool = False) -> None:
        door = "rest" if self._rest and not again else "socket"
        self.note("send", room=room, cid=client_id, door=door, h=zlib.crc32(body.encode()), again=again)
        if self._rest is not None and not again:
            task = asyncio.create_task(self._post(self._rest, room, client_id, body))
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)
            return
        ref = f"m{len(self._refs)}"
        self._refs[ref] = client_id
        self._send({"type": "message.send", "ref": ref, "room": room, "client_id": client_id, "body": body})

    async def _post(self, rest: httpx.AsyncClient, room: int, client_id: str, body: str) -> None:
        headers = {"Authorization": f"Bearer {self.device.spare}"}
        try:
            answer = await rest.post(
                f"/api/rooms/{room}/messages/", json={"client_id": client_id, "body": body}, headers=headers
            )
            data = answer.json()
        except (httpx.HTTPError, ValueError):
            self._refused(client_id, "unavailable", None)
            return
        if answer.is_success:
            self._acknowledged(client_id, data)
        else:
            code = data.get("code", "none") if answer.status_code != 502 else "unavailable"
            self._refused(client_id, code, float(answer.headers.get("Retry-After", 0)) or None)

    def _send(self, frame: dict[str, Any]) -> None:
        """Write without waiting: what the link does not take is the link's trouble, and time tells."""
        socket = self._socket
        if socket is None or socket.transport.is_closing():
            return
        data = socket.protocol
        with suppress(WebSocketException):
            data.send_text(_encode(frame))
            for chunk in data.data_to_send():
                socket.transport.write(chunk)

    # Frames.

    def _hear(self, frame: dict[str, Any]) -> None:
        handler = HANDLERS.get(frame["type"])
        if handler is not None:
            handler(self, frame)
        elif "room" in frame:
            self.note("hear", type=frame["type"], room=frame["room"])

    def _on_ready(self, frame: dict[str, Any]) -> None:
        heads = {room["id"]: room["last_seq"] for room in frame["rooms"]}
        self.note("ready", heads=heads)
        self.online = True
        self.rooms.ready(heads)
        self._bound = self._pace.backoff
        self._sync([room for room, head in heads.items() if head != self.known(room)])
        if self._watch:
            self._send({"type": "presence.watch", "users": list(self._watch)})

    def _on_room(self, frame: dict[str, Any]) -> None:
        room = frame["room"]["id"]
        self.note("hear", type="room", room=room)
        if not self.rooms.joined(room):
            return
        if self._questions and room in self._asked:
            self.cut()  # the answer to a question of before may still come, and looks like that to a new one
        elif frame["room"]["last_seq"]:
            self._sync([room])

    def _on_left(self, frame: dict[str, Any]) -> None:
        self.note("hear", type="room.left", room=frame["room"])
        self.rooms.out(frame["room"])

    def _on_message(self, frame: dict[str, Any]) -> None:
        message = frame["message"]
        event = {
            "room": frame["room"],
            "prev": frame["prev"],
            "seq": frame["seq"],
            "id": message["id"],
            "at": message["seq"],
            "author": message["author"]["id"],
            "cid": message["client_id"],
            "gone": message["deleted_at"] is not None,
            "h": zlib.crc32(message["body"].encode()),
        }
        self.note("msg", **event)
        if self.rooms.take(event).behind:
            self._sync([frame["room"]])

    def _on_synced(self, frame: dict[str, Any]) -> None:
        rooms = {}
        for key, part in frame["rooms"].items():
            rows = None
            if part["reset"]:
                rows = [[m["id"], m["seq"], m["changed_seq"], m["deleted_at"] is not None] for m in part["messages"]]
            rooms[key] = {"seq": part["seq"], "more": part["more"], "rows": rows}
        self.note("synced", rooms=rooms)
        self._questions -= 1
        for key, part in rooms.items():
            self._asked.pop(int(key), None)
            if log := self.rooms.logs.get(int(key)):
                log.synced(**part)
        self._sync_those_behind()

    def _on_reply(self, frame: dict[str, Any]) -> None:
        client_id = self._refs.get(frame["ref"])
        if client_id is not None:
            self._acknowledged(client_id, frame["data"]["message"])
        else:
            self.note("done", ref=frame["ref"])

    def _on_error(self, frame: dict[str, Any]) -> None:
        client_id = self._refs.get(frame.get("ref", ""))
        if client_id is None:
            self.note("error", ref=frame.get("ref"), code=frame["code"])
        else:
            self._refused(client_id, frame["code"], frame.get("retry_after"))

    def _on_presence(self, frame: dict[str, Any]) -> None:
        self.note("presence", user=frame["user"], status=frame["status"])

    def _acknowledged(self, client_id: str, message: dict[str, Any]) -> None:
        self.note("ack", cid=client_id, id=message["id"], room=message["room"], seq=message["seq"])
        entry = self.outbox.entries.get(client_id)
        if entry is not None:
            self.own.append((entry.room, client_id, message["id"], entry.body))
        self.outbox.acknowledged(client_id)
        self.flush(self._history.now())

    def _refused(self, client_id: str, code: str, retry_after: float | None) -> None:
        passing = self.outbox.refused(client_id, code, retry_after, self._history.now())
        self.note("refuse", cid=client_id, code=code, final=not passing)

    def _sync_those_behind(self) -> None:
        self._sync([room for room, log in self.rooms.logs.items() if log.behind])

    def _sync(self, rooms: list[int]) -> None:
        wanted = {}
        for room in rooms:
            log = self.rooms.log(room)
            if not log.syncing or (room in self._asked and log.behind):
                wanted[room] = log.ask()
                self._asked[room] = self._history.now()
        if wanted:
            self._question(wanted)

    def _question(self, rooms: dict[int, int]) -> None:
        self._questions += 1
        self.note("sync", rooms=rooms)
        self._send({"type": "sync", "rooms": rooms})


HANDLERS: dict[str, Callable[[Client, dict[str, Any]], None]] = {
    "ready": Client._on_ready,
    "message": Client._on_message,
    "room": Client._on_room,
    "room.left": Client._on_left,
    "synced": Client._on_synced,
    "reply": Client._on_reply,
    "error": Client._on_error,
    "presence": Client._on_presence,
    "pong": lambda client, frame: None,
    "restart": lambda client, frame: client.note("restart", after=frame["after"]),
}
