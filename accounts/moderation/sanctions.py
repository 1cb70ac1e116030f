"""Warning people, silencing them for a time, and shutting the door, for a time or for good.

Lock order: the user's row, then their sanctions, sessions and notices; the audit trail last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import services
from accounts.exceptions import AccountError, invalid
from accounts.models import Notice, PersonNote, Sanction, User
from accounts.moderation import words
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_above, require_moderator
from accounts.moderation.standing import FOREVER

Kind = Sanction.Kind


def warn(*, actor: User | None, user_id: int, reason: str) -> Sanction:
    """Tell somebody to behave. Raises ``AccountError``. Tells them."""
    return _impose(actor, user_id, Kind.WARNING, reason, None)


def mute(*, actor: User | None, user_id: int, reason: str, until: datetime) -> Sanction:
    """Let somebody write nowhere until then. Raises ``AccountError``. Tells them."""
    return _impose(actor, user_id, Kind.MUTE, reason, until)


def ban(*, actor: User | None, user_id: int, reason: str, until: datetime | None = None) -> Sanction:
    """Sign somebody out everywhere and keep them out until then, or for good. Raises ``AccountError``.

    Their sockets close in every worker.
    """
    return _impose(actor, user_id, Kind.BAN, reason, until)


def lift(*, actor: User | None, user_id: int, kind: str, reason: str) -> int:
    """End what holds of this kind for somebody, and say so to them; answers how many. Raises ``AccountError``."""
    reason = words.clean_reason(reason)
    with audited():
        user = _hold(actor, user_id)
        before = _standing(user)
        ended = _end(user, kind)
        if ended:
            setattr(user, _COLUMNS[kind], None)
            user.save(update_fields=[_COLUMNS[kind]])
            tell(user.pk, f"{_LIFTED[kind]} The reason: {reason}")
            _record(actor, f"{kind}.lifted", user, reason, before)
    return ended


def withdraw(*, actor: User | None, sanction_id: int, reason: str) -> Sanction:
    """Take back what was imposed, as a mistake: what it had replaced holds again. Raises ``AccountError``. Tells them.

    Not where it has ended since, or something else is in its place.
    """
    reason = words.clean_reason(reason)
    user_id = Sanction.objects.filter(pk=sanction_id).values_list("user_id", flat=True).first()
    with audited():
        user = _hold(actor, user_id or 0)
        sanction = Sanction.objects.get(pk=sanction_id)
        if sanction.ended_at is not None:
            detail = f"What was imposed on {user.full_name} has ended or was changed since. It stays as it is."
            raise AccountError("changed", detail, status=409)
        before, now = _standing(user), timezone.now()
        Sanction.objects.filter(pk=sanction.pk).update(ended_at=now)
        earlier = _replaced_by(sanction, now)
        as_before = ""
        if earlier:
            Sanction.objects.filter(pk=earlier.pk).update(ended_at=None)
            as_before = f" What held before holds again: {_IMPOSED[earlier.kind](earlier)}"
        if column := _COLUMNS.get(sanction.kind):
            setattr(user, column, (earlier.until or FOREVER) if earlier else None)
            user.save(update_fields=[column])
        tell(user.pk, f"{_WITHDRAWN[sanction.kind]}{as_before} The reason: {reason}")
        _record(actor, f"{sanction.kind}.withdrawn", user, reason, before, sanction)
    return sanction


def end_sessions(*, actor: User | None, user_id: int, reason: str, session_id: UUID | None = None) -> int:
    """Sign somebody out on one device, or on all; answers on how many. Raises ``AccountError``."""
    reason = words.clean_reason(reason)
    with audited():
        user = _hold(actor, user_id)
        if session_id is None:
            ended = services.revoke_sessions(user=user)
        else:
            services.revoke_session(user=user, session_id=session_id)
            ended = 1
        target = Target("user", user.pk, user.full_name)
        record(actor=actor, action="sessions.ended", target=target, reason=reason, after={"ended": ended})
    return ended


def note(*, author: User, user_id: int, text: str) -> PersonNote:
    """Tell other moderators something about somebody. Raises ``AccountError``."""
    text = words.clean_comment(text, least=1)
    with audited():
        require_moderator(author)
        made = PersonNote.objects.create(user_id=user_id, author=author, text=text)
        record(actor=author, action="note.written", target=Target("user", user_id), after={"note": made.pk})
    return made


def _impose(actor: User | None, user_id: int, kind: Kind, reason: str, until: datetime | None) -> Sanction:
    reason, now = words.clean_reason(reason), timezone.now()
    if until is not None and until <= now:
        raise invalid({"until": ["This moment is over. Choose one to come."]})
    with audited():
        user = _hold(actor, user_id)
        before = _standing(user)
        sanction = Sanction(user=user, kind=kind, reason=reason, by=actor, at=now, until=until)
        if kind in _COLUMNS:
            _end(user, kind, at=now)
            setattr(user, _COLUMNS[kind], until or FOREVER)
            user.save(update_fields=[_COLUMNS[kind]])
        sanction.save()
        if kind == Kind.BAN:
            services.revoke_sessions(user=user)
        _say(user, sanction)
        _record(actor, f"{kind}.imposed", user, reason, before, sanction)
    return sanction


def _hold(actor: User | None, user_id: int) -> User:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise AccountError("not_found", "There is no such person.", status=404)
    require_above(actor, user)
    return user


def _end(user: User, kind: str, *, at: datetime | None = None) -> int:
    return Sanction.objects.filter(user=user, kind=kind, ended_at=None).update(ended_at=at or timezone.now())


def _replaced_by(sanction: Sanction, now: datetime) -> Sanction | None:
    """What ended in the very moment in which this one began, and would hold today. Warnings replace nothing."""
    if sanction.kind not in _COLUMNS:
        return None
    same = Sanction.objects.filter(user=sanction.user_id, kind=sanction.kind, ended_at=sanction.at)
    return same.filter(Q(until=None) | Q(until__gt=now)).first()


def _say(user: User, sanction: Sanction) -> Notice:
    text = f"{_IMPOSED[sanction.kind](sanction)} The reason: {sanction.reason}"
    return tell(user.pk, text, sanction=sanction, may_appeal=True)


def _standing(user: User) -> dict[str, Any]:
    return {name: _iso(getattr(user, name)) for name in ("muted_until", "banned_until")}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _record(
    actor: User | None,
    action: str,
    user: User,
    reason: str,
    before: dict[str, Any],
    sanction: Sanction | None = None,
) -> None:
    target, after = Target("user", user.pk, user.full_name), _standing(user)
    if sanction is not None:
        after["sanction"] = sanction.pk
    record(actor=actor, action=action, target=target, reason=reason, before=before, after=after)


_COLUMNS: dict[str, str] = {Kind.MUTE: "muted_until", Kind.BAN: "banned_until"}
_LIFTED: dict[str, str] = {Kind.MUTE: "You may write again.", Kind.BAN: "You are no longer banned."}
_WITHDRAWN: dict[str, str] = {
    Kind.WARNING: "The moderators take back a warning.",
    Kind.MUTE: "The moderators take back that you could not write.",
    Kind.BAN: "The moderators take back that you were banned.",
}
_IMPOSED: dict[str, Callable[[Sanction], str]] = {
    Kind.WARNING: lambda _sanction: "A moderator warns you.",
    Kind.MUTE: lambda sanction: f"You cannot write {words.until(sanction.until)}.",
    Kind.BAN: lambda sanction: f"You are banned {words.until(sanction.until)}.",
}
