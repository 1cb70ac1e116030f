"""Rooms and messages in Django's admin: for moderators to look at, and to take messages down.

Nothing is edited here. What clients must hear of goes through `chat.services`.
"""

from typing import ClassVar, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.text import Truncator

from accounts.models import User
from chat import services
from chat.models import Membership, Message, Room
from chat.widget.admin import SiteAdmin, VisitorAdmin

__all__ = ["MembershipAdmin", "MessageAdmin", "RoomAdmin", "SiteAdmin", "VisitorAdmin"]

Row = TypeVar("Row", bound=Model)

PEOPLE_NAMED = 3
EXCERPT = 80


class LookingAdmin(admin.ModelAdmin[Row]):
    """Shows rows with all their fields and lets nobody add, edit or erase them."""

    list_per_page = 50
    show_full_result_count = False  # it counts the whole table once more

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> list[str]:
        return [field.name for field in self.model._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """A row is only shown: its "Save" would write back all that was read, over what has changed since."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


@admin.register(Room)
class RoomAdmin(LookingAdmin[Room]):
    list_display = ("__str__", "kind", "people", "last_seq", "last_activity_at")
    list_filter = ("kind",)
    search_fields: ClassVar = ["name", "topic", "memberships__user__full_name", "memberships__user__handle"]
    ordering = ("-last_activity_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        seats = Membership.objects.filter(room=OuterRef("pk")).order_by("pk")
        names = ArraySubquery(seats.values("user__full_name")[:PEOPLE_NAMED])
        # Subqueries, as those of a join would be worked out for the count of rows as well.
        count = Subquery(seats.order_by().values("room").annotate(count=Count("pk")).values("count"))
        rooms: QuerySet[Room] = super().get_queryset(request).annotate(seats=Coalesce(count, 0), names=names)
        return rooms

    @admin.display(description="people", ordering="seats")
    def people(self, room: Room) -> str:
        seats, names = cast("int", room.seats), cast("list[str]", room.names)  # type: ignore[attr-defined]
        more = f" and {seats - len(names)} more" if seats > len(names) else ""
        return ", ".join(names) + more


@admin.register(Membership)
class MembershipAdmin(LookingAdmin[Membership]):
    list_display = ("user", "room", "role", "read_seq", "delivered_seq", "joined_at")
    list_select_related = ("user", "room")
    list_filter = ("role",)
    search_fields: ClassVar = ["user__full_name", "user__handle", "room__name"]
    ordering = ("-pk",)


@admin.register(Message)
class MessageAdmin(LookingAdmin[Message]):
    """Deleted messages keep their text here, and only here."""

    list_display = ("excerpt", "author", "room", "created_at", "deleted_at", "deleted_by")
    list_select_related = ("author", "room", "deleted_by")
    list_filter = ("kind", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields: ClassVar = ["body", "author__full_name", "author__handle"]
    ordering = ("-pk",)
    actions = ("take_down",)

    @admin.display(description="text", ordering="pk")
    def excerpt(self, message: Message) -> str:
        return Truncator(message.body).chars(EXCERPT)

    @admin.action(description="Delete for everybody (moderators still see the text here)", permissions=["change"])
    def take_down(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        ids = list(queryset.filter(deleted_at=None).values_list("pk", flat=True))
        for message_id in ids:
            services.remove_message(
                moderator=cast("User", request.user), message_id=message_id, reason="It breaks the rules."
            )
        self.message_user(request, f"{len(ids)} deleted for everybody.", messages.SUCCESS)
