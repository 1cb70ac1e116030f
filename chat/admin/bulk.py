"""One act for many rows of a list: the reason is asked for first, and all of it can be undone at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator

from accounts.acts import DAMAGED, ActForm, Asked, with_undo
from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.moderation.words import clean_reason
from chat.models import Message
from chat.services import moderation

EXCERPT = 300
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class BulkAct:
    """An act on many. ``do`` is done to each, by its id; the words are for one and for many (``{}`` of them).

    Only to those ``among`` which it makes sense, where that is said. ``readers`` are told the reason.
    """

    name: str
    words: str
    one: str
    many: str
    done: str
    do: Callable[[int, Asked], object] = field(repr=False)
    length: str = ""
    is_danger: bool = False
    among: Q = field(default_factory=Q)
    readers: str = "Those concerned"

    @property
    def button(self) -> str:
        return self.words.removesuffix("…")


def bulk_action(act: BulkAct) -> Callable[..., HttpResponse | None]:
    """Make an action of Django's admin of it; its list has ``has_moderate_permission``."""

    @admin.action(description=act.words, permissions=["moderate"])
    def run(model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        form, ids = ActForm(request.POST if "reason" in request.POST else None), _ids_of(rows.filter(act.among))
        if form.is_bound and _do(act, request, form, ids):
            return None
        context = {
            **model_admin.admin_site.each_context(request),
            "title": act.one if len(ids) == 1 else act.many.format(len(ids)),
            "opts": model_admin.opts,
            "act": act,
            "ids": ids,
            "form": form,
            "rows": [_line(row) for row in rows.filter(pk__in=ids[:MOST_SHOWN])],
            "more": max(0, len(ids) - MOST_SHOWN),
        }
        return render(request, "admin/reason.html", context, status=400 if form.is_bound else 200)

    run.__name__ = act.name
    return run


def warn_of(request: HttpRequest, refused: dict[int, str]) -> None:
    """Say of what was refused why, once for each sentence."""
    counts: dict[str, int] = defaultdict(int)
    for sentence in refused.values():
        counts[sentence] += 1
    for sentence, count in counts.items():
        messages.warning(request, sentence if count == 1 else f"{count} times: {sentence}")


def _ids_of(rows: QuerySet[Any]) -> list[int]:
    """As many as can be done at once, and one more, with which it is refused."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[: moderation.MOST_AT_ONCE + 1])


def _do(act: BulkAct, request: HttpRequest, form: ActForm, ids: list[int]) -> bool:
    if not form.is_valid():
        messages.error(request, DAMAGED)
        return False
    asked = Asked(cast("User", request.user), form.cleaned_data["reason"], form.cleaned_data)
    try:
        clean_reason(asked.reason)
        batch = moderation.in_bulk(moderator=asked.moderator, ids=ids, act=lambda pk: act.do(pk, asked))
    except ParleyError as refusal:
        messages.error(request, refusal.sentence)
        return False
    warn_of(request, batch.refused)
    if batch.done:
        messages.success(request, with_undo(act.done.format(batch.done), batch.id))
    return bool(batch.done)


def _line(row: Model) -> dict[str, Any]:
    if isinstance(row, Message):
        return {"who": row.author, "at": row.created_at, "text": Truncator(row.body).chars(EXCERPT)}
    return {"who": row, "at": None, "text": ""}
