"""Who may sign up (`SIGN_UP`), and invitations: links to one address, which prove it and work once.

Nothing is stored of an invitation: its link says all of it, signed (`accounts.mail.tokens`). It is used up by there
being an account with this address, or by there having been one since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.cleaning import cleaned
from accounts.exceptions import AccountError, invalid
from accounts.mail import outbox
from accounts.mail.kinds import Kind
from accounts.mail.tokens import Invited
from accounts.models import AddressChange, User
from accounts.moderation.audit import Target, audited, digest, record
from accounts.names import clean_email, fold_email
from accounts.reserved import is_reserved

DAYS = 7
MOST_DAYS = 30
"""For so long we remember who gave up an address (`accounts.mail.delivery`), so that no link works twice."""

STALE = "This invitation was used, is too old, or is not from here. Ask whoever sent it for a new one."


@dataclass(frozen=True, slots=True)
class Invitation:
    """What whoever invites is told: the link, when it is over, and whether it is on its way by mail."""

    address: str
    link: str
    until: datetime
    mailed: bool


def invite(*, actor: User | None, email: str, days: int = DAYS) -> Invitation:
    """Invite somebody by their address, and mail them the link where mail is configured: three in an hour at most.

    ``actor`` None is the command line. Earlier links go on working. Raises `invalid`, and `email_taken` where there is
    an account already: only who may see addresses comes here.
    """
    address = cleaned({"email": (clean_email, email)})["email"]
    if not 1 <= days <= MOST_DAYS:
        raise invalid({"days": [f"An invitation is good for 1 to {MOST_DAYS} days. Choose a number of these."]})
    if User.objects.with_email(address).exists() or is_reserved(address):
        taken = "There is an account with this address already, so nobody needs to be invited."
        raise invalid({"email": [taken]}, code="email_taken")
    now = timezone.now()
    invited = Invited(address, now, now + timedelta(days=days))
    mailed = settings.MAIL_ENABLED and limits.may_be_written_to(address)
    with audited():
        # Moderators read the trail, and addresses are none of their business: it proves later which one it was.
        target = Target("address", None, f"somebody at {address.rpartition('@')[2]}")
        record(actor=actor, action="invitation.made", target=target, after={"address": digest(address), "days": days})
        if mailed:
            outbox.post(Kind.INVITATION, None, address=address, until=invited.until)
    link = settings.SITE_URL + reverse("accept-invitation", args=[invited.token()])
    return Invitation(address, link, invited.until, mailed)


def who_is_invited(token: str) -> str | None:
    """The address that this link is for; None if it is used, over, or not ours."""
    invited = Invited.read(token)
    return None if invited is None or _is_used(invited) else invited.address


def admit(*, email: str, token: str = "") -> bool:
    """Let this address sign up, if it may; answers whether the ``token`` of a link proves it.

    Says nothing of whether there is an account with it. Raises `sign_up_closed` for who needs a link and has none,
    `link_stale` for one that opens nothing, `invalid` for one to another address.
    """
    address = fold_email(email)
    if not token:
        _require_open(address)
        return False
    invited = who_is_invited(token)
    if invited is None:
        raise AccountError("link_stale", STALE, status=410)
    if invited != address:
        raise invalid({"email": [f"This invitation is for {invited}. Sign up with that address."]})
    return True


def require_kept_domain(*, old: str, new: str) -> None:
    """Raises `invalid` where somebody is in by the domain of the ``old`` address, and the ``new`` one is at no such.

    Else the first address would be of any name in the domain, never answered, and the next one of anywhere.
    """
    if settings.SIGN_UP == "domain" and _is_welcome(old) and not _is_welcome(new):
        sentence = f"Choose an address at {welcome_domains()}, or ask whoever runs this server to change yours."
        raise invalid({"email": [sentence]})


def is_needed() -> bool:
    """Whether nobody at all signs up without an invitation."""
    return settings.SIGN_UP == "invite" or (settings.SIGN_UP == "domain" and not settings.SIGN_UP_DOMAINS)


def welcome_domains() -> str:
    """The domains whose addresses need no invitation, in words; empty where no domain matters."""
    domains: list[str] = settings.SIGN_UP_DOMAINS if settings.SIGN_UP == "domain" else []
    return " or ".join(filter(None, (", ".join(domains[:-1]), *domains[-1:])))


def closed_sentence() -> str:
    """Why somebody cannot sign up now, and what to do."""
    if is_needed():
        return "You need an invitation to sign up here: ask whoever runs this server for one, and open its link."
    return f"Sign up with an address at {welcome_domains()}, or ask whoever runs this server for an invitation."


def _require_open(address: str) -> None:
    if is_needed():
        raise AccountError("sign_up_closed", closed_sentence(), status=403)
    if settings.SIGN_UP == "domain" and not _is_welcome(address):
        sentence = closed_sentence()
        raise AccountError("sign_up_closed", sentence, status=403, fields={"email": [sentence]})


def _is_welcome(address: str) -> bool:
    return address.rpartition("@")[2] in settings.SIGN_UP_DOMAINS


def _is_used(invited: Invited) -> bool:
    left = AddressChange.objects.filter(old_email=invited.address, confirmed_at__gte=invited.made_at)
    return User.objects.with_email(invited.address).exists() or left.exists()
