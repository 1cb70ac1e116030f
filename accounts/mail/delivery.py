"""Handing mails to the provider, each once as far as that can be had.

A mail is claimed by the lock on its row, sent, and noted as sent in the same transaction. So of two jobs for one mail,
one sends. What remains is a worker that dies after the provider took the mail and before the note: the mail is sent
again, **at least once**. Resend recognises it by its key (for a day) and sends it once; an SMTP server does not, but
both copies have one Message-ID, and many mail programs show one of them.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from anymail.exceptions import AnymailError
from django.db import transaction
from django.utils import timezone

from accounts.jobs import GiveUp
from accounts.mail.kinds import Kind
from accounts.mail.writing import write
from accounts.models import AddressChange, Mail, User

logger = logging.getLogger(__name__)

# Ours to mend before the job has been tried too often: keys, quotas, and what is busy.
WORTH_ANOTHER_TRY = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


KEPT = timedelta(days=30)


class NotSentError(Exception):
    """A mail could not be sent now. The message names nobody: it stands in logs."""


def deliver(mail_id: int) -> None:
    """Send one mail, unless it was sent. Raises `NotSentError`, or `GiveUp` where trying again is of no use."""
    with transaction.atomic():
        mail = Mail.objects.select_for_update(nowait=True).filter(pk=mail_id, sent_at=None).first()
        if mail is None:
            return
        user = _recipient(mail)
        if user is None and not _invites(mail):
            return
        failure, hopeless = _send(mail, user)
        if failure is None:
            mail.sent_at = timezone.now()
        mail.failure = failure or ""
        mail.save(update_fields=["sent_at", "failure"])
    if failure is not None:
        sentence = f"The mail {mail} was not sent: {failure}"
        raise GiveUp(sentence) if hopeless else NotSentError(sentence)


def forget_old() -> None:
    """Forget mails of a month ago, sent or not, and the changes of addresses that they were about."""
    Mail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    AddressChange.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()


def _recipient(mail: Mail) -> User | None:
    """To whom it goes; None if nobody wants it any more, or if somebody was asked for who is not there."""
    if mail.user_id is None:
        return None
    user = User.objects.active().exclude(email=None).filter(pk=mail.user_id).first()
    return None if user is None or _is_pointless(mail, user) else user


def _invites(mail: Mail) -> bool:
    """Whether it goes to somebody who is still nobody here, and may still sign up by it."""
    if mail.kind != Kind.INVITATION or mail.until is None or mail.until < timezone.now():
        return False
    return not User.objects.with_email(mail.address).exists()


def _is_pointless(mail: Mail, user: User) -> bool:
    """Whether what it asks for has been done, or called off, since it was asked for."""
    match mail.kind:
        case Kind.VERIFY:
            return user.email_verified_at is not None
        case Kind.ADDRESS:
            return mail.change is None or not mail.change.is_open
        case Kind.CHANGING:
            return mail.change is None or mail.change.undone_at is not None
        case _:
            return False


def _send(mail: Mail, user: User | None) -> tuple[str | None, bool]:
    """What kept it from being sent (None: nothing), without naming the address, and whether it always will."""
    try:
        write(mail, user).send()
    except AnymailError as error:
        return _answer_of_provider(error)
    except SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        return f"The mail server refused the recipient ({min(codes)}).", min(codes) >= 500
    except SMTPResponseException as error:
        hopeless = error.smtp_code >= 500 and not isinstance(error, SMTPAuthenticationError)
        return f"The mail server refused it ({error.smtp_code}).", hopeless
    except (SMTPException, OSError) as error:
        return f"The mail server is out of reach ({type(error).__name__}).", False
    return None, False


def _answer_of_provider(error: AnymailError) -> tuple[str, bool]:
    status = error.status_code
    if status is None:
        return f"The mail provider is out of reach, or not understood ({type(error).__name__}).", False
    hopeless = 400 <= status < 500 and status not in WORTH_ANOTHER_TRY
    return f"The mail provider refused it ({status}).", hopeless
