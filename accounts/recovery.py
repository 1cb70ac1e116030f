"""Proving by mail who one is: an address, and a new password for who has forgotten the old one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import limits, passwords, services
from accounts.exceptions import AccountError
from accounts.mail import outbox
from accounts.mail.kinds import Kind
from accounts.mail.tokens import Tokens, reset_tokens, verify_tokens
from accounts.models import User

STALE_LINK = "This link was used, or is too old. Ask for a new one."


def ask_for_reset(*, email: str, ip: str | None) -> None:
    """Mail a link to choose a new password, if there is somebody with this address.

    It says nothing, does the same, and takes as long, whether there is or not. Raises `rate_limited` past 20 in five
    minutes from one network address; past 3 in an hour for one person nothing more is sent, and nothing said.
    """
    limits.count_letter_from(ip)
    user = User.objects.with_email(email).active().first()
    if limits.may_be_written_to(email):
        outbox.post(Kind.RESET, user)


def who_may_choose(*, user_id: int, token: str) -> User:
    """The person whom this link lets choose a new password; raises `link_stale` where there is nobody (any more)."""
    return _opened(User.objects.active(), user_id, reset_tokens, token)


def choose_password(*, user_id: int, token: str, new: str) -> None:
    """Set a new password by a link, once, and sign out every device.

    Raises `link_stale`, or `invalid` with the field at fault. Who reads the mail has the address: it is verified, too.
    """
    user = who_may_choose(user_id=user_id, token=token)
    passwords.require_good(new, user, field="new_password")
    hashed = passwords.hash_password(new)
    with transaction.atomic():
        # Another one may have been quicker with the same link.
        user = _opened(User.objects.active().select_for_update(no_key=True), user_id, reset_tokens, token)
        user.password = hashed
        user.email_verified_at = user.email_verified_at or timezone.now()
        user.save(update_fields=["password", "email_verified_at"])
        services.revoke_sessions(user=user)


def ask_for_verification(*, user: User) -> None:
    """Mail the link once more by which somebody says that the address is theirs. Raises `rate_limited`."""
    if user.email_verified_at is not None:
        return
    if not limits.may_be_written_to(user.email):
        raise AccountError(
            "rate_limited", "We have sent you several mails. Look for them, or try again in an hour.", status=429
        )
    outbox.post(Kind.VERIFY, user)


def who_verifies(*, user_id: int, token: str) -> User:
    """The person whose address this link verifies; raises `link_stale` where there is nobody (any more)."""
    return _opened(User.objects.active(), user_id, verify_tokens, token)


def verify_address(*, user_id: int, token: str) -> None:
    """Note that the address is theirs. Raises `link_stale`."""
    with transaction.atomic():
        user = _opened(User.objects.active().select_for_update(no_key=True), user_id, verify_tokens, token)
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])


def _opened(users: QuerySet[User], user_id: int, tokens: Tokens, token: str) -> User:
    """The one of these for whom the token was made; raises `link_stale` if it is used, too old, or was never one."""
    user = users.filter(pk=user_id).first()
    if user is None or not tokens.opens(user, token):
        raise AccountError("link_stale", STALE_LINK, status=410)
    return user
