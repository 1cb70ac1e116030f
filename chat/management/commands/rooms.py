"""`manage.py rooms [TEXT]`: which rooms there are, how large and how lively. What is said in them is not shown."""

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Q

from accounts.arguments import count
from accounts.commands import OperatorCommand
from chat.models import Room

ORDERS = {"activity": "-last_activity_at", "members": "-member_count", "messages": "-said", "name": "name"}


class Command(OperatorCommand):
    help = "List rooms, or those whose name or topic has a text in it. Direct rooms only where --kind asks for them."
    examples = ("rooms", "rooms harbour --json", "rooms --order messages --limit 10", "rooms --kind direct")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", default="", help="a part of the name or topic, or the number of a room")
        parser.add_argument("--kind", choices=Room.Kind.values, help="only rooms of this kind")
        parser.add_argument("--order", choices=ORDERS, default="activity")
        parser.add_argument("--limit", type=count, default=50, help="how many at most (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._find(options["text"], options["kind"])
        total = found.count()
        rooms = list(
            found.annotate(said=Count("messages", filter=Q(messages__kind="text")))
            .order_by(ORDERS[options["order"]], "pk")
            .select_related("created_by")[: options["limit"]]
        )
        self.table(
            *("room", "kind", "members", "messages", "last activity", "name", "topic"),
            rows=[
                (room.pk, _kind(room), room.member_count, room.said, f"{room.last_activity_at:%Y-%m-%d %H:%M}",
                 room.name, room.topic)
                for room in rooms
            ],
        )  # fmt: skip
        self.say(f"{len(rooms):,} of {total:,} rooms." if rooms else "There is no such room.")
        self.answer(total=total, rooms=[_facts(room) for room in rooms])

    def _find(self, text: str, kind: str | None) -> Any:
        rooms = Room.objects.filter(kind=kind) if kind else Room.objects.exclude(kind=Room.Kind.DIRECT)
        if text.isdecimal():
            return rooms.filter(pk=int(text))
        return rooms.filter(Q(name__icontains=text) | Q(topic__icontains=text)) if text else rooms


def _kind(room: Room) -> str:
    notes = [room.kind, *(["announcements"] if room.read_only else []), *(["archived"] if room.is_archived else [])]
    return ", ".join(notes)


def _facts(room: Any) -> dict[str, Any]:
    return {
        "id": room.pk,
        "kind": room.kind,
        "name": room.name,
        "topic": room.topic,
        "members": room.member_count,
        "messages": room.said,
        "changes": room.last_seq,
        "archived_at": room.archived_at,
        "read_only": room.read_only,
        "created_at": room.created_at,
        "created_by": room.created_by.email,
        "last_activity_at": room.last_activity_at,
    }
