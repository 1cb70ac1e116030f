"""What stands in a mail: subject, text and HTML, with links to this site as the operator has named it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.mail.kinds import SUBJECTS, Kind
from accounts.mail.tokens import Invited, confirm_tokens, reset_tokens, undo_tokens, verify_tokens
from accounts.models import Mail, Session, User

# Whoever signs up with a stranger's address shall not have us send that stranger their advertisement as a name.
_PLAIN_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
LONGEST_GREETING = 20


class Message(EmailMultiAlternatives):
    """A mail that is recognised when it is sent once more."""

    idempotency_key: str = ""


def write(mail: Mail, user: User | None) -> Message:
    """Write a mail; to nobody yet (`user` None) only an invitation.

    The same row gives the same bytes, as long as the person has not changed.
    """
    context = {"site": settings.SITE_NAME, "site_url": settings.SITE_URL}
    if user is None:
        context |= _inviting(mail)
    else:
        context |= {"name": greeting(user), "email": user.email} | _WHAT_IT_SAYS[Kind(mail.kind)](mail, user)
    subject = SUBJECTS[Kind(mail.kind)].format(site=settings.SITE_NAME)
    domain = settings.MAIL_FROM.rpartition("@")[2].rstrip("> ")
    message = Message(
        subject=" ".join(subject.split()),
        body=render_to_string(f"mail/{mail.kind}.txt", context),
        from_email=settings.MAIL_FROM,
        to=[mail.address or (user.email if user else "")],
        headers={
            "Message-ID": f"<{mail.key}@{domain}>",
            "Date": mail.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday note is an answer to it
        },
    )
    message.attach_alternative(render_to_string(f"mail/{mail.kind}.html", context), "text/html")
    message.idempotency_key = str(mail.key)
    return message


def greeting(user: User) -> str:
    """The first name, where it is one: a word of letters, and short."""
    first = user.get_short_name()
    return first if len(first) <= LONGEST_GREETING and _PLAIN_NAME.fullmatch(first) else ""


def _verifying(mail: Mail, user: User) -> dict[str, Any]:
    token = verify_tokens.made_at(mail.created_at).make_token(user)
    return {"link": _link("verify-address", user.pk, token)}


def _resetting(mail: Mail, user: User) -> dict[str, Any]:
    token = reset_tokens.made_at(mail.created_at).make_token(user)
    return {"link": _link("choose-password", user.pk, token)}


def _device(mail: Mail, user: User) -> dict[str, Any]:
    session = Session.objects.filter(pk=mail.session_id or UUID(int=0)).first()
    return {"session": session, "link": _link("devices"), "reset_link": _link("reset-password")}


def _new_address(mail: Mail, user: User) -> dict[str, Any]:
    """To where a stranger may live: it says nothing of whoever typed this address."""
    assert mail.change is not None
    token = confirm_tokens.made_at(mail.created_at).make_token(mail.change)
    return {"name": "", "link": _link("confirm-address", mail.change.pk, token)}


def _taken(mail: Mail, user: User) -> dict[str, Any]:
    return {"name": "", "email": mail.address, "link": _link("login"), "reset_link": _link("reset-password")}


def _changing(mail: Mail, user: User) -> dict[str, Any]:
    """To the old address. If nobody ever said that it is theirs, it may be a stranger's: they get no power by it."""
    change = mail.change
    assert change is not None
    said = {"email": change.old_email, "change": None, "reset_link": _link("reset-password")}
    if not change.was_verified:
        return said
    token = undo_tokens.made_at(mail.created_at).make_token(change)
    return said | {"change": change, "link": _link("undo-address", change.pk, token)}


def _inviting(mail: Mail) -> dict[str, Any]:
    assert mail.until is not None
    token = Invited(mail.address, mail.created_at, mail.until).token()
    return {"until": mail.until, "link": _link("accept-invitation", token)}


def _link(name: str, *words: int | str) -> str:
    return settings.SITE_URL + reverse(name, args=words)


_WHAT_IT_SAYS = {
    Kind.WELCOME: _verifying,
    Kind.VERIFY: _verifying,
    Kind.RESET: _resetting,
    Kind.DEVICE: _device,
    Kind.ADDRESS: _new_address,
    Kind.TAKEN: _taken,
    Kind.CHANGING: _changing,
}
