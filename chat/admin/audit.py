"""The audit trail in the admin: to be read by all moderators, changed by nobody; a bulk action is undone from here."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from accounts.acts import DAMAGED, Act, ActForm
from accounts.exceptions import ParleyError
from accounts.finding import MOST, find_by_words
from accounts.models import AuditEntry, User
from accounts.tables import LookingAdmin
from chat.admin.bulk import warn_of
from chat.services import moderation
from chat.templatetags.moderation import spoken

ACTIONS = (
    "warning.imposed", "warning.withdrawn", "mute.imposed", "mute.lifted", "mute.withdrawn", "ban.imposed",
    "ban.lifted", "ban.withdrawn", "sessions.ended", "note.written", "appeal.granted", "appeal.refused",
    "message.deleted", "message.restored", "room.removed", "room.brought_back", "room.read_only", "room.slow_seconds",
    "report.taken", "report.resolved", "report.dismissed", "report.opened_direct", "report.forgotten",
    "account.changed", "account.deactivated", "filter.made", "filter.changed", "filter.removed", "job.tried_again",
    "job.called_off", "address.changed", "address.restored", "invitation.made",
)  # fmt: skip

UNDO = Act("undo", "Undo what can be undone", "It is undone.", lambda _asked: None)
"""The button alone: the page does it, as some of it may be refused."""


class ActionFilter(admin.SimpleListFilter):
    """A list of our own: to ask the table which actions there are reads all of it."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(action, spoken(action)) for action in ACTIONS]

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
    search_fields: ClassVar = ["actor_name", "target_name"]
    search_help_text = "Whose actions, or about whom: how a name, or a part of it, or a handle begins."
    fields = (
        "number", "at", "actor_name", "actor_id", "action", "target", "target_id", "target_name", "revision", "reason",
        "before", "after", "batch", "previous", "hash",
    )  # fmt: skip

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Also by ``batch``, ``actor_id`` and ``target_id``, which links of ours ask for."""
        return lookup in {"batch", "actor_id", "target_id"} or bool(super().lookup_allowed(lookup, value, request))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str) -> Any:
        """Each by its own index: together they would have none."""
        if not search_term.strip():
            return queryset, False
        people, newest = find_by_words(search_term), AuditEntry.objects.order_by("-number")
        either = (newest.filter(actor_id__in=people), newest.filter(target="user", target_id__in=people))
        numbers = {number for each in either for number in each.values_list("pk", flat=True)[:MOST]}
        return queryset.filter(pk__in=numbers), False

    def get_urls(self) -> list[URLPattern]:
        return [path("done/<uuid:batch>/", self.admin_site.admin_view(self.done), name="done"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The entry, and the way to all that was done with it."""
        entry = self.get_object(request, object_id)
        leads = []
        if entry is not None and entry.batch:
            leads = [(reverse("admin:done", args=[entry.batch]), "All that was done with it, and Undo")]
        return super().change_view(request, object_id, form_url, {"leads": leads})

    def done(self, request: HttpRequest, batch: UUID) -> HttpResponse:
        """What was done in one go, what of it is undone, and a button to undo the rest."""
        if not self.has_view_permission(request) or not self.has_moderate_permission(request):
            raise PermissionDenied
        rows = AuditEntry.objects.filter(batch=batch).order_by("number")
        if (first := rows.first()) is None:
            raise Http404
        form = ActForm(request.POST or None)
        if request.method == "POST" and self._undo(request, batch, form):
            return redirect(request.path)
        undone = moderation.undone_in(batch)
        entries = list(rows[: moderation.MOST_AT_ONCE])
        left = {entry.number for entry in entries if moderation.can_be_undone(entry) and entry.number not in undone}
        context = {
            **self.admin_site.each_context(request),
            "title": "What was done",
            "opts": self.opts,
            "first": first,
            "lines": [
                {"entry": entry, "undo": undone.get(entry.number), "can_be_undone": entry.number in left}
                for entry in entries
            ],
            "acts": {"": [UNDO]} if left else {},
            "form": form,
        }
        return render(request, "admin/done.html", context, status=400 if request.method == "POST" else 200)

    def _undo(self, request: HttpRequest, batch: UUID, form: ActForm) -> bool:
        """Undo it and say how far it went; False where nothing could be."""
        if not form.is_valid():
            messages.error(request, DAMAGED)
            return False
        try:
            undone = moderation.undo_batch(
                moderator=cast("User", request.user), batch=batch, reason=form.cleaned_data["reason"]
            )
        except ParleyError as refusal:
            messages.error(request, refusal.sentence)
            return False
        warn_of(request, undone.refused)
        if undone.done:
            messages.success(request, f"{undone.done} undone.")
        return bool(undone.done)
