"""Messages in the admin: found by text, and deleted many at a time. What two say to each other is not among them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.tables import LookingAdmin
from chat.admin.acting import acted_page
from chat.admin.acts import acts_on_message
from chat.models import Message, Room
from chat.search.everywhere import find_everywhere
from chat.services import moderation

EXCERPT = 80


class DeletedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Shown"), ("yes", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        wanted = {"no": True, "yes": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(deleted_at__isnull=wanted)


@admin.register(Message)
class MessageAdmin(LookingAdmin[Message]):
    """Deleted messages keep their text here, and only here."""

    list_display = ("excerpt", "author", "room", "created_at", "deleted_at", "deleted_by")
    list_select_related = ("author", "room", "deleted_by")
    list_filter = ("kind", DeletedFilter)
    search_fields: ClassVar = ["body"]
    search_help_text = "Text in messages, also deleted ones; @handle for what somebody said. The newest are found."
    ordering = ("-pk",)
    actions = ("take_down",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).exclude(room__kind=Room.Kind.DIRECT)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """By the index of the search: to look through every message would take longer each month."""
        words = search_term.split()
        handles = [word.removeprefix("@").lower() for word in words if word.startswith("@")]
        if handles:
            queryset = queryset.filter(author__handle__in=handles)
        if text := " ".join(word for word in words if not word.startswith("@")):
            queryset = queryset.filter(pk__in=find_everywhere(text))
        return queryset, False

    @admin.display(description="text")
    def excerpt(self, message: Message) -> str:
        return Truncator(message.body).chars(EXCERPT)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        acts = [] if message is None or message.kind != Message.Kind.TEXT else acts_on_message(message)
        shown = super().change_view
        return acted_page(request, acts, lambda extra: shown(request, object_id, form_url, extra))

    @admin.action(description="Delete for everybody…", permissions=["moderate"])
    def take_down(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse | None:
        """Ask for the reason first; then all at once, to be undone at once."""
        ids = list(queryset.filter(deleted_at=None).values_list("pk", flat=True)[: moderation.MOST_AT_ONCE + 1])
        if "reason" in request.POST:
            try:
                batch = moderation.remove_many(
                    moderator=cast("User", request.user), message_ids=ids, reason=request.POST["reason"]
                )
            except ParleyError as refusal:
                messages.error(request, refusal.sentence)
            else:
                for sentence in set(batch.refused.values()):
                    messages.warning(request, sentence)
                undo = f"{reverse('admin:accounts_auditentry_changelist')}?batch={batch.id}"
                sentence = "{} deleted for everybody. <a href='{}'>Undo</a>"
                messages.success(request, format_html(sentence, batch.done, undo))
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Delete {len(ids)} messages for everybody?" if len(ids) != 1 else "Delete it for everybody?",
            "opts": self.opts,
            "action": "take_down",
            "chosen": queryset.filter(pk__in=ids),
            "reason": request.POST.get("reason", ""),
        }
        return render(request, "admin/reason.html", context)
