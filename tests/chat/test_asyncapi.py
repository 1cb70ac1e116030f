"""The description of the wire protocol: complete, true, and shown to people."""

import re
from collections.abc import Iterator
from inspect import getsource
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # drf-spectacular brings it

from accounts.models import User
from accounts.serializers import me_card
from chat import consumers, exceptions, intake, limits, permissions, protocol, rendering, services
from chat.asyncapi import CLIENT_FRAMES, SERVER_FRAMES, AnyFrame, as_yaml, document, example_of, name_of
from chat.protocol import Close
from chat.protocol_notes import ANSWERS, CLOSE_CODES, ERROR_CODES, EXAMPLES
from chat.serializers import message_data
from chat.services import (
    deletion,
    editing,
    messages,
    naming,
    open_direct_room,
    pins,
    reactions,
    send_message,
    touching,
)
from chat.summaries import chats_list
from config.env import ROOT

FRAMES: tuple[AnyFrame, ...] = (*CLIENT_FRAMES, *SERVER_FRAMES)

Fields = tuple[set[str], set[str]]
"""What AsyncAPI 3.0 demands of an object, and what it allows besides."""

ROOT_FIELDS: Fields = (
    {"asyncapi", "info"},
    {"id", "servers", "defaultContentType", "channels", "operations", "components"},
)
CHANNEL_FIELDS: Fields = (
    set(),
    {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags", "bindings"},
)
SERVER_FIELDS: Fields = (
    {"host", "protocol"},
    {"protocolVersion", "pathname", "description", "title", "summary", "variables", "security", "tags", "bindings"},
)
OPERATION_FIELDS: Fields = (
    {"action", "channel"},
    {"title", "summary", "description", "security", "tags", "bindings", "traits", "messages", "reply"},
)
MESSAGE_FIELDS: Fields = (
    {"payload"},
    {"headers", "correlationId", "contentType", "name", "title", "summary", "description", "tags", "examples"},
)
KEY = re.compile(r"[A-Za-z0-9._-]+")


@pytest.fixture(scope="module")
def written() -> Any:
    return yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())


def resolve(whole: Any, ref: str) -> Any:
    assert ref.startswith("#/")
    for part in ref.removeprefix("#/").split("/"):
        whole = whole[part]
    return whole


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from refs(each)


def assert_fields(described: dict[str, Any], fields: Fields) -> None:
    needed, allowed = fields
    assert needed <= described.keys() <= needed | allowed


def test_the_generated_file_is_up_to_date(written: Any) -> None:
    call_command("asyncapi", check=True)
    assert written == document()


def test_drift_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol.Ping, "__doc__", "Something else.")
    with pytest.raises(CommandError, match=r"docs/asyncapi\.yaml: run `manage.py asyncapi --write`"):
        call_command("asyncapi", check=True)


def test_it_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("asyncapi")
    assert capsys.readouterr().out == as_yaml()


def test_every_struct_of_the_protocol_is_in_it(written: Any) -> None:
    bases = {protocol.ClientFrame, protocol.ServerFrame, msgspec.Struct}
    structs = {each for each in vars(protocol).values() if isinstance(each, msgspec.StructMeta)} - bases
    assert {each.__name__ for each in structs} == set(written["components"]["schemas"])
    assert {name_of(frame) for frame in FRAMES} == set(written["components"]["messages"])
    assert {name_of(frame) for frame in FRAMES} == set(written["channels"]["socket"]["messages"])


def test_it_has_the_shape_of_asyncapi_3(written: Any) -> None:
    assert_fields(written, ROOT_FIELDS)
    assert written["asyncapi"] == "3.0.0"
    assert_fields(written["info"], ({"title", "version"}, {"description", "license"}))
    for server in written["servers"].values():
        assert_fields(server, SERVER_FIELDS)
    for channel in written["channels"].values():
        assert_fields(channel, CHANNEL_FIELDS)
    for message in written["components"]["messages"].values():
        assert_fields(message, MESSAGE_FIELDS)
    for operation in written["operations"].values():
        assert_fields(operation, OPERATION_FIELDS)
        assert operation["action"] in {"send", "receive"}
    for scheme in written["components"]["securitySchemes"].values():
        assert scheme["type"] in {"httpApiKey", "http"}
    for group in (written["servers"], written["channels"], written["operations"], *written["components"].values()):
        assert all(KEY.fullmatch(key) for key in group)


def test_every_reference_leads_somewhere(written: Any) -> None:
    assert all(resolve(written, ref) for ref in refs(written))


def test_operations_speak_of_messages_of_their_channel(written: Any) -> None:
    for operation in written["operations"].values():
        for part in (operation, operation.get("reply", {})):
            for message in part.get("messages", []):
                assert message["$ref"].startswith(f"{part['channel']['$ref']}/messages/")


def test_every_client_frame_is_received_and_every_server_frame_is_sent(written: Any) -> None:
    by_action: dict[str, set[str]] = {"send": set(), "receive": set()}
    for operation in written["operations"].values():
        by_action[operation["action"]] |= {ref["$ref"].rpartition("/")[2] for ref in operation["messages"]}
    assert by_action == {
        "receive": {name_of(frame) for frame in CLIENT_FRAMES},
        "send": {name_of(frame) for frame in SERVER_FRAMES},
    }


def test_each_frame_has_one_example() -> None:
    assert [type(example) for example in EXAMPLES] == list(FRAMES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: name_of(type(example)))
def test_examples_travel(example: Any, written: Any) -> None:
    text = msgspec.json.encode(example)
    if isinstance(example, protocol.ClientFrame):
        assert protocol.decode(text.decode()) == example
    else:
        assert msgspec.json.decode(text, type=type(example)) == example
    schema = {"$ref": f"#/components/schemas/{type(example).__name__}", "components": written["components"]}
    Draft7Validator(schema).validate(msgspec.json.decode(text))


@pytest.mark.parametrize("frame", CLIENT_FRAMES, ids=name_of)
def test_the_schema_refuses_what_the_server_refuses(frame: AnyFrame, written: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{frame.__name__}", "components": written["components"]}
    assert not Draft7Validator(schema).is_valid({**example_of(frame), "extra": 1})
    assert not Draft7Validator(schema).is_valid({"type": name_of(frame), "room": 0})


@pytest.mark.django_db
def test_examples_have_the_shapes_that_are_sent(alice: User, bob: User) -> None:
    room = open_direct_room(user=alice, other_id=bob.pk)[0]
    message = send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="It was a *moth*.")
    [summary] = chats_list(alice)
    ready, changed = example_of(protocol.Ready), example_of(protocol.MessageChanged)
    assert same_shape(ready["user"], me_card(alice))
    assert same_shape(ready["rooms"][0], summary)
    assert same_shape(example_of(protocol.RoomChanged)["room"], summary)
    assert same_shape(changed["message"], message_data(message))
    assert same_shape(example_of(protocol.Reply)["data"]["message"], message_data(message))


def same_shape(example: Any, real: Any) -> bool:
    if isinstance(example, dict) and isinstance(real, dict):
        return example.keys() == real.keys() and all(same_shape(example[key], real[key]) for key in example)
    if isinstance(example, list) and isinstance(real, list):
        return all(same_shape(*pair) for pair in zip(example, real, strict=False))
    return example is None or real is None or isinstance(real, type(example))


def test_answers_are_frames_of_the_server() -> None:
    assert set(ANSWERS) <= set(CLIENT_FRAMES)
    assert {answer for answers in ANSWERS.values() for answer in answers} <= set(SERVER_FRAMES)


def test_every_close_code_is_explained() -> None:
    ours = {code for name, code in vars(Close).items() if name.isupper()}
    assert set(CLOSE_CODES) == ours | {1002, 1007, 1009}


def test_every_error_code_that_a_socket_may_hear_is_explained() -> None:
    about_messages = (messages, editing, deletion, reactions, pins, touching, naming)
    heard = (consumers, exceptions, intake, limits, permissions, rendering, services, *about_messages)
    raised = {code for module in heard for code in re.findall(r'(?:Chat|Parley)Error\(\s*"(\w+)"', getsource(module))}
    assert raised == set(ERROR_CODES)


# The page


@pytest.fixture
def shown(client: Client) -> str:
    response = client.get("/api/events/")
    assert response.status_code == 200
    return response.content.decode()


def test_everybody_may_read_the_page_and_the_database_is_not_asked(shown: str) -> None:
    assert "<h1" in shown
    assert "Sign out" not in shown


@pytest.mark.parametrize("frame", FRAMES, ids=name_of)
def test_the_page_tells_every_frame_with_its_fields_and_example(frame: AnyFrame, shown: str) -> None:
    entry = shown.partition(f'id="frame-{name_of(frame)}"')[2].partition("</article>")[0]
    assert "Example" in entry
    assert all(f"<dt><code>{field}</code></dt>" in entry for field in frame.__struct_fields__)
    assert f"&quot;type&quot;: &quot;{name_of(frame)}&quot;" in entry


def test_the_page_tells_bounds_in_words(shown: str) -> None:
    for words in ("1 to 64 characters", "1 to 2⁶³ − 1", "at most 200, each 1 to", "at most 1,000, each 0 to", "UUID"):
        assert words in shown
    assert "true if not given" in shown
    assert '<a href="#struct-SyncedRoom">object of SyncedRoom</a>' in shown


def test_the_page_explains_codes_and_the_way_over_http(shown: str) -> None:
    for code in (*CLOSE_CODES, *ERROR_CODES):
        assert f"<dt><code>{code}</code></dt>" in shown
    assert "GET /api/sync/?rooms=7:42,9:100" in shown
    assert "POST /api/sync/" in shown


def test_the_links_of_the_page_lead_somewhere(shown: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)


def test_docstrings_lose_no_markup(shown: str) -> None:
    assert "``" not in shown
