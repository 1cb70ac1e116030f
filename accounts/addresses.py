"""Signing in with another address: asked for with the password, confirmed at the new address, undone from the old one.

Until it is confirmed nothing changes. The old address hears of it when it is asked for, with a link by which its owner
says for a week that it was somebody else: then all is as before, but for the password, which that somebody knew.
Whether the new address has an account here is told to nobody but by a mail to it.

Lock order: a user's row before the changes of their address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import invitations, limits, services
from accounts.cleaning import cleaned
from accounts.exceptions import AccountError, invalid
from accounts.handles import EMAIL_TAKEN, violated_constraint
from accounts.mail import outbox
from accounts.mail.kinds import Kind
from accounts.mail.tokens import CONFIRM_WITHIN, confirm_tokens, reset_tokens, undo_tokens
from accounts.models import AddressChange, Session, User
from accounts.moderation.audit import Target, audited, record
from accounts.names import clean_email
from accounts.reserved import is_reserved

NO_MAIL = "This server sends no mail, so nobody can confirm an address. Whoever runs it can change yours."
STALE_LINK = "This link was used or called off, or is too old; or a newer one was asked for. Ask for a new one."
TAKEN_MEANWHILE = "This address has an account of its own by now, so yours stays as it was. Choose another address."


def pending_change(user: User) -> AddressChange | None:
    """The change that waits to be confirmed, if its link is young enough: the newest one that was asked for."""
    newest = AddressChange.objects.filter(user=user).first()
    if newest is None or not newest.is_open or newest.asked_at < timezone.now() - CONFIRM_WITHIN:
        return None
    return newest


def ask_for_change(*, user: User, email: str, current_password: str, session: Session) -> AddressChange:
    """Mail a link to this address, by which it becomes that of ``user``, and a word about it to the old one.

    Does and says the same, and takes as long, whether the address has an account or not. Raises `invalid` with the
    field at fault, also where the address leaves the domains by one of which they are in, `rate_limited` after too many
    wrong passwords or 3 changes in an hour, and `no_mail`.
    """
    if not settings.MAIL_ENABLED:
        raise AccountError("no_mail", NO_MAIL, status=409)
    address = cleaned({"email": (clean_email, email)})["email"]
    services.require_current(user, current_password, session)
    if address == user.email:
        raise invalid({"email": ["This is your address already. Enter the new one."]})
    invitations.require_kept_domain(old=user.email, new=address)
    limits.count_address_change(user.pk)
    with transaction.atomic():
        # Who has just been signed out by a new password shall not get through with the old one.
        same = User.objects.active().select_for_update(no_key=True).filter(pk=user.pk, password=user.password)
        account = same.first()
        if account is None:
            raise AccountError("not_authenticated", "Sign in again to go on.", status=401)
        verified = account.email_verified_at is not None
        change = AddressChange.objects.create(
            user=account, old_email=account.email, new_email=address, was_verified=verified
        )
        kind = Kind.TAKEN if _has_owner(address, account) else Kind.ADDRESS
        if limits.may_be_written_to(address):
            outbox.post(kind, account, change=change, address=address)
        outbox.post(Kind.CHANGING, account, change=change, address=account.email)
    return change


def call_off(*, user: User) -> None:
    """Forget what was asked for, if anything waits; its link opens nothing any more."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        waiting = AddressChange.objects.filter(user=user, confirmed_at=None, called_off_at=None, undone_at=None)
        waiting.update(called_off_at=timezone.now())


def what_is_confirmed(*, change_id: int, token: str) -> AddressChange:
    """The change that this link brings about, with its user; raises `link_stale` where there is none (any more)."""
    change = _find(change_id)
    if not change.is_open or not confirm_tokens.opens(change, token):
        raise _stale()
    if AddressChange.objects.filter(user_id=change.user_id, pk__gt=change.pk).exists():
        raise _stale()
    return change


def confirm_change(*, change_id: int, token: str) -> AddressChange:
    """Let the new address be that of the account; whoever opened the link has it. Sessions go on.

    Raises `link_stale`, and `email_taken` where somebody got an account with it meanwhile.
    """
    with _held(change_id):
        change = what_is_confirmed(change_id=change_id, token=token)
        user, now = change.user, timezone.now()
        user.email, user.email_verified_at = change.new_email, now
        user.save(update_fields=["email", "email_verified_at"])
        if is_reserved(change.new_email, user=user):  # asked once the row is written, as others do
            raise _taken_meanwhile()
        change.confirmed_at = now
        change.save(update_fields=["confirmed_at"])
        record(actor=user, action="address.changed", target=Target("user", user.pk, user.full_name))
    return change


def what_is_undone(*, change_id: int, token: str) -> AddressChange:
    """The change that this link undoes, with its user; raises `link_stale` where there is none (any more)."""
    change = _find(change_id)
    if not change.was_verified or change.undone_at is not None or not undo_tokens.opens(change, token):
        raise _stale()
    return change


def undo_change(*, change_id: int, token: str) -> tuple[User, str]:
    """Give the account its old address back, shut the password that was used, and sign out every device.

    Answers whose it is, and a token by which they choose a new password (`accounts.recovery`). Changes that were asked
    for later fall with it, and so do their links: they were of the one who is put out here. Raises `link_stale`.
    """
    with _held(change_id):
        change = what_is_undone(change_id=change_id, token=token)
        user, now = change.user, timezone.now()
        user.email, user.email_verified_at = change.old_email, now
        user.set_unusable_password()
        user.save(update_fields=["email", "email_verified_at", "password"])
        later = AddressChange.objects.filter(user=user, pk__gte=change.pk, undone_at=None)
        later.update(undone_at=now)
        services.revoke_sessions(user=user)
        record(actor=user, action="address.restored", target=Target("user", user.pk, user.full_name))
    return user, reset_tokens.make_token(user)


def _find(change_id: int) -> AddressChange:
    change = AddressChange.objects.select_related("user").filter(pk=change_id, user__is_active=True).first()
    if change is None:
        raise _stale()
    return change


@contextmanager
def _held(change_id: int) -> Iterator[None]:
    """Within, nobody else changes this change, nor its user: whoever does holds the row of the user.

    Raises `email_taken` where the address that is written has another owner by now.
    """
    try:
        with audited():
            users = User.objects.select_for_update(of=("self",), no_key=True)
            users.filter(address_changes=change_id).first()
            yield
    except IntegrityError as error:
        if violated_constraint(error) == EMAIL_TAKEN:
            raise _taken_meanwhile() from error
        raise


def _has_owner(address: str, user: User) -> bool:
    # Both are asked, whatever the first one answers: so it takes as long for any address.
    return User.objects.with_email(address).exists() | is_reserved(address, user=user)


def _stale() -> AccountError:
    return AccountError("link_stale", STALE_LINK, status=410)


def _taken_meanwhile() -> AccountError:
    return AccountError("email_taken", TAKEN_MEANWHILE, status=409)
