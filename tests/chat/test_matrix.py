"""The permission matrix over HTTP: every door, every method, and what comes of it for everybody."""

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis

from chat.services import deletion
from tests.chat import matrix
from tests.chat.matrix import ADMIN_TABLE, FRAME, OUTSIDE, TABLE, Row
from tests.chat.matrix_requests import address, body
from tests.chat.matrix_stage import Stage
from tests.conftest import PASSWORD

SECTIONS = list(dict.fromkeys(row.section for row in matrix.rows() if row.method != FRAME))
DOORS: set[str] = set()

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The cast. Nothing of what they do shall fail because it is too much, or too late."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.THREADS = True
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/second")
    monkeypatch.setattr("accounts.limits.TRIES_PER_ADDRESS", 1_000_000)
    monkeypatch.setattr(deletion, "DELETE_UNDO_SECONDS", 3600)
    return Stage(make_password(PASSWORD))


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def doors(stage: Stage, client: Client) -> set[str]:
    """All doors of the site; they are the same in every test."""
    if not DOORS:
        client.cookies.load(stage.scenes["staff"].cookies)
        for each, view in matrix.addresses().items():
            DOORS.update(f"{method} {each}" for method in matrix.methods(each, view, client))
    return OUTSIDE | DOORS


def test_every_door_has_a_row(doors: set[str]) -> None:
    missing = sorted(door for door in doors if matrix.row_for(door) is None)
    assert not missing, (
        f"Neither in tests/chat/{TABLE.name} nor in {ADMIN_TABLE.name}: {', '.join(missing)}. Add a row for each that "
        "says what comes of it for whom, and what it sends along to BODIES in tests/chat/matrix_requests.py."
    )


def test_every_row_has_a_door(doors: set[str]) -> None:
    used = {row.name for door in doors if (row := matrix.row_for(door))}
    astray = [
        row.name for row in matrix.rows() if row.method != FRAME and row.door not in doors and row.name not in used
    ]
    assert not astray, f"Leads nowhere, or somewhere that another row tells of. Remove it from {TABLE.name}: {astray}"


def test_no_row_of_the_admin_stands_for_several_addresses() -> None:
    assert not [row.name for row in matrix.rows() if row.section == "The admin" and "*" in row.address]


@pytest.mark.parametrize("section", SECTIONS)
def test_everybody_may_do_what_the_table_says(section: str, stage: Stage, client: Client, doors: set[str]) -> None:
    wrong = []
    for row in matrix.rows():
        if row.section != section or row.method == FRAME or row.address in matrix.POLLS:
            continue
        for door in sorted(each for each in doors if matrix.row_for(each) is row) if row.pattern else [row.door]:
            found = {column: try_door(client, stage, column, row, door) for column in row.outcomes}
            if found != row.outcomes:
                wrong.append(f"{door}\n{matrix.line(row, found)}")
    assert not wrong, "It is otherwise now. If that is right, write:\n" + "\n".join(wrong)


def try_door(client: Client, stage: Stage, column: str, row: Row, door: str) -> str:
    """What comes of it for one of them; of what it changes nothing stays."""
    method, template = door.split(" ")
    scene = stage.scenes[column]
    with transaction.atomic():
        path = address(row, template, stage, scene)
        found = matrix.knock(client, scene.cookies, method, path, body(row, stage, scene))
        transaction.set_rollback(True)
    return found


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    """Sign-ins that failed in the test before are not counted."""
    with Redis.from_url(configured.REDIS_URL) as redis:
        if keys := list(redis.scan_iter(f"{configured.REDIS_PREFIX}:tries:*")):
            redis.delete(*keys)
