"""What moderators do on a page of the admin: one reason, one button, one service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.moderation import sanctions
from accounts.moderation.audit import audited
from accounts.moderation.models import REASON_LENGTH
from accounts.moderation.roles import MODERATE

HOUR, DAY = 3600, 86_400
MUTES = ((HOUR, "1 hour"), (DAY, "1 day"), (7 * DAY, "7 days"), (30 * DAY, "30 days"))
BANS = ((DAY, "1 day"), (7 * DAY, "7 days"), (30 * DAY, "30 days"), (0, "good"))
SLOWNESS = ((10, "10 seconds"), (60, "1 minute"), (600, "10 minutes"), (0, "nobody (off)"))

DAMAGED = "Something in this form was damaged. Choose once more."


def _seconds(choices: tuple[tuple[int, str], ...], usual: int, label: str) -> forms.TypedChoiceField:
    widget = forms.Select(attrs={"aria-label": label})
    return forms.TypedChoiceField(
        choices=choices, coerce=int, initial=usual, required=False, empty_value=str(usual), widget=widget
    )


class ActForm(forms.Form):
    """The reason, and how long."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH)
    mute_for = _seconds(MUTES, DAY, "Mute for how long")
    ban_for = _seconds(BANS, 7 * DAY, "Ban for how long")
    slow_for = _seconds(SLOWNESS, 60, "Time between two messages")
    close = forms.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who acts, why, and with which values of the form."""

    moderator: User
    reason: str
    values: Mapping[str, Any]

    def until(self, name: str) -> datetime | None:
        """The moment so many seconds from now; None where that is for good."""
        seconds = int(self.values[name])
        return timezone.now() + timedelta(seconds=seconds) if seconds else None


@dataclass(frozen=True, slots=True)
class Act:
    """A button. ``do`` calls the service. ``length`` names the choice of the form beside it.

    Of what ``can_be_undone``, the sentence that it is done leads to where that is done.
    """

    name: str
    words: str
    done: str
    do: Callable[[Asked], object] = field(repr=False)
    length: str = ""
    is_danger: bool = False
    can_be_undone: bool = False


def perform(
    request: HttpRequest, acts: list[Act], form: ActForm, *, after: Callable[[Asked], object] | None = None
) -> bool:
    """Do what was asked for and say so; False where it was refused, and the form wants to be shown once more.

    ``after`` is done in the same go, where the form asks for it (``close``).
    """
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    act = next((act for act in acts if act.name == request.POST.get("act")), None)
    if act is None or not form.is_valid():
        messages.error(request, DAMAGED)
        return False
    asked, batch = Asked(cast("User", request.user), form.cleaned_data["reason"], form.cleaned_data), uuid4()
    try:
        with audited(batch=batch):
            act.do(asked)
            if after is not None and form.cleaned_data["close"]:
                after(asked)
    except ParleyError as refusal:
        messages.error(request, refusal.sentence)
        return False
    messages.success(request, with_undo(act.done, batch) if act.can_be_undone else act.done)
    return True


def with_undo(sentence: str, batch: UUID) -> str:
    """Say that something is done, and lead to where it is undone."""
    return format_html('{} <a href="{}">Undo</a>', sentence, reverse("admin:done", args=[batch]))


def acts_on_person(person: User) -> list[Act]:
    """All that can be done to somebody, as they stand."""
    mute, ban = sanctions.Kind.MUTE, sanctions.Kind.BAN
    now, pk = timezone.now(), person.pk

    def lift(kind: str) -> Callable[[Asked], object]:
        return lambda asked: sanctions.lift(actor=asked.moderator, user_id=pk, kind=kind, reason=asked.reason)

    acts = [
        Act("warn", "Warn", "They are warned.", partial(warn, pk), can_be_undone=True),
        Act(
            "mute",
            "Mute for",
            "They can write nowhere for now.",
            partial(silence, pk),
            length="mute_for",
            can_be_undone=True,
        ),
        Act(
            "ban",
            "Ban for",
            "They are banned, and out.",
            partial(shut_out, pk),
            length="ban_for",
            is_danger=True,
            can_be_undone=True,
        ),
        Act("sign-out", "Sign out everywhere", "They are signed out on every device.", partial(_sign_out, pk)),
    ]
    if person.muted_until is not None and person.muted_until > now:
        acts.append(Act("unmute", "Let them write again", "They may write again.", lift(mute)))
    if person.banned_until is not None and person.banned_until > now:
        acts.append(Act("unban", "Lift the ban", "They may come in again.", lift(ban)))
    return acts


def warn(user_id: int, asked: Asked) -> object:
    return sanctions.warn(actor=asked.moderator, user_id=user_id, reason=asked.reason)


def silence(user_id: int, asked: Asked) -> object:
    """Mute them, for as long as the form says."""
    until = cast("datetime", asked.until("mute_for"))
    return sanctions.mute(actor=asked.moderator, user_id=user_id, reason=asked.reason, until=until)


def shut_out(user_id: int, asked: Asked) -> object:
    """Ban them, for as long as the form says."""
    return sanctions.ban(actor=asked.moderator, user_id=user_id, reason=asked.reason, until=asked.until("ban_for"))


def _sign_out(user_id: int, asked: Asked) -> object:
    return sanctions.end_sessions(actor=asked.moderator, user_id=user_id, reason=asked.reason)
