"""Frames at a real worker that say what cannot be."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.config.sockets.person import People, Person, hear, message

NUMBERS: tuple[Any, ...] = (-1, 2**63, 2**64, 10**400, 1.5, 1e999, "7", None, True, [], {})
CLIENT_ID = "7b1f7f0e-4f6c-4a55-8d8a-0d3b5f9a1c22"


def say(type_: str, **fields: Any) -> str:
    return json.dumps({"type": type_, **fields})


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        pytest.param([b"\x00\x01", b""], "malformed", id="binary"),
        pytest.param(["", " ", "hello", "[]", "null", "7", '"ping"', "{}", "{" * 9], "malformed", id="no frame"),
        pytest.param(["[" * 60_000, '{"type":' * 7_000, '{"a":' * 10_000 + "1" + "}" * 5_000], "malformed", id="deep"),
        pytest.param(
            [say("nonsense"), say("ready"), say("ping", more=1), '{"type":["ping"]}'], "malformed", id="types"
        ),
        pytest.param([say("sync", rooms={"1": seq}) for seq in NUMBERS[:6]], "malformed", id="sync, seq"),
        pytest.param(
            [say("sync", rooms={"1": seq}) for seq in NUMBERS[6:]], "malformed", id="sync, seq of a wrong type"
        ),
        pytest.param([say("sync", rooms={room: 0}) for room in (-1, 0, 2**63, "x", "")], "malformed", id="sync, room"),
        pytest.param([say("sync", rooms=dict.fromkeys(range(1, 5_001), 0))], "malformed", id="sync, 5,000 rooms"),
        pytest.param([say("sync"), say("sync", rooms=[1, 2]), say("sync", rooms=None)], "malformed", id="sync, rooms"),
        pytest.param([say("room.read", room=1, seq=seq) for seq in NUMBERS[:9]], "malformed", id="read, seq"),
        pytest.param([say("room.read", room=room, seq=1) for room in (0, *NUMBERS[:8])], "malformed", id="read, room"),
        pytest.param([say("room.delivered", room=1, seq=seq) for seq in NUMBERS[:9]], "malformed", id="delivered, seq"),
        pytest.param([say("typing.start", room=room) for room in (0, *NUMBERS[:8])], "malformed", id="typing"),
        pytest.param([say("presence.watch", users=[pk]) for pk in (0, *NUMBERS[:8])], "malformed", id="watch"),
        pytest.param([say("presence.watch", users=list(range(1, 10_001)))], "malformed", id="watch, too many"),
        pytest.param([say("presence.set", status=status) for status in ("", "offline", 1)], "malformed", id="status"),
        pytest.param(
            [say("message.delete", ref="r", message=pk) for pk in (0, *NUMBERS[:8])], "malformed", id="delete"
        ),
        pytest.param(
            [
                say("message.send", ref="r", room=1, client_id=CLIENT_ID, body=body)
                for body in (None, 7, ["x"], "\ud800")
            ],
            "malformed",
            id="send, body",
        ),
        pytest.param(
            [say("message.send", ref="r", room=1, client_id=each, body="x") for each in ("", "x", 7, None, "7b1f7f0e")],
            "malformed",
            id="send, client_id",
        ),
        pytest.param(
            [say("message.send", ref=ref, room=1, client_id=CLIENT_ID, body="x") for ref in ("", "x" * 65, 7, None)],
            "malformed",
            id="send, ref",
        ),
        pytest.param([say("message.delete", ref="r", message=2**63 - 1)], "not_found", id="delete what never was"),
        pytest.param(
            [say(type_, room=2**63 - 1, seq=2**63 - 1) for type_ in ("room.read", "room.delivered")],
            "not_found",
            id="read a room that never was",
        ),
        pytest.param([say("typing.start", room=2**63 - 1)], "not_found", id="type in a room that never was"),
        pytest.param(
            [say("message.send", ref="\0", room=2**63 - 1, client_id=CLIENT_ID, body="x")],
            "not_found",
            id="send to a room that never was",
        ),
    ],
)
async def test_a_frame_that_cannot_be_is_refused_with_a_sentence_and_the_socket_lives(
    eve: Person, texts: list[str | bytes], code: str
) -> None:
    async with eve.socket() as socket:
        for text in texts:
            await socket.send(text)
            refusal = await hear(socket, "error")
            assert refusal["code"] == code, text[:100]
            assert len(refusal["detail"]) > 10
            assert refusal["detail"].endswith(".")
        await socket.send('{"type":"ping"}')
        await hear(socket, "pong")


async def test_strange_numbers_within_the_bounds_are_answered(people: People) -> None:
    alice, bob, room = people
    async with alice.socket() as writer, bob.socket() as reader:
        await writer.send(message(room))
        await hear(writer, "reply")
        await reader.send(say("sync", rooms={room: 2**63 - 1, 2**63 - 1: 5}))
        answer = (await hear(reader, "synced"))["rooms"]
        assert list(answer) == [str(room)]
        assert answer[str(room)]["reset"]
        await reader.send(say("presence.watch", users=[2**63 - 1]))
        await reader.send(say("room.delivered", room=room, seq=2**63 - 1))
        receipt = await hear(writer, "receipt")
        while receipt["user"] != bob.id:
            receipt = await hear(writer, "receipt")  # of what one has oneself
        assert (receipt["delivered_seq"], receipt["read_seq"]) == (1, 0)
        await reader.send(say("room.read", room=room, seq=2**63 - 1))
        assert (await hear(writer, "receipt"))["read_seq"] == 1


async def test_nothing_is_learnt_about_a_room_of_others(eve: Person, room: int) -> None:
    async with eve.socket() as socket:
        await socket.send(
            say("sync", rooms={room: 0, room + 1_000_000: 0} | dict.fromkeys(range(10**9, 10**9 + 900), 7))
        )
        assert (await hear(socket, "synced"))["rooms"] == {}
        for type_ in ("room.read", "room.delivered"):
            details = []
            for each in (room, 10**9):
                await socket.send(say(type_, room=each, seq=1))
                refusal = await hear(socket, "error")
                details.append((refusal["code"], refusal["detail"]))
            assert details[0] == details[1]
            assert details[0][0] == "not_found"


@pytest.mark.parametrize(
    ("body", "code"),
    [("\0", "invalid"), ("a\0b", "invalid"), ("", "empty"), ("\u200b\u2060 \n", "empty"), ("x" * 10_001, "too_long")],
)
async def test_a_body_that_cannot_be_kept_is_refused(people: People, body: str, code: str) -> None:
    alice, _, room = people
    async with alice.socket() as socket:
        await socket.send(say("message.send", ref="r", room=room, client_id=str(uuid4()), body=body))
        refusal = await hear(socket, "error")
        assert (refusal["ref"], refusal["code"]) == ("r", code)
        await socket.send(message(room))
        assert (await hear(socket, "reply"))["ok"]
