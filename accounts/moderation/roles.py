"""Who moderates, and who administers: two groups of Django's, made anew after each migration.

A moderator takes care of reports, messages and people. An administrator may do all of that, and all else.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.exceptions import AccountError
from accounts.models import User

MODERATORS = "Moderators"
ADMINISTRATORS = "Administrators"
MODERATE = "accounts.moderate"

LOOKED_AT = (
    "user", "session", "sanction", "notice", "appeal", "personnote", "auditentry", "room", "membership", "message",
    "report", "filterrule", "lastseen",
)  # fmt: skip
"""What moderators see in the admin. What they do there goes by `moderate`, act by act."""

OURS = ("accounts", "chat", "presence", "auth", "procrastinate")


def make_groups(**_signal: Any) -> None:
    """Give both groups what they may do; to be called once all permissions are there."""
    ours = Permission.objects.filter(content_type__app_label__in=OURS)
    seen = Q(codename__in=[f"view_{model}" for model in LOOKED_AT]) | Q(codename="moderate")
    for name, permissions in ((MODERATORS, ours.filter(seen)), (ADMINISTRATORS, ours)):
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions)


def is_administrator(user: User) -> bool:
    return user.is_active and user.is_staff and (user.is_superuser or user.groups.filter(name=ADMINISTRATORS).exists())


def is_moderator(user: User) -> bool:
    """Whether somebody may moderate; administrators may."""
    return user.is_active and user.is_staff and user.has_perm(MODERATE)


def require_moderator(actor: User | None) -> None:
    """Raise ``AccountError`` for who may not moderate. None is the command line, which may."""
    if actor is not None and not is_moderator(actor):
        raise AccountError("forbidden", "Only moderators may do that.", status=403)


def require_above(actor: User | None, other: User) -> None:
    """Raise ``AccountError`` where ``actor`` may not act on the other: on oneself, and on who runs the site."""
    require_moderator(actor)
    if actor is None:
        return
    if actor.pk == other.pk:
        raise AccountError("self", "This is you. Ask another moderator.", status=403)
    if other.is_superuser and not actor.is_superuser:
        raise AccountError("forbidden", "Only a superuser acts on a superuser.", status=403)
    if is_moderator(other) and not is_administrator(actor):
        raise AccountError("forbidden", "Only administrators act on moderators and administrators.", status=403)
