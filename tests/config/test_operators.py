"""Commands for operators: one manner for all of them, and what each does to a real database."""

import getpass
import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.arguments import ExampleCommand
from accounts.commands import OperatorCommand
from accounts.models import AuditEntry, Notice, Session, User
from accounts.tokens import mint_pair
from chat import background, services
from chat.models import Draft, Membership, Message, Report, Revision, Room, SearchText
from chat.services import moderation
from config import keys, probes
from tests.commands import answered, told
from tests.config.environment import PRODUCTION, manage
from tests.factories import direct_room, group_room, say, say_many, superuser
from tests.jobs import run_jobs
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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://who:hush@db.example.com:5432/parley?password=hush")
    shown = answered("config")["settings"]
    assert shown["DATABASE_URL"] == {"value": "set: postgres://db.example.com:5432/parley", "from": "environment"}
    assert shown["JWT_SIGNING_KEY"]["value"] == "set"
    assert shown["UPLOAD_MB"] == {"value": 25, "from": "default"}


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
    settings.ALLOWED_ORIGINS = ["chat.example.com"]
    found = answered("doctor")["probes"]
    sentences = {name: " ".join(finding["sentence"] for finding in findings) for name, findings in found.items()}
    assert "PostgreSQL 18 answers" in sentences["database"]
    assert "fsync off" in sentences["database"]  # these services are for throwing away
    assert "went through the channel layer" in sentences["layer"]
    assert sentences["redis"] == "Redis answers."
    assert sentences["clock"] == "The clocks agree."
    assert "is not an origin" in sentences["settings"]
    assert "Files can be kept" in sentences["media"]
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    settings.ALLOWED_ORIGINS, settings.WEB_WORKERS, settings.DEBUG = [], 2, True
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


def test_purging_throws_away_what_the_settings_say_and_nothing_else(settings: Settings, alice: User, bob: User) -> None:
    settings.MESSAGES_KEPT_DAYS, settings.REVISIONS_KEPT_DAYS = 90, 7
    room = direct_room(alice, bob)
    old, edited, deleted, taken_back, newest = say_many(alice, room, 5)
    services.edit_message(actor=alice, message_id=edited.pk, body="twice")
    services.edit_message(actor=alice, message_id=deleted.pk, body="a secret that was said otherwise")
    for message in (deleted, taken_back):
        services.delete_message(actor=alice, message_id=message.pk)
    now = timezone.now()
    # The last thing that happened in the room was done to an old message: that one stays until there is more.
    Message.objects.filter(pk__in=[old.pk, taken_back.pk]).update(created_at=now - timedelta(days=91))
    Message.objects.filter(pk=deleted.pk).update(deleted_at=now - timedelta(days=31))
    Revision.objects.filter(message=edited).update(written_at=now - timedelta(days=8))
    Draft.objects.create(user=alice, room=group_room(bob), body="of a room that she has left")
    SearchText.objects.create(pk=10**9, room_id=room.pk, at=now, text="", terms=[])
    ended = session_for(bob)
    Session.objects.filter(pk=ended.pk).update(revoked_at=now - timedelta(days=31))

    case = moderation.report_message(reporter=bob, message_id=newest.pk, reason="spam", comment="a secret")
    moderation.decide_report(moderator=superuser("Root"), report_id=case.pk, resolved=False, reason="harmless")
    moderation.report_message(reporter=bob, message_id=newest.pk, reason="spam", comment="still open")
    Report.objects.filter(pk=case.pk).update(decided_at=now - timedelta(days=91))

    would_go = answered("purge", "--dry-run")["gone"]
    assert would_go == dict.fromkeys(("messages", "deleted", "revisions", "reports", "search", "drafts", "sessions"), 1)
    assert Message.objects.filter(pk=old.pk).exists()
    assert answered("purge")["gone"] == would_go
    assert set(answered("purge")["gone"].values()) == {0}

    assert not Message.objects.filter(pk=old.pk).exists()
    assert not SearchText.objects.filter(pk=old.pk).exists()
    deleted.refresh_from_db()
    assert (deleted.body, deleted.html, deleted.is_deleted) == ("", "", True)
    assert not Revision.objects.exists()
    bodies = Report.objects.order_by("pk").values_list("body", "complaints__comment", "answer")
    assert list(bodies) == [("", "", "harmless"), (newest.body, "still open", "")]
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.actor_id, entry.after["reports"]) == ("report.forgotten", None, [case.pk])
    taken_back.refresh_from_db()
    assert taken_back.body  # moderators may still read it
    room.refresh_from_db()
    assert room.last_message == newest
    assert answered("verify_delivery")["ok"]


def test_a_worker_purges_each_night_in_small_pieces_unless_told_not_to(
    settings: Settings, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PURGE_SECONDS", 0.0)
    Draft.objects.create(user=alice, room=group_room(bob), body="of a room that she has left")
    ended = session_for(bob)
    Session.objects.filter(pk=ended.pk).update(revoked_at=timezone.now() - timedelta(days=31))
    settings.PURGE_NIGHTLY = False
    background.purge_nightly.call()
    assert run_jobs() == 0
    settings.PURGE_NIGHTLY = True
    background.purge_nightly.call()
    background.purge_nightly.call()
    assert run_jobs() == 3  # one for each of the two, and one that finds nothing
    assert not Draft.objects.exists()
    assert not Session.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() != ("0",)


def lost(room: Room) -> None:
    Message.objects.filter(seq=4).delete()


def shown(room: Room) -> None:
    Room.objects.update(last_message=Message.objects.get(seq=1))


def shows_nothing(room: Room) -> None:
    Room.objects.update(last_message=None)


def said_later(room: Room) -> None:
    Room.objects.update(last_activity_at=timezone.now() - timedelta(days=1))


def twice(room: Room) -> None:
    Message.objects.filter(seq=2).update(changed_seq=4)


def in_the_way(room: Room) -> None:
    Message.objects.filter(seq=1).update(changed_seq=2)


def answered_elsewhere(room: Room) -> None:
    owner = User.objects.get(pk=room.created_by_id)
    Message.objects.filter(seq=2).update(reply_to=say(owner, group_room(owner)))


def of_one(room: Room) -> None:
    Membership.objects.exclude(user=room.created_by_id).delete()


def counted(room: Room) -> None:
    Room.objects.update(member_count=F("member_count") + 1)


@pytest.mark.parametrize(
    ("spoil", "sentence", "mendable"),
    [
        (lost, "rooms whose newest changes are missing", False),
        (shown, "rooms that show another message than their last one", True),
        (shows_nothing, "rooms that show another message than their last one", True),
        (said_later, "rooms in which something was said after their last activity", True),
        (twice, "changes of which two messages say that they are theirs", False),
        (in_the_way, "messages in the place of another one's change", False),
        (answered_elsewhere, "answers to messages of other rooms", False),
        (of_one, "direct rooms that are not of two people", False),
        (counted, "rooms with a wrong number of members", True),
    ],
)
def test_what_delivery_lacks_is_found_and_put_right_where_that_is_safe(
    alice: User, bob: User, spoil: Callable[[Room], None], sentence: str, *, mendable: bool
) -> None:
    room = direct_room(alice, bob)
    say_many(alice, room, 4)
    assert told("verify_delivery").endswith("Every room is whole.\n")
    spoil(room)
    found = answered("verify_delivery")
    wrong = {check["check"]: check["rooms"] for check in found["checks"] if check["wrong"]}
    assert wrong[sentence] == [room.pk]
    assert answered("verify_delivery", "--fix")["ok"] is mendable or spoil is lost
    assert answered("verify_delivery")["ok"] is mendable


def test_keys_change_in_three_steps_and_nobody_is_signed_out(
    settings: Settings, alice: User, bob: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / "env"
    env.write_text(f"# ours\nSECRET_KEY=s\nJWT_SIGNING_KEY={settings.JWT_SIGNING_KEY}\nSITE_NAME=Here\n")
    env.chmod(0o644)
    if os.geteuid() == 0:  # it is root who does it then, and the servers read it by their group
        os.chown(env, 0, 10001)
    group = env.stat().st_gid
    monkeypatch.setenv("ENV_FILE", str(env))

    def take(step: str) -> dict[str, object]:
        """Take a step, and have all workers anew with what it wrote."""
        answer: dict[str, object] = answered("rotate_keys", step)
        values = dict(line.split("=", 1) for line in env.read_text().splitlines() if "=" in line)
        settings.JWT_SIGNING_KEY = values["JWT_SIGNING_KEY"]
        settings.JWT_ACCEPTED_KEYS = [key for key in values.get("JWT_ACCEPTED_KEYS", "").split(",") if key]
        return answer

    hers, his = session_for(alice), session_for(bob)
    pair, pair_of_bob = mint_pair(hers), mint_pair(his)
    first = keys.present_keys().signing
    assert "--begin" in str(take("--switch")["error"])
    assert take("--begin")["ok"]
    assert keys.present_keys().signing == first
    assert "under way" in str(take("--begin")["error"])
    assert take("--switch")["ok"]
    assert keys.present_keys().accepted == (first,)
    assert env.read_text().startswith("# ours\nSECRET_KEY=s\n")
    assert "SITE_NAME=Here" in env.read_text()
    assert (env.stat().st_mode & 0o777, env.stat().st_gid) == (0o640, group)

    found = accounts.find_session(access=pair.access)
    assert found is not None
    assert "next step is --finish" in str(take("--switch")["error"])
    assert "2 devices" in str(take("--finish")["error"])
    _, renewed = accounts.refresh(token=pair.refresh)
    # Another tab asks with the token before, from a worker that still signs with the old key.
    settings.JWT_SIGNING_KEY, settings.JWT_ACCEPTED_KEYS = first, [keys.present_keys().signing]
    assert accounts.refresh(token=pair.refresh)[1] == renewed
    settings.JWT_SIGNING_KEY, settings.JWT_ACCEPTED_KEYS = settings.JWT_ACCEPTED_KEYS[0], [first]
    assert "1 devices" in str(take("--finish")["error"])
    accounts.refresh(token=pair_of_bob.refresh)
    assert answered("rotate_keys")["held"] == 0
    assert take("--finish")["ok"]
    assert accounts.find_session(access=pair.access) is None
    assert accounts.find_session(access=renewed.access) is not None


def test_everybody_is_told_once_however_often_it_is_run(alice: User, bob: User, eve: User) -> None:
    accounts.deactivate(user=eve)
    words = "We move to a new server on Friday at 22:00 UTC."
    assert answered("broadcast", "--dry-run", words)["people"] == 2
    assert (alice.notices.count(), answered("broadcast", words)["people"]) == (0, 2)
    assert told("broadcast", words) == "0 people were told.\n"
    assert sorted(Notice.objects.values_list("user", "text")) == sorted([(alice.pk, words), (bob.pk, words)])
    assert User.objects.get(pk=bob.pk).unread_notices == 1
    assert "up to 1,000 characters" in answered("broadcast", " ")["error"]
