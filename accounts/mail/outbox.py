"""Asking for a mail: a row that says which and to whom, and a job. Both commit with what the mail is about."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts import background
from accounts.mail.kinds import Kind
from accounts.models import AddressChange, Mail, Session, User


def post(
    kind: Kind,
    user: User | None,
    *,
    session: Session | None = None,
    change: AddressChange | None = None,
    address: str = "",
    until: datetime | None = None,
) -> None:
    """Have a mail sent, to this address or else to that of the user, unless this server sends none.

    For nobody (`user` None) all is done as for somebody, but in the end there is no mail: from outside nobody can tell
    whether there is such a person. Only an invitation goes to who is nobody yet; `until` is when it is over.
    """
    if not settings.MAIL_ENABLED:
        return
    with transaction.atomic():
        device = session.pk if session else None
        mail = Mail.objects.create(kind=kind, user=user, address=address, session_id=device, change=change, until=until)
        background.send_mail.enqueue(mail_id=mail.pk)
