"""Everything that changes who is signed in, and who they are. Pages, REST, socket and admin all come here.

Lock order: a user's row before their sessions. Passwords are hashed outside of transactions, because hashing
takes longer than anything else here and nobody's row should wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypedDict, Unpack, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import broadcasts, invitations, limits, passwords
from accounts.cleaning import cleaned
from accounts.closing import require_closable
from accounts.devices import Device
from accounts.exceptions import AccountError, invalid
from accounts.handles import EMAIL_TAKEN, HANDLE_TAKEN, insert_with_free_handle, violated_constraint
from accounts.languages import clean_language
from accounts.mail import outbox
from accounts.mail.kinds import Kind
from accounts.models import PushSubscription, Session, User
from accounts.moderation.filters import check_name
from accounts.moderation.standing import refuse_banned
from accounts.names import clean_about, clean_email, clean_full_name, clean_handle
from accounts.querysets import SessionQuerySet
from accounts.reserved import email_taken, require_unreserved
from accounts.showing import tell_how_they_are_shown
from accounts.tokens import AccessToken, RefreshToken, TokenPair, fingerprint, mint_again, mint_pair
from accounts.zones import clean_zone, known_zone

USE_NOTED_EVERY = timedelta(minutes=1)

PROFILE = ("full_name", "handle", "about", "time_zone", "language")
NAMES = frozenset({"full_name", "handle"})
"""What is shown of somebody wherever they are."""

SignedIn = tuple[Session, TokenPair]


# Signing up, in and out


def sign_up(
    *, full_name: str, email: str, password: str, device: Device, time_zone: str = "", invitation: str = ""
) -> SignedIn:
    """Make an account and sign this device in. ``time_zone`` is what the browser says; what is none is left out.

    ``invitation`` is the token of a link, which proves the address. Raises `AccountError` `invalid` with sentences for
    each field, or `email_taken`, also when two people sign up with one address at the same moment; before all that
    `sign_up_closed`, or `link_stale`, to who may not sign up.
    """
    is_proven = invitations.admit(email=email, token=invitation)
    name, address = cleaned({"full_name": (clean_full_name, full_name), "email": (clean_email, email)}).values()
    check_name(name)
    user = User(full_name=name, email=address, time_zone=known_zone(time_zone))
    user.email_verified_at = timezone.now() if is_proven else None
    passwords.require_good(password, user, field="password")
    user.password = passwords.hash_password(password)
    try:
        with transaction.atomic():
            insert_with_free_handle(user)
            require_unreserved(address, user=user)
            if not is_proven:
                outbox.post(Kind.WELCOME, user)
            return open_session(user, device)
    except IntegrityError as error:
        raise _taken(error) from error


def sign_in(*, email: str, password: str, device: Device, replaces: Session | None = None) -> SignedIn:
    """Sign a device in.

    Raises `bad_credentials` in the same words and time for an unknown address, a wrong password and a
    deactivated account; `banned`, with the right password only; `rate_limited` after too many tries. A session that
    the device had before (`replaces`) ends. Of a device that was not seen before the person is told by mail.
    """
    limits.count_try(email=email, ip=device.ip)
    user = User.objects.with_email(email).first()
    if not passwords.matches(user, password) or user is None:
        raise _bad_credentials()
    with transaction.atomic():
        # A password changed or an account shut in this moment has ended all sessions: none may slip in after.
        same = User.objects.active().select_for_update(no_key=True).filter(pk=user.pk, password=user.password)
        account = same.first()
        if account is None:
            raise _bad_credentials()
        if replaces is not None:
            sign_out(session=replaces)
        known = Session.objects.of(account).resembles(device)
        signed_in = open_session(account, device)
        if not known:
            outbox.post(Kind.DEVICE, account, session=signed_in[0])
    limits.forget_try(email=email, ip=device.ip)
    return signed_in


def open_session(user: User, device: Device) -> SignedIn:
    """Sign the user in on this device, whoever they proved to be and however. Raises `banned` with the reason."""
    refuse_banned(user)
    now = timezone.now()
    session = Session(
        pk=uuid4(),
        user=user,
        rotated_at=now,
        expires_at=now + settings.REFRESH_TOKEN_LIFETIME,
        user_agent=device.user_agent,
        ip=device.ip,
    )
    pair = mint_pair(session)
    session.refresh_hash = fingerprint(pair.refresh)
    session.save(force_insert=True)
    return session, pair


def sign_out(*, session: Session) -> None:
    """End one session everywhere. Tells its sockets in every worker to close."""
    _revoke(Session.objects.filter(pk=session.pk), user_id=session.user_id)


def revoke_session(*, user: User, session_id: UUID) -> None:
    """End one of the user's sessions. Raises `not_found` for somebody else's and for one that is over."""
    if not _revoke(Session.objects.of(user).live().filter(pk=session_id), user_id=user.pk):
        raise AccountError("not_found", "This device is not signed in.", status=404)


def revoke_sessions(*, user: User, keep: Session | None = None) -> int:
    """End all of the user's sessions but the one to keep; answers how many. Tells their sockets to close."""
    sessions = Session.objects.of(user)
    return _revoke(sessions.exclude(pk=keep.pk) if keep else sessions, user_id=user.pk)


# Tokens


def find_session(*, access: str) -> Session | None:
    """The live session of an access token, with its user, in one query; None if it opens nothing."""
    return find_sessions([access])[0]


def find_sessions(accesses: Sequence[str]) -> list[Session | None]:
    """The live sessions of access tokens, in one query however many: as for one, in this order."""
    tokens = [AccessToken.read(access) for access in accesses]
    if not any(tokens):
        return [None] * len(tokens)
    sessions = Session.objects.all().live_with_users([token.sid for token in tokens if token])
    note_use((session.pk, session.last_used_at) for session in sessions.values())
    return [sessions.get(token.sid) if token else None for token in tokens]


def note_use(uses: Iterable[tuple[UUID, datetime]]) -> None:
    """Keep ``last_used_at`` of sessions in use (id, noted last) honest to a minute.

    A write on every request would cost more than it tells.
    """
    now = timezone.now()
    stale = now - USE_NOTED_EVERY
    if ids := [session_id for session_id, noted in uses if noted < stale]:
        # those that are held by another worker are noted by it; waiting for each other might never end
        free = Session.objects.filter(pk__in=ids, last_used_at__lt=stale).values("pk")
        free = free.select_for_update(skip_locked=True, no_key=True)
        with transaction.atomic():
            Session.objects.filter(pk__in=free).update(last_used_at=now)


def refresh(*, token: str) -> SignedIn:
    """Exchange a refresh token for a new pair.

    Tabs refresh without knowing of each other, so the token before the current one gives the same new pair
    for 30 seconds. Anything older has been copied by somebody: the session is revoked. Raises
    `not_authenticated` or `session_revoked`, both 401.
    """
    claims = RefreshToken.read(token)
    if claims is None:
        raise AccountError("not_authenticated", "Sign in to go on.", status=401)
    with transaction.atomic():
        sessions = Session.objects.select_for_update(of=("self",)).select_related("user")
        session = sessions.filter(pk=claims.sid).live().first()
        if session is not None and _exchange(session, fingerprint(token)):
            return session, mint_again(session)
    raise AccountError("session_revoked", "This device was signed out. Sign in again.", status=401)


# Who somebody is


class Profile(TypedDict, total=False):
    """What can be changed of who somebody is; what is left out stays."""

    full_name: str
    handle: str
    about: str
    time_zone: str
    language: str


def update_profile(*, user: User, **wanted: Unpack[Profile]) -> User:
    """Change who somebody is. Raises `invalid` or `handle_taken` with the fields. Tells those who see them of names."""
    cleaners: dict[str, Callable[[str], str]] = {
        "full_name": clean_full_name,
        "handle": clean_handle,
        "about": clean_about,
        "time_zone": clean_zone,
        "language": clean_language,
    }
    given = {name: value for name, value in wanted.items() if not (name == "handle" and value == user.handle)}
    values = cleaned({name: (cleaners[name], cast("str", value)) for name, value in given.items()})
    changes = {name: value for name, value in values.items() if value != getattr(user, name)}
    if not changes:
        return user
    for field in changes.keys() - {"time_zone", "language"}:
        check_name(changes[field], field=field)
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(**changes)
            if changes.keys() & NAMES:
                show_otherwise(user=user)
            else:
                User.objects.filter(pk=user.pk).bump_version()
                user.refresh_from_db()
    except IntegrityError as error:
        raise _taken(error) from error
    return user


def show_otherwise(*, user: User) -> None:
    """Count a change of how somebody is shown, which the caller has written, and tell everybody who sees them."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).bump_version()
        user.refresh_from_db()
        tell_how_they_are_shown(user)


def set_avatar(*, user: User, avatar: UUID | None) -> UUID | None:
    """Show another picture of somebody, or none; answers which one was shown before. Tells those who see them."""
    with transaction.atomic():
        before = User.objects.select_for_update(no_key=True).values_list("avatar", flat=True).get(pk=user.pk)
        user.avatar = avatar
        user.save(update_fields=["avatar"])
        show_otherwise(user=user)
    return before


def change_password(*, user: User, current: str, new: str, session: Session) -> None:
    """Change the password and sign out every other device.

    Raises `invalid` with the field at fault, `rate_limited` after too many guesses at the current password.
    """
    require_current(user, current, session)
    set_password(user=user, new=new, keep=session)


def set_password(*, user: User, new: str, keep: Session | None = None, field: str = "new_password") -> None:
    """Set the password and end all sessions but the one to keep."""
    passwords.require_good(new, user, field=field)
    user.password = passwords.hash_password(new)
    with transaction.atomic():
        user.save(update_fields=["password"])
        revoke_sessions(user=user, keep=keep)


def make_admin(*, email: str, full_name: str, password: str | None) -> User:
    """Make an account that may do everything, or let one that is there do so; it is open then, whatever it was.

    ``password`` None leaves the password of an account that is there; a new one signs it out on every device. Raises
    ``AccountError`` `invalid` with the fields, also where a new account would have no password.
    """
    name, address = cleaned({"full_name": (clean_full_name, full_name), "email": (clean_email, email)}).values()
    user = User.objects.with_email(address).first() or User(full_name=name, email=address)
    hashed = user.password
    if password is not None:
        passwords.require_good(password, user, field="password")
        hashed = passwords.hash_password(password)
    elif user.pk is None:
        raise invalid({"password": ["A new account needs a password."]})
    user.is_active = user.is_staff = user.is_superuser = True
    with transaction.atomic():
        if user.pk is None:
            user.password = hashed
            insert_with_free_handle(user)
            require_unreserved(address, user=user)
        else:
            if user.password != hashed:
                revoke_sessions(user=user)
            user.password = hashed
            user.save(update_fields=["password", "is_active", "is_staff", "is_superuser"])
            User.objects.filter(pk=user.pk).bump_version()
    return user


def deactivate(*, user: User) -> None:
    """Shut somebody out, at once and on every device. Their messages stay."""
    user.is_active = False
    with transaction.atomic():
        user.save(update_fields=["is_active"])
        revoke_sessions(user=user)


def close_account(*, user: User, current_password: str, session: Session) -> None:
    """Shut one's own account, as `deactivate` does; whoever runs the server can open it again.

    Raises `invalid` where this is not the password, `rate_limited` after too many guesses, and what `accounts.closing`
    is told of.
    """
    require_current(user, current_password, session)
    with transaction.atomic():
        require_closable(user)
        deactivate(user=user)


# Within


def require_current(user: User, password: str, session: Session) -> None:
    """Raise `invalid` where this is not the user's password, `rate_limited` after too many guesses."""
    limits.count_try(email=user.email, ip=session.ip)
    if not passwords.matches(user, password):
        raise invalid({"current_password": ["This is not your current password."]})
    limits.forget_try(email=user.email, ip=session.ip)


def _exchange(session: Session, presented: str) -> bool:
    """Move the locked session on if the token is the current one; answers whether a pair may be given out."""
    now = timezone.now()
    if presented == session.refresh_hash:
        _rotate(session)
        return True
    if presented == session.previous_hash and now - session.rotated_at <= settings.REFRESH_GRACE:
        return True
    sign_out(session=session)
    return False


def _rotate(session: Session) -> None:
    session.previous_hash = session.refresh_hash
    session.generation += 1
    session.rotated_at = session.last_used_at = timezone.now()
    session.expires_at = session.rotated_at + settings.REFRESH_TOKEN_LIFETIME
    session.refresh_hash = fingerprint(mint_pair(session).refresh)
    session.save()


def _revoke(sessions: SessionQuerySet, *, user_id: int) -> int:
    """Revoke those that are not yet, and tell their sockets once that is certain."""
    with transaction.atomic():
        open_rows = sessions.filter(revoked_at=None).select_for_update(of=("self",))
        ids = list(open_rows.order_by("pk").values_list("pk", flat=True))
        Session.objects.filter(pk__in=ids).update(revoked_at=timezone.now())
        if ids:
            PushSubscription.objects.filter(session__in=ids).delete()
            tell = partial(broadcasts.session_revoked, user_id=user_id, session_ids=ids)
            transaction.on_commit(tell, robust=True)
    return len(ids)


def _bad_credentials() -> AccountError:
    return AccountError("bad_credentials", "E-mail and password do not match. Check both.", status=401)


def _taken(error: IntegrityError) -> Exception:
    """Say which field somebody else has already; other violations are ours and stay what they are."""
    constraint = violated_constraint(error)
    if constraint == EMAIL_TAKEN:
        return email_taken()
    if constraint == HANDLE_TAKEN:
        return invalid({"handle": ["Somebody has this handle already. Choose another one."]}, code="handle_taken")
    return error
