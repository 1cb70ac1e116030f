"""Appeals: one for each notice that allows it, decided by a moderator, with an answer."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import limits, passwords
from accounts.exceptions import AccountError
from accounts.models import Appeal, Notice, User
from accounts.moderation import sanctions, words
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_moderator
from accounts.moderation.standing import open_ban

_NOTHING = "There is nothing here that you could appeal against, or you have done so already."


def appeal(*, user: User, notice_id: int, text: str) -> Appeal:
    """Disagree with what a notice of one's own says. Raises ``AccountError``."""
    text = words.clean_comment(text, least=1)
    notice = Notice.objects.filter(pk=notice_id, user=user, may_appeal=True, appeal=None).first()
    if notice is None:
        raise AccountError("not_found", _NOTHING, status=404)
    try:
        with transaction.atomic():
            return Appeal.objects.create(notice=notice, text=text)
    except IntegrityError as twice:
        raise AccountError("not_found", _NOTHING, status=404) from twice


def appeal_ban(*, email: str, password: str, text: str, ip: str | None) -> Appeal:
    """Disagree with one's ban, which keeps one from signing in: the password says who it is. Raises ``AccountError``.

    To guess a password here is counted as it is at the sign-in.
    """
    limits.count_try(email=email, ip=ip)
    user = User.objects.active().with_email(email).first()
    if not passwords.matches(user, password) or user is None:
        raise AccountError("bad_credentials", "E-mail and password do not match. Check both.", status=401)
    holds = open_ban(user)
    notice = None if holds is None else Notice.objects.filter(sanction=holds).first()
    if notice is None:
        raise AccountError("not_found", "You are not banned. Sign in.", status=404)
    made = appeal(user=user, notice_id=notice.pk, text=text)
    limits.forget_try(email=email, ip=ip)
    return made


def decide(*, actor: User, appeal_id: int, granted: bool, answer: str) -> Appeal:
    """Grant an appeal, which ends the sanction that it is about, or refuse it. Raises ``AccountError``. Tells them."""
    require_moderator(actor)
    answer = words.clean_reason(answer, sentence="Say why you decide so; they read it.")
    with audited():
        found = Appeal.objects.select_for_update(of=("self",)).select_related("notice__sanction", "notice__user")
        made = found.filter(pk=appeal_id, decided_at=None).first()
        if made is None:
            raise AccountError("decided", "This appeal is decided already. Load the page again.", status=409)
        made.decided_at, made.decided_by, made.granted, made.answer = timezone.now(), actor, granted, answer
        made.save()
        notice, sanction = made.notice, made.notice.sanction
        if granted and sanction is not None and sanction.is_open:
            sanctions.lift(actor=actor, user_id=notice.user_id, kind=sanction.kind, reason=answer)
        verdict = "granted" if granted else "refused"
        tell(notice.user_id, f"Your appeal is {verdict}. {answer}")
        target = Target("user", notice.user_id, notice.user.full_name)
        after = {"appeal": made.pk, "notice": notice.pk, "granted": granted}
        record(actor=actor, action=f"appeal.{verdict}", target=target, reason=answer, after=after)
    return made
