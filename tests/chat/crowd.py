"""Very many rows of everything that the admin lists, past the services: PostgreSQL makes them, in a second or two."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Field, Model

from accounts.models import Appeal, AuditEntry, FilterRule, Notice, Session, User
from chat.models import Membership, Message, Report, Room, SearchText, Site, Visitor
from presence.models import LastSeen

FIRST = 1_000_000
"""The ids of all of them begin here."""

MANY = 3_000

_AT = f"now() - make_interval(secs => {FIRST + MANY} - i)"
_TYPES = {"DateTimeField": _AT, "UUIDField": "gen_random_uuid()", "ArrayField": "'{}'", "JSONField": "'{}'"}
_JOBS = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)
    SELECT 'default', 'task.' || i % 5, 0, '{}', CASE WHEN i % 100 = 0 THEN 'failed' ELSE 'succeeded' END::
        procrastinate_job_status, 1
    FROM generate_series(1, 3000) AS i
"""


def fill() -> None:
    """Fill the tables: every other room is one of two people, and few people are muted, banned, staff or inactive."""
    few = "CASE WHEN i % 500 = {} THEN now() + interval '1 day' END"
    name = "CASE WHEN i % 400 = 0 THEN 'Rara Avis' ELSE 'Person Common' || i END"
    group = "CASE WHEN i % 2 = 0 THEN 'direct' ELSE 'private' END"
    room = f"({FIRST} + i % {MANY})"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        user = {"full_name": name, "handle": "'crowd' || i", "email": "'c' || i || '@example.org'"}
        standing = {"muted_until": few.format(1), "banned_until": few.format(2)}
        _insert(User, **user, **standing, is_staff="i % 500 = 3", is_active="i % 500 <> 4")
        _insert(Room, kind=group, direct_key="CASE WHEN i % 2 = 0 THEN i || ':' || i END", name="'Room ' || i")
        _insert(Membership, room_id="i", user_id="i")
        deleted = "CASE WHEN i % 500 = 5 THEN now() END"
        _insert(Message, room_id=room, seq="i", changed_seq="i", author_id="i", body="'common'", deleted_at=deleted)
        _insert(SearchText, message_id="i", room_id="i", text="'common'", terms="'{1}'")
        _insert(Session, id="gen_random_uuid()", user_id="i", ip="'10.0.0.1'")
        _insert(Notice, user_id="i", text="'Mind your words.'")
        _insert(Appeal, notice_id="i", text="'No.'", decided_at="CASE WHEN i % 500 > 0 THEN now() END")
        about = {"target": "CASE i % 3 WHEN 0 THEN 'user' ELSE 'message' END", "target_id": "i", "actor_id": "i"}
        _insert(AuditEntry, **about, number="i", action="'message.deleted'")
        state = "CASE WHEN i % 500 = 0 THEN 'open' ELSE 'resolved' END"
        _insert(Report, person_id="i", body="'common'", said_at="now()", state=state)
        _insert(LastSeen, user_id="i")
        _insert(Visitor, user_id="i", site_id=f"{FIRST}", subject="'s' || i")
        _insert(Site, 3, key="'key' || i", name="'Site ' || i")
        _insert(FilterRule, 50, pattern="'bad' || i")
        cursor.execute(_JOBS)
        cursor.execute("SET LOCAL session_replication_role = origin; ANALYZE")


def _insert(model: type[Model], count: int = MANY, /, **columns: str) -> None:
    """Insert rows; ``columns`` are SQL of ``i``, and the rest is as the model has it, or empty."""
    wanted = {field.column: columns.get(field.column) or _usual(field) for field in model._meta.concrete_fields}
    given = {name: sql for name, sql in wanted.items() if sql}
    names, values = ", ".join(f'"{name}"' for name in given), ", ".join(given.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} "  # noqa: S608 - constants
            f"FROM generate_series({FIRST}, {FIRST + count - 1}) AS i"
        )


def _usual(field: Field[Any, Any]) -> str:
    kind = field.get_internal_type()
    if field.primary_key:
        return "i"
    if field.null:
        return ""
    if field.is_relation:
        return "i"
    if kind in _TYPES:
        return _TYPES[kind]
    usual = "" if field.default is NOT_PROVIDED else field.default
    if kind == "BooleanField":
        return str(bool(usual)).lower()
    return str(usual or 0) if "Integer" in kind else f"'{usual}'"
