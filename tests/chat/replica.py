"""What a client knows: its first frame, and every frame since. The rules are those of `static/js/chat/`, in its words.

`store.js` (frames), `rooms.js` (summaries and what is unread) and `log.js` (messages and their quotes).
"""

from copy import deepcopy
from typing import Any

from chat.serializers import excerpt

Json = dict[str, Any]


class Replica:
    """Rooms by id, the messages of those that are open by seq, and what is kept for later, with its reminder.

    ``uncertain`` are rooms that a client would ask the server about now.
    """

    def __init__(self, ready: Json, logs: dict[int, list[Json]], saved: dict[int, str | None]) -> None:
        self.me: int = ready["user"]["id"]
        self.rooms: dict[int, Json] = {room["id"]: deepcopy(room) for room in ready["rooms"]}
        self.logs = {room_id: {each["seq"]: deepcopy(each) for each in log} for room_id, log in logs.items()}
        self.saved = dict(saved)
        self.uncertain: set[int] = set()
        self._heard: dict[int, dict[int, tuple[bool, bool]]] = {}

    def order(self) -> list[int]:
        """The rooms as the list shows them."""
        key = lambda room: (room["pinned"], room["last_activity_at"], room["id"])  # noqa: E731
        return [room["id"] for room in sorted(self.rooms.values(), key=key, reverse=True)]

    def hear(self, frame: Json) -> None:
        match frame["type"]:
            case "message":
                self._message(frame)
            case "room":
                self.put_room(frame["room"])
            case "room.left":
                self.drop_room(frame["room"])
            case "receipt":
                self._receipt(frame)
            case "user":
                self._person(frame["user"])
            case "saved" if frame["on"]:
                self.saved[frame["message"]] = frame["remind_at"]
            case "saved":
                self.saved.pop(frame["message"], None)
            case "reminder":
                self.saved[frame["message"]["id"]] = None

    def _person(self, card: Json) -> None:
        """Somebody is shown in another way, wherever they are."""
        for room in self.rooms.values():
            if room["other"] and room["other"]["id"] == card["id"]:
                room["other"], room["name"] = card, card["full_name"]
            room["members"] = [card if each["id"] == card["id"] else each for each in room["members"]]
            if room["last_message"]:
                _show(room["last_message"], card)
        for log in self.logs.values():
            for each in log.values():
                _show(each, card)

    def put_room(self, summary: Json) -> None:
        """How the room stands now, as the server says; perhaps older than what we have heard since."""
        theirs, ours = deepcopy(summary), self.rooms.get(summary["id"])
        self.rooms[summary["id"]] = theirs
        if ours is None:
            return
        if theirs["unread_from"] != ours["unread_from"] and theirs["last_seq"] < ours["last_seq"]:
            self.uncertain.add(summary["id"])
        if theirs["last_seq"] < ours["last_seq"]:
            kept = ("last_seq", "unread", "mentions", "last_message", "last_activity_at")
            theirs.update({name: ours[name] for name in kept})
        elif theirs["read_seq"] < ours["read_seq"]:
            for name in ("unread", "mentions"):
                theirs[name] = min(ours[name], theirs[name])
            theirs["unread_from"] = ours["unread_from"]
        for mark in ("read_seq", "delivered_seq"):
            theirs[mark] = max(ours[mark], theirs[mark])

    def drop_room(self, room_id: int) -> None:
        self.rooms.pop(room_id, None)
        self.logs.pop(room_id, None)

    def _message(self, frame: Json) -> None:
        room = self.rooms.get(frame["room"])
        if room is None:
            self.uncertain.add(frame["room"])
            return
        if frame["seq"] > room["last_seq"]:
            assert frame["prev"] <= room["last_seq"], f"a hole before {frame}"
            if not self._summarise(room, frame["message"], frame["seq"]):
                self.uncertain.add(room["id"])
        if (log := self.logs.get(room["id"])) is not None:
            for each in log.values():
                _requote(each, frame["message"])
            log[frame["message"]["seq"]] = deepcopy(frame["message"])

    def _summarise(self, room: Json, message: Json, seq: int) -> bool:
        """Apply one change to a summary; False where its counts may be wrong then."""
        sent, mine = message["seq"] > room["last_seq"], message["author"]["id"] == self.me
        room["last_seq"] = seq
        if sent:
            room["last_message"], room["last_activity_at"] = deepcopy(message), message["created_at"]
        elif room["last_message"] and room["last_message"]["id"] == message["id"]:
            room["last_message"] = deepcopy(message)
        if room["last_message"]:
            _requote(room["last_message"], message)
        if message["kind"] != "text":
            return True
        if sent:
            self._author_has_read(room, message)
        if mine or message["seq"] <= _point(room):
            return True
        return self._count(room, message, sent=sent)

    def _author_has_read(self, room: Json, message: Json) -> None:
        """Who writes has received what came before, and read it, but by a reply. Private reading has no mark."""
        author, reads = message["author"]["id"], message["thread_root"] is None
        mine = author == self.me
        if mine and reads:
            room.update(unread=0, mentions=0, unread_from=None)
        for marks in [room] if mine else [each for each in room["others"] if each["user"] == author]:
            if reads and (mine or marks["read_seq"]):
                marks["read_seq"] = max(marks["read_seq"], message["seq"])
            marks["delivered_seq"] = max(marks["delivered_seq"], message["seq"])

    def _count(self, room: Json, message: Json, *, sent: bool) -> bool:
        counts = message["deleted_at"] is None
        now = (counts, counts and (message["mentions_room"] or self.me in message["mentions"]))
        heard = self._heard.setdefault(room["id"], {})
        before = (False, False) if sent else heard.get(message["seq"])
        heard[message["seq"]] = now
        if before is None and counts:
            return False
        was = before or (True, False)
        for name, old, new in zip(("unread", "mentions"), was, now, strict=True):
            if room[name] < 100:
                room[name] = min(100, max(0, room[name] + new - old))
        return before is not None or not room["mentions"]

    def _receipt(self, frame: Json) -> None:
        room = self.rooms.get(frame["room"])
        if room is None:
            return
        own = frame["user"] == self.me
        marks = room if own else next((each for each in room["others"] if each["user"] == frame["user"]), {})
        if not marks:
            return
        behind = frame["read_seq"] < marks["read_seq"]
        for mark in ("read_seq", "delivered_seq"):
            marks[mark] = max(marks[mark], frame[mark])
        if own and "unread" in frame and not behind:
            if frame["last_seq"] < room["last_seq"]:
                self.uncertain.add(room["id"])
            else:
                room.update({name: frame[name] for name in ("unread", "mentions", "unread_from")})


def _point(room: Json) -> int:
    """Up to where we have read, or want to be taken to have."""
    read: int = room["unread_from"] - 1 if room["unread_from"] else room["read_seq"]
    return read


def _requote(message: Json, answered: Json) -> None:
    """What a message says of the one it answers follows that one."""
    quote = message["reply_to"]
    if quote and quote["id"] == answered["id"]:
        deleted = answered["deleted_at"] is not None
        quote.update(deleted=deleted, excerpt="" if deleted else excerpt(answered["html"]))


def _show(message: Json, card: Json) -> None:
    for said in (message, message["reply_to"]):
        if said and said["author"]["id"] == card["id"]:
            said["author"] = card
