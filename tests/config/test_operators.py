"""Commands for operators: one manner for all of them, and what most of them do to a real database."""

import getpass
import json
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.arguments import ExampleCommand
from accounts.commands import OperatorCommand
from accounts.models import Notice, Session, User
from config import probes
from tests.commands import answered, told
from tests.config.environment import PRODUCTION, manage
from tests.factories import direct_room, group_room, say, say_many
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


OURS = ("accounts", "chat", "presence", "config")
RUNNING = {"reset", "serve", "up", "worker"}
"""Commands that run until stopped, or only here: nobody reads JSON of them."""

FOR_DEVELOPERS = {"asyncapi"}


def test_every_command_for_operators_has_the_common_manner_and_an_example() -> None:
    names = {name for name, app in get_commands().items() if app in OURS} - FOR_DEVELOPERS
    for name in sorted(names):
        command = load_command_class(get_commands()[name], name)
        assert isinstance(command, ExampleCommand if name in RUNNING else OperatorCommand), name
        parser = command.create_parser("manage.py", name)
        assert f"manage.py {name}" in parser.format_help().partition("examples:")[2], name
        for example in command.examples:
            assert example.startswith(name), example


def test_what_a_command_refuses_is_json_for_scripts_and_a_sentence_for_people() -> None:
    refusal = answered("close_sessions", "nobody@example.org")
    assert refusal["ok"] is False
    assert "nobody@example.org" in refusal["error"]
    with pytest.raises(CommandError, match="There is no account"):
        told("close_sessions", "nobody@example.org")


@pytest.mark.parametrize(
    "words",
    [
        "ban eve@example.org --reason spam --days nan",
        "ban eve@example.org --reason spam --days -1",
        "demo --messages 0",
        "demo --days -1",
        "loadtest --rate inf",
        "loadtest --seconds 0",
        "loadtest --users 10000000000",
        "rooms --limit x",
        "serve --workers 0",
        "rotate_widget_secret 0f3c --hours nan",
    ],
)
def test_numbers_that_make_no_sense_are_refused_before_anything_happens(words: str) -> None:
    with pytest.raises(CommandError, match=r"is no (?:number of things|amount): write"):
        call_command(*words.split())


@pytest.mark.parametrize("bind", ["here", "127.0.0.1:99999", "127.0.0.1:-1", "unix:/nowhere/at/all", "unix:/tmp"])
def test_what_cannot_be_listened_on_is_told_in_a_sentence(bind: str) -> None:
    with pytest.raises(CommandError, match=r"(?:BIND or --bind as|Choose another address)"):
        call_command("serve", "--bind", bind)


def test_who_is_not_there_is_not_asked_and_who_has_not_migrated_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", nobody)
    with pytest.raises(CommandError, match="Nobody is there to be asked"):
        told("createadmin", "root@example.org")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_room RENAME COLUMN topic TO theme")
    assert "manage.py migrate" in answered("rooms")["error"]


def test_a_demo_that_is_refused_makes_nobody() -> None:
    with pytest.raises(CommandError, match="at least 3 people"):
        told("demo", "--users", "2")
    assert not User.objects.exists()


def test_the_configuration_is_shown_with_where_it_comes_from_and_without_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://who:hush@db.example.com:5432/parley?password=hush")
    shown = answered("config")["settings"]
    assert shown["DATABASE_URL"] == {"value": "set: postgres://db.example.com:5432/parley", "from": "environment"}
    assert shown["JWT_SIGNING_KEY"]["value"] == "set"
    assert shown["UPLOAD_MB"] == {"value": 25, "from": "default"}
    file = tmp_path / "parley.env"
    file.write_text("UPLOAD_MB=30\n")
    monkeypatch.setenv("ENV_FILE", str(file))
    assert answered("config")["settings"]["UPLOAD_MB"] == {"value": 30, "from": "parley.env"}


def test_a_service_says_how_it_stands_to_people_and_where_programs_read_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class("config", "serve")
    assert isinstance(command, ExampleCommand)
    with caplog.at_level("INFO"):
        command.announce("It serves.")
        assert (capsys.readouterr().out, caplog.messages) == ("It serves.\n", [])
        settings.LOG_FORMAT = "json"
        command.announce("It serves.")
        assert (capsys.readouterr().out, caplog.messages) == ("", ["It serves."])


@pytest.mark.parametrize("number", ["-3", "many", "1.5"])
def test_what_is_no_number_of_workers_is_refused_with_a_sentence(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = load_command_class("config", "serve").create_parser("manage.py", "serve")
    assert parser.parse_args(["--job-workers", "0"]).job_workers == 0
    with pytest.raises(CommandError, match=f"{number} is no number of things: write 0 or more"):
        parser.parse_args(["--job-workers", number])


def test_ctrl_c_ends_with_a_sentence_and_the_code_of_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("chat.services.purging._count", lambda *_: stop())
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, shells have it ignored
    try:
        with pytest.raises(CommandError, match="run it again") as stopped:
            call_command("purge", "--dry-run")
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.value.returncode == 130


def test_without_a_database_there_is_a_sentence_and_no_traceback() -> None:
    nowhere = PRODUCTION | {"DATABASE_URL": "postgres://parley@127.0.0.1:1/parley", "REDIS_URL": "redis://127.0.0.1:1"}
    examined = manage("doctor", "--json", **nowhere)
    found = json.loads(examined.stdout)["probes"]
    assert examined.returncode == 1
    assert {found[name][-1]["state"] for name in ("database", "redis", "layer", "migrations", "static")} == {"wrong"}
    assert all(finding["mend"] for findings in found.values() for finding in findings if finding["state"] != "fine")
    assert "Traceback" not in examined.stderr


def test_a_database_that_goes_away_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_it(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly\nThis probably means")

    monkeypatch.setattr("chat.services.verification.fetch", lose_it)
    refusal = answered("verify_delivery")["error"]
    assert refusal.startswith("The database does not answer: server closed the connection unexpectedly.")


def test_the_doctor_finds_what_is_there_and_what_is_amiss(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "media": settings.STORAGES["media"] | {"OPTIONS": {"location": tmp_path / "media"}}
    }
    settings.SIGN_UP = "domain"
    found = answered("doctor")["probes"]
    sentences = {name: " ".join(finding["sentence"] for finding in findings) for name, findings in found.items()}
    assert "PostgreSQL 18 answers" in sentences["database"]
    assert "fsync off" in sentences["database"]  # these services are for throwing away
    assert "went through the channel layer" in sentences["layer"]
    assert sentences["redis"] == "Redis answers."
    assert sentences["clock"] == "The clocks agree."
    assert "SIGN_UP_DOMAINS names none" in sentences["settings"]
    assert "Files can be kept" in sentences["media"]
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    settings.SIGN_UP, settings.WEB_WORKERS, settings.DEBUG = "open", 2, True
    assert told("doctor", "--only", "settings").startswith("  ok   settings    The settings are sound.")
    settings.JOB_WORKERS, settings.JOB_CONCURRENCY = 20, 4
    [words] = [found.sentence for found in probes.database_has_place()]
    assert "may open 200 connections" in words
    assert told("doctor", "--only", "redis", "--only", "layer", "--only", "migrations").endswith("is well.\n")


def test_an_administrator_is_made_once_and_keeps_the_password(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = answered("createadmin", "Root@Example.org", "--name", "Radia Perlman", "--generate")
    root = User.objects.get(email="root@example.org")
    assert made["created"]
    assert root.is_superuser
    assert root.is_staff
    assert root.check_password(made["password"])
    again = answered("createadmin", "root@example.org")
    assert (again["created"], again["id"]) == (False, root.pk)
    assert User.objects.get(pk=root.pk).password == root.password

    session = session_for(alice)
    accounts.deactivate(user=alice)
    monkeypatch.setenv("PARLEY_ADMIN_PASSWORD", "a river in the dark")
    assert not answered("createadmin", alice.email, "--new-password")["created"]
    alice.refresh_from_db()
    assert (alice.is_active, alice.is_staff, alice.check_password("a river in the dark")) == (True, True, True)
    assert not Session.objects.live().filter(pk=session.pk).exists()

    monkeypatch.setenv("PARLEY_ADMIN_PASSWORD", "short")
    assert "too short" in answered("createadmin", "next@example.org")["error"]
    monkeypatch.delenv("PARLEY_ADMIN_PASSWORD")
    typed = iter(["one long password", "another long password"])
    monkeypatch.setattr(getpass, "getpass", lambda *_: next(typed))
    with pytest.raises(CommandError, match="two different"):
        told("createadmin", "next@example.org")
    assert not User.objects.filter(email="next@example.org").exists()


def test_sessions_are_closed_of_those_who_are_named_or_of_all(alice: User, bob: User, eve: User) -> None:
    for user in (alice, alice, bob, eve):
        session_for(user)
    assert answered("close_sessions", "ALICE@example.org") == {"ok": True, "people": 1, "closed": 2}
    assert set(Session.objects.live().values_list("user", flat=True)) == {bob.pk, eve.pk}
    assert "Nobody was signed out" in answered("close_sessions", bob.email, "nobody@example.org")["error"]
    assert answered("close_sessions", "--all")["closed"] == 2
    assert told("close_sessions", "--all").startswith("0 sessions of 0 people")


def test_rooms_are_found_by_words_and_by_number_and_direct_ones_only_when_asked_for(alice: User, bob: User) -> None:
    harbour = group_room(alice, bob, kind="public", name="Harbour")
    garden, between = group_room(alice, name="Garden"), direct_room(alice, bob)
    say_many(alice, harbour, 3)
    say(alice, between)
    [found] = answered("rooms", "harb")["rooms"]
    assert (found["id"], found["members"], found["messages"], found["kind"]) == (harbour.pk, 2, 3, "public")
    assert [room["id"] for room in answered("rooms", "--order", "messages")["rooms"]] == [harbour.pk, garden.pk]
    assert [room["id"] for room in answered("rooms", "--kind", "direct")["rooms"]] == [between.pk]
    assert [room["id"] for room in answered("rooms", str(garden.pk))["rooms"]] == [garden.pk]
    assert answered("rooms", "--limit", "1")["total"] == 2
    listed = told("rooms")
    assert "Harbour" in listed
    assert listed.endswith("2 of 2 rooms.\n")
    assert told("rooms", "no such thing").endswith("There is no such room.\n")


def test_everybody_is_told_once_however_often_it_is_run(alice: User, bob: User, eve: User) -> None:
    accounts.deactivate(user=eve)
    words = "We move to a new server on Friday at 22:00 UTC."
    assert answered("broadcast", "--dry-run", words)["people"] == 2
    assert (alice.notices.count(), answered("broadcast", words)["people"]) == (0, 2)
    assert told("broadcast", words) == "0 people were told.\n"
    assert sorted(Notice.objects.values_list("user", "text")) == sorted([(alice.pk, words), (bob.pk, words)])
    assert User.objects.get(pk=bob.pk).unread_notices == 1
    assert "up to 1,000 characters" in answered("broadcast", " ")["error"]
