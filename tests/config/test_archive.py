"""A whole Parley in one file: written, compared, read into an empty database, and compared again."""

import json
import re
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from chat import demo, services
from chat.media.storage import key_of
from chat.models import Attachment, Draft, Message, Room, SearchText
from chat.services.faces import PARTS
from config import backups
from config.archive.manifest import ArchiveError
from config.archive.tables import EXPORTED, LEFT_OUT, tables
from tests.commands import answered, told
from tests.factories import direct_room, group_room, say
from tests.sessions import session_for

SEARCHED = "SELECT count(*), sum(cardinality(terms)) FROM chat_searchtext"


def test_no_model_is_forgotten() -> None:
    """A new model goes into EXPORTED, or into LEFT_OUT with the reason (config/archive/tables.py)."""
    there = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert there == {*EXPORTED, *LEFT_OUT}
    assert not set(EXPORTED) & set(LEFT_OUT)


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def empty() -> None:
    """Leave what a fresh database has after `migrate`."""
    names = ", ".join(table.name for table in tables() if not table.name.startswith(("auth_", "django_")))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names}, chat_searchtext, accounts_session RESTART IDENTITY CASCADE")


@pytest.mark.django_db(transaction=True)
def test_two_weeks_go_out_come_in_again_and_are_the_same(settings: Settings, tmp_path: Path, alice: User) -> None:
    settings.DEBUG = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    demo.create(with_files=False)
    made = answered("demo", "--users", "40", "--rooms", "12", "--messages", "1500", "--days", "14")
    assert made["crowd_said"] >= 1400
    assert answered("demo", "--users", "40")["crowd_said"] == 0
    ends = Message.objects.filter(author__handle__startswith="crowd").order_by("created_at")
    assert 12 <= (ends.last().created_at - ends.first().created_at).days <= 14  # type: ignore[union-attr]
    grace = User.objects.get(email=f"grace@{demo.DOMAIN}")
    message = say(grace, direct_room(grace, alice), 'A "quoted" \\n line,\twith\nall sorts: 日本語 🎉')
    Draft.objects.create(user=alice, room=message.room, thread_root=message, body="half a thought\\")
    picture = Attachment.objects.create(
        owner=grace, message=message, parts={"whole": 5}, kind="file", name="a.bin", type="application/x", size=5,
        stored_at=message.created_at, sent_at=message.created_at,
    )  # fmt: skip
    key = key_of(picture.blob, "whole")
    storages["media"].save(key, ContentFile(b"\x00\xff\r\nx"))
    User.objects.filter(pk=alice.pk).update(avatar=(avatar := uuid4()))
    faces = [key_of(avatar, part) for part in PARTS]
    for face in faces:
        storages["media"].save(face, ContentFile(b"her face"))
    session_for(alice)
    searched = ask(SEARCHED)

    file = tmp_path / "parley.zip"
    written = answered("export_all", str(file))
    assert written["rows"]["chat.Message"] == Message.objects.count() > 1500
    assert written["files"] == 1 + len(faces)
    assert file.stat().st_mode & 0o077 == 0
    assert "is there already" in answered("export_all", str(file))["error"]
    assert "cannot be written: No such file" in answered("export_all", str(tmp_path / "no" / "where.zip"))["error"]
    assert told("verify_export", str(file), "--database").endswith("has the same.\n")
    assert "not empty" in answered("import_all", str(file))["error"]

    empty()
    for name in (key, *faces):
        storages["media"].delete(name)
    assert answered("import_all", str(file))["rows"] == sum(written["rows"].values())
    assert answered("verify_export", str(file), "--database") == {
        "ok": True,
        "differences": [],
        "compared": ["archive", "database"],
    }
    with storages["media"].open(key) as file_again:
        assert file_again.read() == b"\x00\xff\r\nx"
    assert all(storages["media"].exists(face) for face in faces)
    assert ask(SEARCHED) == searched
    assert SearchText.objects.count() > 1500
    assert Message.objects.filter(thread_root__isnull=False).count() >= 4
    assert answered("verify_delivery")["ok"]
    assert User.objects.get(pk=alice.pk).password == alice.password
    assert say(User.objects.get(pk=alice.pk), Room.objects.get(pk=message.room_id)).pk > message.pk  # no id twice

    # What is changed on either side is found.
    Message.objects.filter(pk=message.pk).update(body="something else")
    Draft.objects.update(body="another thought")
    differences = answered("verify_export", str(file), "--database")["differences"]
    assert any(difference.startswith("chat.Message differs") for difference in differences)
    assert "chat.Draft differs: 1 rows in the archive, 1 in the database" in differences
    forged = tmp_path / "forged.zip"
    _copy(file, forged, change="tables/chat.Draft.jsonl")
    assert answered("verify_export", str(forged))["differences"] == ["chat.Draft has been changed"]
    empty()
    assert "Nothing was imported" in answered("import_all", str(forged))["error"]
    assert not User.objects.exists()
    for name, word in (("tables/chat.Room.jsonl", "chat.Room"), (f"media/{key}", key)):
        _spoil(file, spoilt := tmp_path / "spoilt.zip", name)
        [difference] = answered("verify_export", str(spoilt))["differences"]
        assert word in difference
        assert "Nothing was imported" in answered("import_all", str(spoilt))["error"]
        assert not User.objects.exists()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-1000])
    assert "not all of it" in answered("import_all", str(cut))["error"]
    assert "Is a directory" in answered("verify_export", str(tmp_path))["error"]
    later = tmp_path / "later.zip"
    _copy(file, later, migrations={"chat": "9999_later"})
    assert "another version" in answered("import_all", str(later))["error"]
    assert "no archive" in answered("import_all", str(_not_ours(tmp_path)))["error"]
    assert told("demo", "--remove").startswith("0 demo people")


def _copy(source: Path, target: Path, *, change: str = "", migrations: dict[str, str] | None = None) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == change:
                data = data.replace(b"half a thought", b"whole thought.")
            if name == "manifest.json" and migrations:
                manifest = json.loads(data)
                data = json.dumps(manifest | {"migrations": manifest["migrations"] | migrations}).encode()
            new.writestr(name, data)


def _spoil(source: Path, target: Path, name: str) -> None:
    """Copy an archive, with the bytes of one of its parts damaged where they lie."""
    data = bytearray(source.read_bytes())
    with zipfile.ZipFile(source) as archive:
        part = archive.getinfo(name)
    middle = part.header_offset + 30 + len(name) + 20 + part.compress_size // 2  # 20: sizes beyond 4 GB
    data[middle] ^= 0xFF
    target.write_bytes(bytes(data))


def _not_ours(directory: Path) -> Path:
    with zipfile.ZipFile(directory / "other.zip", "w") as archive:
        archive.writestr("a.txt", "hello")
    return directory / "other.zip"


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_checked_and_put_back_and_overwrites_only_when_told_to(
    settings: Settings, tmp_path: Path, alice: User, bob: User
) -> None:
    message = say(alice, direct_room(alice, bob), "before the fire")
    User.objects.filter(pk=alice.pk).update(avatar=(avatar := uuid4()))
    face = key_of(avatar, PARTS[0])
    storages["media"].save(face, ContentFile(b"her face"))
    file = tmp_path / "backup.zip"
    with no_more_than(10_000):
        assert "cannot be written: File too large" in answered("backup", str(file))["error"]
    assert list(tmp_path.iterdir()) == []
    assert answered("backup", str(file))["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    assert "is there already" in answered("backup", str(file))["error"]
    assert told("restore", str(file), "--check").endswith("is whole.\n")

    say(alice, Room.objects.get(pk=message.room_id), "after the backup")
    assert "--overwrite" in answered("restore", str(file))["error"]
    assert Message.objects.filter(body="after the backup").exists()
    with connection.cursor() as cursor:  # what a newer Parley may have made, by the time that its upgrade is undone
        cursor.execute("CREATE TYPE chat_mood AS ENUM ('good')")
        cursor.execute("CREATE TABLE chat_newer (room bigint REFERENCES chat_room, mood chat_mood)")
        cursor.execute("CREATE TABLE of_others AS SELECT 7 AS number")
    cut = tmp_path / "cut.zip"
    _cut_dump(file, cut)
    archive, manifest = backups.open_backup(cut)
    with archive, pytest.raises(ArchiveError, match="Nothing was restored"):
        backups.restore(archive, manifest, advance=lambda _: None)
    assert Message.objects.filter(body="after the backup").exists()
    damaged = tmp_path / "damaged.zip"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    damaged.write_bytes(bytes(data))
    assert "damaged" in answered("restore", str(damaged), "--overwrite")["error"]
    assert Message.objects.filter(body="after the backup").exists()

    storages["media"].delete(face)
    restored = answered("restore", str(file), "--overwrite")
    assert restored["ok"], restored
    with storages["media"].open(face) as file_again:
        assert file_again.read() == b"her face"
    assert ask("SELECT to_regclass('chat_newer'), to_regtype('chat_mood'), number FROM of_others") == [(None, None, 7)]
    assert Message.objects.get(pk=message.pk).body == "before the fire"
    assert not Message.objects.filter(body="after the backup").exists()
    assert say(bob, Room.objects.get(pk=message.room_id), "on it goes").seq == message.seq + 1


def test_programs_of_postgresql_find_our_database_whatever_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"host": "/run/postgresql", "user": "parley", "sslmode": "verify-full", "sslcert": "ours.pem", "pool": {}}
    address = {"NAME": "parley", "HOST": "", "PORT": 5433, "PASSWORD": "hush", "OPTIONS": options}
    monkeypatch.setattr(connection, "settings_dict", address)
    monkeypatch.setenv("PGHOST", "elsewhere.example.com")
    found = {name: value for name, value in backups._environment().items() if name.startswith("PG")}
    assert found == {
        "PGDATABASE": "parley", "PGHOST": "/run/postgresql", "PGPORT": "5433", "PGUSER": "parley",
        "PGPASSWORD": "hush", "PGSSLMODE": "verify-full", "PGSSLCERT": "ours.pem",
    }  # fmt: skip


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _cut_dump(source: Path, target: Path) -> None:
    """Copy a backup, and leave a half of the database out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        dump = old.read(backups.DUMP)
        new.writestr(backups.DUMP, dump[: len(dump) // 2])
        new.writestr("manifest.json", old.read("manifest.json"))


@pytest.mark.django_db
def test_a_person_gets_what_is_theirs_to_read_and_nothing_else(
    tmp_path: Path, alice: User, bob: User, eve: User
) -> None:
    room, harbour, others = direct_room(alice, bob), group_room(bob, alice, name="Harbour"), direct_room(bob, eve)
    say(bob, room, "hello **Alice** <script>")
    gone = say(bob, room, "a secret that was taken back")
    services.delete_message(actor=bob, message_id=gone.pk)
    say(alice, harbour, "before I left")
    services.leave_room(user=alice, room_id=harbour.pk)
    say(bob, harbour, "she is gone, let us talk")
    say(bob, others, "between us")
    services.save_draft(user=alice, room_id=room.pk, body="half a thought")
    begun = say(bob, room, "begin")
    Draft.objects.create(user=alice, room=room, thread_root=begun, body="half a reply")
    User.objects.filter(pk=alice.pk).update(avatar=(avatar := uuid4()))
    alice.refresh_from_db()
    for part in PARTS:
        storages["media"].save(key_of(avatar, part), ContentFile(b"her face"))

    file = tmp_path / "alice.zip"
    assert answered("export_user", "ALICE@example.org", str(file))["rooms"] == 2
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    page = pages[f"rooms/{room.pk}.html"]
    assert "<strong>Alice</strong> &lt;script&gt;" in page
    assert "This message was deleted." in page
    assert "before I left" in pages[f"rooms/{harbour.pk}.html"]
    for draft in ("half a thought", "half a reply"):
        assert draft in pages["index.html"]
    drafts = json.loads(pages["data.json"])["drafts"]
    assert {each["thread_root_id"] for each in drafts} == {None, begun.pk}
    assert json.loads(pages["data.json"])["profile"]["email"] == alice.email
    assert [pages[name] for name in json.loads(pages["data.json"])["pictures"]] == ["her face"] * len(PARTS)
    assert f'src="media/{key_of(avatar, PARTS[0])}"' in pages["index.html"]
    everything = "".join(pages.values())
    for private in ("taken back", "she is gone", "between us", bob.email, alice.password, eve.full_name):
        assert private not in everything
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', everything)
    assert "<script" not in "".join(text for name, text in pages.items() if name.endswith(".html"))
    assert "is there already" in answered("export_user", alice.email, str(file))["error"]
    assert "no account" in answered("export_user", "nobody@example.org", str(tmp_path / "x.zip"))["error"]
