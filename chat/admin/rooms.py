"""Rooms and who is in them, in the admin."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse

from accounts.tables import LookingAdmin
from chat.admin.acting import acted_page
from chat.admin.acts import acts_on_room
from chat.models import Membership, Room

PEOPLE_NAMED = 3


@admin.register(Room)
class RoomAdmin(LookingAdmin[Room]):
    list_display = ("__str__", "kind", "people", "read_only", "slow_seconds", "last_activity_at")
    list_filter = ("kind",)
    search_fields: ClassVar = ["name", "topic"]
    ordering = ("-last_activity_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        seats = Membership.objects.filter(room=OuterRef("pk")).order_by("pk")
        names = ArraySubquery(seats.values("user__full_name")[:PEOPLE_NAMED])
        # Subqueries, as those of a join would be worked out for the count of rows as well.
        count = Subquery(seats.order_by().values("room").annotate(count=Count("pk")).values("count"))
        rooms: QuerySet[Room] = super().get_queryset(request).annotate(seats=Coalesce(count, 0), names=names)
        return rooms

    @admin.display(description="people")
    def people(self, room: Room) -> str:
        seats, names = cast("int", room.seats), cast("list[str]", room.names)  # type: ignore[attr-defined]
        more = f" and {seats - len(names)} more" if seats > len(names) else ""
        return ", ".join(names) + more

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        room = self.get_object(request, object_id)
        acts = [] if room is None or room.kind == Room.Kind.DIRECT else acts_on_room(room)
        shown = super().change_view
        return acted_page(request, acts, lambda extra: shown(request, object_id, form_url, extra))


@admin.register(Membership)
class MembershipAdmin(LookingAdmin[Membership]):
    list_display = ("user", "room", "role", "read_seq", "delivered_seq", "joined_at")
    list_select_related = ("user", "room")
    list_filter = ("role",)
    search_fields: ClassVar = ["user__full_name", "user__handle", "room__name"]
    ordering = ("-pk",)
