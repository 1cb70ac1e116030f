"""The audit trail: the database keeps it as it is, and the chain tells when somebody got around that."""

from collections.abc import Callable
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry, AuditHead, User
from accounts.moderation import sanctions
from accounts.moderation.audit import Target, audited, record, verify
from tests.commands import answered

pytestmark = pytest.mark.django_db


def write(count: int, action: str = "tested") -> None:
    for number in range(count):
        with audited():
            record(actor=None, action=action, target=Target("user", number, "Zoë"), after={"number": number, "ä": [1]})


def by_force(statement: str) -> None:
    """As whoever owns the database could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET reason = 'another'",
        "DELETE FROM accounts_auditentry WHERE number = 1",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_the_database_refuses_to_change_what_is_written(statement: str) -> None:
    write(2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_is_not_emptied")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 2
    assert verify().problem == ""


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE accounts_auditentry SET reason = 'another' WHERE number = 2", "Entry 2 was changed"),
        ("UPDATE accounts_auditentry SET before = '{\"a\": 1}' WHERE number = 2", "Entry 2 was changed"),
        ("UPDATE accounts_auditentry SET at = at + interval '1 microsecond' WHERE number = 3", "Entry 3 was changed"),
        ("DELETE FROM accounts_auditentry WHERE number = 1", "Entry 1 is missing"),
        ("DELETE FROM accounts_auditentry WHERE number = 3", "The trail ends at entry 2, and went on to entry 3"),
        ("UPDATE accounts_auditentry SET number = 5 - number WHERE number IN (2, 3)", "Entry 2 does not follow"),
        ("DELETE FROM accounts_audithead", "newest entry is missing"),
    ],
)
def test_the_chain_tells_what_was_done_by_force(statement: str, problem: str) -> None:
    write(3)
    assert verify().problem == ""
    with connection.cursor() as cursor:  # two numbers change places
        cursor.execute("ALTER TABLE accounts_auditentry DROP CONSTRAINT accounts_auditentry_pkey")
    by_force(statement)
    with pytest.raises(CommandError, match=problem):
        call_command("verify_audit")


def test_a_trail_that_was_written_anew_is_not_the_one_that_is_expected() -> None:
    write(2)
    head = verify().head
    write(1)
    assert verify(expected=head).problem == ""
    by_force("TRUNCATE accounts_auditentry, accounts_audithead")
    write(3, "another")
    assert verify().problem == ""
    other = answered("verify_audit", "--expect", head)
    assert (other["ok"], other["entries"]) == (False, 3)
    assert answered("verify_audit")["ok"] is True


def test_what_is_not_done_is_not_recorded(bob: User) -> None:
    with pytest.raises(RuntimeError, match="came to nothing"), audited():
        sanctions.warn(actor=None, user_id=bob.pk, reason="spam")
        raise RuntimeError("came to nothing")
    assert not AuditEntry.objects.exists()
    with pytest.raises(RuntimeError, match="audited"):
        record(actor=None, action="tested", target=Target("user", 1))


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain(make_user: Callable[[str], User]) -> None:
    names = ["Ann", "Ben", "Cat", "Dan"]
    users = [make_user(name) for name in names]

    def act(user: User) -> None:
        for _ in range(5):
            sanctions.warn(actor=None, user_id=user.pk, reason="spam")
        connection.close()

    threads = [Thread(target=act, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify().problem == ""
    assert verify().count == AuditHead.objects.get().number == 20
