"""Frames: what is understood, and what is said about the rest."""

import json

import msgspec
import pytest

from chat import protocol
from chat.protocol import MalformedError, decode


def test_a_frame_becomes_its_struct() -> None:
    frame = decode('{"type":"room.read","room":7,"seq":41}')
    assert frame == protocol.RoomRead(room=7, seq=41)


def test_room_ids_are_keys_of_json_and_numbers_to_us() -> None:
    assert decode('{"type":"sync","rooms":{"7":41}}') == protocol.Sync(rooms={7: 41})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "{}",
        '{"type":"nonsense"}',
        '{"type":"ping","extra":1}',
        '{"type":"room.read","room":7}',
        '{"type":"room.read","room":0,"seq":1}',
        '{"type":"room.read","room":-1,"seq":1}',
        '{"type":"room.read","room":1.5,"seq":1}',
        '{"type":"room.read","room":"7","seq":1}',
        '{"type":"room.read","room":7,"seq":NaN}',
        '{"type":"room.read","room":7,"seq":Infinity}',
        '{"type":"room.read","room":7,"seq":' + "9" * 5000 + "}",
        '{"type":"sync","rooms":' + "[" * 20_000 + "}",
        '{"type":"message.send","ref":"1","room":7,"client_id":"not-a-uuid","body":"x"}',
        '{"type":"message.send","ref":"","room":7,"client_id":"7b1f7f0e-4f6c-4a55-8d8a-0d3b5f9a1c22","body":"x"}',
        '{"type":"message.send","ref":"1","room":7,"client_id":"7b1f7f0e-4f6c-4a55-8d8a-0d3b5f9a1c22","body":null}',
        '{"type":"presence.set","status":"offline"}',
        json.dumps({"type": "presence.watch", "users": list(range(1, 202))}),
        json.dumps({"type": "sync", "rooms": {str(number): 0 for number in range(1, 1002)}}),
    ],
)
def test_whatever_else_comes_is_malformed_with_a_sentence(text: str) -> None:
    with pytest.raises(MalformedError) as error:
        decode(text)
    assert str(error.value).endswith(".")


def test_the_ref_of_a_bad_frame_is_found_so_that_its_sender_learns_which_one() -> None:
    assert protocol.ref_of('{"type":"message.send","ref":"r1"}') == "r1"
    for text in ("hello", "[]", '{"ref":5}', '{"ref":"' + "x" * 65 + '"}'):
        assert protocol.ref_of(text) is None


def test_every_frame_of_the_server_says_its_type() -> None:
    text = protocol.encode(protocol.Synced(rooms={7: protocol.SyncedRoom(seq=41)}))
    assert msgspec.json.decode(text) == {"type": "synced", "rooms": {"7": {"seq": 41, "more": False, "reset": False}}}
