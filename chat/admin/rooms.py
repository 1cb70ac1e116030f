"""Rooms and who is in them, in the admin."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.acts import Asked
from accounts.tables import FindsPeople, LookingAdmin, lately, newest
from chat.admin.acting import acted_page
from chat.admin.acts import acts_on_room, lock, put_out, slow, unlock
from chat.admin.bulk import BulkAct, bulk_action
from chat.exceptions import ChatError
from chat.models import Membership, Room
from chat.search.everywhere import WALK, find_rooms

PEOPLE_NAMED = 3


def _remove(seat_id: int, asked: Asked) -> None:
    seat = Membership.objects.filter(pk=seat_id).first()
    if seat is None:
        raise ChatError("not_found", "This person is not in the room any more.", status=404)
    put_out(seat.room_id, seat.user_id, asked)


LOCK = BulkAct("lock", "Lock…", "Lock this room?", "Lock {} rooms?", "{} locked.", lock, among=Q(read_only=False))
UNLOCK = BulkAct(
    "unlock", "Unlock…", "Unlock this room?", "Unlock {} rooms?", "{} unlocked.", unlock, among=Q(read_only=True)
)
SLOW = BulkAct(
    "slow", "Slow mode for…", "Slow this room down?", "Slow {} rooms down?", "{} set.", slow, length="slow_for"
)
REMOVE = BulkAct("remove", "Remove from the room…", "Remove this person?", "Remove {} people?", "{} removed.", _remove)


class KindFilter(admin.SimpleListFilter):
    """Who talks to whom in person is in no list."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("private", "Private"), ("public", "Public")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Room)
class RoomAdmin(LookingAdmin[Room]):
    list_display = ("__str__", "kind", "people", "read_only", "slow_seconds", "last_activity_at")
    list_filter = (KindFilter,)
    search_fields: ClassVar = ["name", "topic"]
    search_help_text = f"In names and topics of the {WALK:,} rooms in which something was said last."
    ordering = ("-last_activity_at", "-pk")
    actions = tuple(map(bulk_action, (LOCK, UNLOCK, SLOW)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        seats = Membership.objects.filter(room=OuterRef("pk")).order_by("pk")
        names = ArraySubquery(seats.values("user__full_name")[:PEOPLE_NAMED])
        # Subqueries, as those of a join would be worked out for the count of rows as well.
        count = Subquery(seats.order_by().values("room").annotate(count=Count("pk")).values("count"))
        rooms: QuerySet[Room] = super().get_queryset(request).exclude(kind=Room.Kind.DIRECT)
        return rooms.annotate(seats=Coalesce(count, 0), names=names)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Room], search_term: str) -> Any:
        if request.resolver_match is not None and request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(visitor=None)  # a site has rooms, or a team; not what one visitor says to it
        if search_term.strip():
            return queryset.filter(pk__in=find_rooms(search_term.strip())), False
        return lately(queryset, "last_activity_at"), False

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
        shown, seats = super().change_view, reverse("admin:chat_membership_changelist")
        lead = {} if room is None else {"leads": [(f"{seats}?room__id__exact={room.pk}", "Who is in it")]}
        return acted_page(request, acts, lambda extra: shown(request, object_id, form_url, extra | lead))


@admin.register(Membership)
class MembershipAdmin(FindsPeople, LookingAdmin[Membership]):
    list_display = ("user", "room", "role", "read_seq", "delivered_seq", "joined_at")
    list_select_related = ("user", "room")
    search_fields: ClassVar = ["user__full_name", "user__handle"]
    person_path = "user"
    ordering = ("-pk",)
    actions = (bulk_action(REMOVE),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).exclude(room__kind=Room.Kind.DIRECT)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Membership], search_term: str) -> Any:
        if search_term.strip() or "room__id__exact" in request.GET:  # the page of a room leads here
            return super().get_search_results(request, queryset, search_term)
        return newest(queryset), False
