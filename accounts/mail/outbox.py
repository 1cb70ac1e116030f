"""Asking for a mail: a row that says which and to whom, and a job. Both commit with what the mail is about."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from accounts import background
from accounts.mail.kinds import Kind
from accounts.models import Mail, Session, User


def post(kind: Kind, user: User | None, *, session: Session | None = None) -> None:
    """Have a mail sent, unless this server sends none.

    For nobody (`user` None) all is done as for somebody, but in the end there is no mail: from outside nobody can tell
    whether there is such a person.
    """
    if not settings.MAIL_ENABLED:
        return
    with transaction.atomic():
        mail = Mail.objects.create(kind=kind, user=user, session_id=session.pk if session else None)
        background.send_mail.enqueue(mail_id=mail.pk)
