"""The audit trail in the admin: to be read by all moderators, changed by nobody; a bulk action is undone from here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.acts import Act
from accounts.models import AuditEntry
from accounts.tables import LookingAdmin
from chat.admin.acting import acted_page
from chat.services import moderation

ACTIONS = (
    "warning.imposed", "mute.imposed", "mute.lifted", "ban.imposed", "ban.lifted", "sessions.ended", "note.written",
    "appeal.granted", "appeal.refused", "message.deleted", "message.restored", "room.removed", "room.read_only",
    "room.slow_seconds", "report.taken", "report.resolved", "report.dismissed", "report.opened_direct",
    "account.changed", "account.deactivated", "filter.made", "filter.changed", "filter.removed",
)  # fmt: skip


class ActionFilter(admin.SimpleListFilter):
    """A list of our own: to ask the table which actions there are reads all of it."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(action, action.replace(".", " ").replace("_", " ")) for action in ACTIONS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(action=self.value()) if self.value() else queryset


class TargetFilter(admin.SimpleListFilter):
    title = "about"
    parameter_name = "target"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("user", "People"), ("message", "Messages"), ("room", "Rooms"), ("report", "Reports")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(target=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditAdmin(LookingAdmin[AuditEntry]):
    list_display = ("number", "at", "actor_name", "action", "target_name", "reason")
    list_filter = (TargetFilter, ActionFilter)
    search_fields: ClassVar = ["=actor_name", "=target_name"]
    search_help_text = "Whose actions, or about whom: the full name as it was then."
    fields = (
        "number", "at", "actor_name", "actor_id", "action", "target", "target_id", "target_name", "revision", "reason",
        "before", "after", "batch", "previous", "hash",
    )  # fmt: skip

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Also by ``batch``, ``actor_id`` and ``target_id``, which links of ours ask for."""
        return lookup in {"batch", "actor_id", "target_id"} or bool(super().lookup_allowed(lookup, value, request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        batch = None if entry is None or entry.action != "message.deleted" else entry.batch
        acts = []
        if batch is not None:
            words, done = "Undo this bulk action", "What it deleted is back."
            undo = moderation.undo_batch
            acts = [Act("undo", words, done, lambda a: undo(moderator=a.moderator, batch=batch, reason=a.reason))]
        shown = super().change_view
        return acted_page(request, acts, lambda extra: shown(request, object_id, form_url, extra))
