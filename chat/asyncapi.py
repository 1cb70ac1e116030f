"""The wire protocol as an AsyncAPI 3.0 document, made from `chat.protocol`. `docs/asyncapi.yaml` is its text."""

from inspect import cleandoc
from typing import Any, get_args

import msgspec
import yaml

from chat import protocol
from chat.protocol import ClientFrame, ServerFrame
from chat.protocol_notes import ANSWERS, CLOSE_CODES, ERROR_CODES, EXAMPLES, RULES

HEAD = "# Made from chat/protocol.py by `manage.py asyncapi --write`.\n"
CLIENT_FRAMES: tuple[type[ClientFrame], ...] = get_args(protocol.AnyClientFrame)
SERVER_FRAMES: tuple[type[ServerFrame], ...] = tuple(ServerFrame.__subclasses__())

AnyFrame = type[ClientFrame] | type[ServerFrame]


class Dumper(yaml.SafeDumper):
    """Writes long texts as blocks, and what occurs twice in full, not as a reference to the first."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


Dumper.add_representer(str, Dumper.represent_str)


def as_yaml() -> str:
    """Return the text of `docs/asyncapi.yaml`."""
    return HEAD + yaml.dump(document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)


def document() -> dict[str, Any]:
    """Describe the socket from the server's side: it receives what clients send."""
    frames: list[AnyFrame] = [*CLIENT_FRAMES, *SERVER_FRAMES]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parley",
            "version": "1",
            "description": _description(),
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "parley": {
                "host": "{host}",
                "protocol": "wss",
                "variables": {"host": {"default": "chat.example.com"}},
                "security": [_ref("securitySchemes", "cookie"), _ref("securitySchemes", "bearer")],
            }
        },
        "channels": {
            "socket": {
                "address": "/ws/",
                "description": f"WebSocket, subprotocol `{protocol.SUBPROTOCOL}`.",
                "servers": [{"$ref": "#/servers/parley"}],
                "messages": {name_of(frame): _ref("messages", name_of(frame)) for frame in frames},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            **{name_of(frame): _request(frame) for frame in CLIENT_FRAMES},
            "events": {
                "action": "send",
                "summary": "What the server says, asked or not.",
                "channel": {"$ref": "#/channels/socket"},
                "messages": _on_the_socket(*SERVER_FRAMES),
            },
        },
        "components": {
            "messages": {name_of(frame): _message(frame) for frame in frames},
            "schemas": _schemas(),
            "securitySchemes": {
                "cookie": {
                    "type": "httpApiKey",
                    "in": "cookie",
                    "name": "__Host-parley_access",
                    "description": "Set by signing in; without TLS, in development, it is `parley_access`.",
                },
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def name_of(frame: AnyFrame) -> str:
    return str(frame.__struct_config__.tag)


def example_of(frame: AnyFrame) -> dict[str, Any]:
    """The frame's example, as it looks when it travels."""
    found = next(example for example in EXAMPLES if type(example) is frame)
    travelled: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return travelled


def _request(frame: type[ClientFrame]) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": "#/channels/socket"},
        "messages": _on_the_socket(frame),
        "reply": {
            "channel": {"$ref": "#/channels/socket"},
            "messages": _on_the_socket(*ANSWERS.get(frame, ()), protocol.Error),
        },
    }


def _message(frame: AnyFrame) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name_of(frame),
        "title": frame.__name__,
        "summary": doc_of(frame),
        "payload": _ref("schemas", frame.__name__),
        "examples": [{"payload": example_of(frame)}],
    }
    if "ref" in frame.__struct_fields__:
        described["correlationId"] = {"location": "$message.payload#/ref"}
    return described


def _schemas() -> dict[str, Any]:
    """The structs as JSON Schema, those that frames are made of too."""
    types = [*CLIENT_FRAMES, *SERVER_FRAMES]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {name: _tidy(schema) for name, schema in schemas.items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    if "description" in schema:
        schema["description"] = cleandoc(schema["description"])
    return schema


def doc_of(frame: AnyFrame) -> str:
    return cleandoc(frame.__doc__ or "")


def _description() -> str:
    parts = [
        "The live protocol of Parley. Messages, rooms and people look the same in REST, see `/api/docs/`.",
        "## Rules for clients\n",
        *(f"1. {rule}" for rule in RULES),
        "\n## Close codes\n",
        *(f"- {code}: {meaning}" for code, meaning in sorted(CLOSE_CODES.items())),
        "\n## Codes of `error`\n",
        *(f"- `{code}`: {meaning}" for code, meaning in ERROR_CODES.items()),
    ]
    return "\n".join(parts) + "\n"


def _on_the_socket(*frames: AnyFrame) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/socket/messages/{name_of(frame)}"} for frame in frames]


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
