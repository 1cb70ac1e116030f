"""The permission matrix on the socket: every frame, and what comes of it for everybody; and the poll in its place."""

import asyncio
from contextlib import AsyncExitStack
from itertools import product
from typing import Any

import pytest
from channels.testing import HttpCommunicator
from django.contrib.auth.hashers import make_password
from pytest_django.fixtures import Settings

from accounts.cookies import access_name
from chat.services import deletion
from config.asgi import application
from tests.chat import matrix
from tests.chat.matrix import COLUMNS, FRAME, TABLE, Row
from tests.chat.matrix_requests import FRAMES
from tests.chat.matrix_stage import Scene, Stage
from tests.chat.sockets import Socket, handshake, opened
from tests.conftest import PASSWORD

STATUSES = {"not_found": "404"}
"""What a code of an error means in the table; all others mean that it is not allowed."""

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.fixture
def stage(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Stage:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(deletion, "DELETE_UNDO_SECONDS", 3600)
    return Stage(make_password(PASSWORD))


def test_every_frame_has_a_row() -> None:
    missing = [frame for frame in matrix.frames() if matrix.row_for(frame) is None]
    assert not missing, (
        f"Not in tests/chat/{TABLE.name}: {', '.join(missing)}. Add a row for each that says what comes of it for "
        "whom, and what it says to FRAMES in tests/chat/matrix_requests.py."
    )


def test_every_row_has_a_frame() -> None:
    known = matrix.frames()
    assert not [row.name for row in matrix.rows() if row.method == FRAME and row.door not in known]


async def test_everybody_may_say_what_the_table_says(stage: Stage) -> None:
    frames = [row for row in matrix.rows() if row.method == FRAME]
    found: dict[str, dict[str, str]] = {row.name: {} for row in frames}
    async with AsyncExitStack() as stack:
        scenes = {column: stage.scenes[column] for column in COLUMNS}
        sockets = {column: await enter(stack, scene) for column, scene in scenes.items()}
        for row in frames:
            for column, scene in scenes.items():
                socket = sockets[column]
                found[row.name][column] = await say(socket, row, FRAMES[row.name](stage, scene)) if socket else "401"
    wrong = [matrix.line(row, found[row.name]) for row in frames if found[row.name] != row.outcomes]
    assert not wrong, "It is otherwise now. If that is right, write:\n" + "\n".join(wrong)


async def enter(stack: AsyncExitStack, scene: Scene) -> Socket | None:
    """Open the socket of one of them; None where it is not accepted."""
    communicator = handshake(scene.cookies.get(access_name(), ""))
    accepted, _ = await communicator.connect()
    if not accepted:
        return None
    return await stack.enter_async_context(opened(communicator))


async def say(socket: Socket, row: Row, fields: dict[str, Any]) -> str:
    """Say it, and listen to what comes of it: an answer to it, an error, or what was asked for."""
    kind = row.address
    before = len(socket.frames)
    if kind.startswith(("message.", "reaction.")):
        answers = [await socket.ask(kind, **fields)]
    else:
        await socket.say(kind, **fields)
        await socket.say("ping")
        await socket.hear("pong")
        answers = socket.frames[before:]
    for answer in answers:
        if answer["type"] == "error":
            return STATUSES.get(answer["code"], "403")
    if kind == "sync":
        return "ok" if any(answer.get("rooms") for answer in answers) else "404"
    if kind == "presence.watch":
        return "ok" if any(answer["type"] == "presence" for answer in answers) else "404"
    return "ok"


async def test_everybody_is_told_by_the_polls_what_the_table_says(stage: Stage) -> None:
    for method, path in product(("GET", "POST"), matrix.POLLS):
        row = matrix.row_for(f"{method} {path}")
        assert row is not None
        answers = await asyncio.gather(*(poll(stage.scenes[each], method, path) for each in COLUMNS))
        found = dict(zip(COLUMNS, answers, strict=True))
        assert found == row.outcomes, matrix.line(row, found)


async def poll(scene: Scene, method: str, path: str) -> str:
    """Ask what was missed in the room; of a room that is not theirs nothing is said."""
    query, body = (
        (f"rooms={scene.room.pk}:0", "") if method == "GET" else ("", f'{{"rooms": {{"{scene.room.pk}": 0}}}}')
    )
    headers = [
        (b"host", b"testserver"),
        (b"authorization", f"Bearer {scene.cookies.get(access_name(), '')}".encode()),
        (b"content-type", b"application/json"),
    ]
    communicator = HttpCommunicator(application, method, f"{path}?{query}", body=body.encode(), headers=headers)
    response = await communicator.get_response(timeout=30)
    if response["status"] != 200:
        return str(response["status"])
    return "404" if b'"rooms":{}' in response["body"] else "ok"
