"""Messages in the admin: found by text, and deleted many at a time. What two say to each other is not among them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator

from accounts.tables import LookingAdmin, newest
from chat.admin.acting import acted_page
from chat.admin.acts import acts_on_message, take_down
from chat.admin.bulk import BulkAct, bulk_action
from chat.models import Message, Room
from chat.search.everywhere import find_everywhere

EXCERPT = 80


class DeletedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Shown"), ("yes", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        wanted = {"no": True, "yes": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(deleted_at__isnull=wanted)


TAKE_DOWN = BulkAct(
    name="take_down",
    words="Delete for everybody…",
    one="Delete it for everybody?",
    many="Delete {} messages for everybody?",
    done="{} deleted for everybody.",
    do=take_down,
    is_danger=True,
    among=Q(deleted_at=None, kind=Message.Kind.TEXT),
    readers="Their authors",
)


@admin.register(Message)
class MessageAdmin(LookingAdmin[Message]):
    """Deleted messages keep their text here, and only here."""

    list_display = ("excerpt", "author", "room", "created_at", "deleted_at", "deleted_by")
    list_select_related = ("author", "room", "deleted_by")
    list_filter = (DeletedFilter,)
    search_fields: ClassVar = ["body"]
    search_help_text = "Text in messages, also deleted ones; @handle for what somebody said. The newest are found."
    actions = (bulk_action(TAKE_DOWN),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).exclude(room__kind=Room.Kind.DIRECT)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-deleted_at",) if _asks_for_deleted(request) else ("-pk",)

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
        return queryset if words or _asks_for_deleted(request) else newest(queryset), False

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


def _asks_for_deleted(request: HttpRequest) -> bool:
    return request.GET.get("deleted") == "yes"
