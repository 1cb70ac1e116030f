"""The audit trail: what moderators and administrators do, as a chain of hashes that nobody changes unnoticed.

Whoever acts does so within ``audited()``. What is recorded there is written last, in the same transaction: all who
write stand in line at one row (`AuditHead`), and nobody waits for anything while he holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from msgspec import json

from accounts.moderation.models import AuditEntry, AuditHead
from accounts.rows import execute, fetch

if TYPE_CHECKING:
    from accounts.models import User

HEAD = 1
COMMAND_LINE = "the command line"
"""Who acts where a command does."""

PAGE = 1_000

_FIRST = "INSERT INTO accounts_audithead (id, number, hash) VALUES (%s, 0, '') ON CONFLICT DO NOTHING"
_LOCK = "SELECT number, hash FROM accounts_audithead WHERE id = %s FOR UPDATE"
_ADVANCE = "UPDATE accounts_audithead SET number = %s, hash = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Target:
    """What was acted upon: a kind of thing, its id, and what it was called then."""

    kind: str
    id: int | None
    name: str = ""


@dataclass(slots=True)
class _Pending:
    batch: UUID
    undoes: int | None = None
    entries: list[AuditEntry] = field(default_factory=list)


_pending: ContextVar[_Pending | None] = ContextVar("pending", default=None)


@contextmanager
def audited(*, batch: UUID | None = None, undoes: int | None = None) -> Iterator[None]:
    """Open a transaction, or go on in that of the caller, and write at its very end what is recorded in it.

    All of it is one batch, which is looked at and undone together; a bulk action names one ``batch`` for many
    transactions. ``undoes`` is the number of the entry that is undone here.
    """
    if _pending.get() is not None:
        yield
        return
    pending = _Pending(batch or uuid4(), undoes)
    token = _pending.set(pending)
    try:
        with transaction.atomic():
            yield
            if pending.entries:
                _append(pending.entries)
    finally:
        _pending.reset(token)


def record(
    *,
    actor: User | None,
    action: str,
    target: Target,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    revision: int | None = None,
) -> None:
    """Record what ``actor`` (None: a command) does, within ``audited()``. What is compared is plain JSON, no floats."""
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("record() belongs into a block of audited()")
    pending.entries.append(
        AuditEntry(
            at=timezone.now(),
            actor_id=None if actor is None else actor.pk,
            actor_name=COMMAND_LINE if actor is None else actor.full_name,
            action=action,
            target=target.kind,
            target_id=target.id,
            target_name=target.name[:120],
            revision=revision,
            reason=reason,
            before=dict(before or {}),
            after={**(after or {}), **({} if pending.undoes is None else {"undoes": pending.undoes})},
            batch=pending.batch,
        )
    )


def digest(text: str) -> str:
    """What proves later which text it was, without keeping it."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the chain came to: how many links, the newest of them, and where it is broken first, if it is."""

    count: int
    head: str
    problem: str = ""


def verify(*, expected: str = "") -> Verdict:
    """Check the whole chain, oldest link first. ``expected`` is a head ("12:ab34…") that somebody kept elsewhere.

    Finds what was changed, removed or put in another order, also at the end, and also while the trigger was off.
    """
    kept = AuditHead.objects.filter(pk=HEAD).first() or AuditHead()  # read first: others write on meanwhile
    number, previous = 0, ""
    wanted = {f"{kept.number}:{kept.hash}": f"Entry {kept.number} is not the one that was the newest once."}
    wanted.pop("0:", None)
    if expected:
        wanted[expected] = f"The entry that you expect ({expected[:20]}…) is not in the trail."
    for entry in _entries():
        number += 1
        if problem := _flaw(entry, number, previous):
            return Verdict(number - 1, f"{number - 1}:{previous}", problem)
        previous = entry.hash
        wanted.pop(f"{number}:{previous}", None)
    head = f"{number}:{previous}"
    if number < kept.number:
        return Verdict(number, head, f"The trail ends at entry {number}, and went on to entry {kept.number} once.")
    if number and not AuditHead.objects.filter(pk=HEAD).exists():
        return Verdict(number, head, "What is kept of the newest entry is missing.")
    return Verdict(number, head, next(iter(wanted.values()), ""))


def _flaw(entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"Entry {number} is missing."
    if entry.previous != previous:
        return f"Entry {number} does not follow the one before it."
    return "" if entry.hash == _hash_of(entry) else f"Entry {number} was changed after it was written."


def _append(entries: list[AuditEntry]) -> None:
    rows = fetch(_LOCK, [HEAD])
    if not rows:
        execute(_FIRST, [HEAD])
        rows = fetch(_LOCK, [HEAD])
    number, previous = rows[0]
    for entry in entries:
        number += 1
        entry.number, entry.previous = number, previous
        entry.hash = previous = _hash_of(entry)
    AuditEntry.objects.bulk_create(entries)
    execute(_ADVANCE, [number, previous, HEAD])


def _entries() -> Iterator[AuditEntry]:
    """All of them in order, in portions: a statement has its time, the trail may be long."""
    last: int | None = None
    while page := list(_after(last)):
        yield from page
        last = page[-1].number


def _after(number: int | None) -> Iterator[AuditEntry]:
    entries = AuditEntry.objects.order_by("number")
    return (entries if number is None else entries.filter(number__gt=number))[:PAGE].iterator()


def _hash_of(entry: AuditEntry) -> str:
    """Hash the canonical form: JSON with sorted keys, moments in UTC to the microsecond."""
    content = {
        "number": entry.number,
        "at": _moment(entry.at),
        "actor": [entry.actor_id, entry.actor_name],
        "action": entry.action,
        "target": [entry.target, entry.target_id, entry.target_name],
        "revision": entry.revision,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "batch": None if entry.batch is None else str(entry.batch),
        "previous": entry.previous,
    }
    return sha256(json.encode(content, order="deterministic")).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
