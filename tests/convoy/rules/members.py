"""What members may rely on: nobody else hears or speaks in their room, and who is put out knows it."""

from collections import Counter
from collections.abc import Iterator

from tests.convoy.case import Case, Stay, Violation
from tests.convoy.history import Event
from tests.convoy.witness import Witness


def only_members_hear(case: Case) -> Iterator[Violation]:
    """Nothing of a room reaches anybody who was never let into it, not even when asked for."""
    for witness in case.witnesses.values():
        for event, room in _heard(witness):
            stays = case.stays.get((room, witness.user), ())
            if not any(stay.asked <= event["t"] for stay in stays):
                yield Violation("only_members_hear", f"{witness.name} heard of room {room}.", [event])


def nothing_after_removal(case: Case) -> Iterator[Violation]:
    """2 s after a removal (20 s while Redis is away) nothing of the room reaches the removed, however they ask.

    And no change that came with the removal or after it, at any time, unless they are back.
    """
    for witness in case.witnesses.values():
        for event, room in _heard(witness):
            stays = [stay for stay in case.stays.get((room, witness.user), ()) if stay.asked <= event["t"]]
            if not stays:
                continue
            out = stays[-1]
            late = event["t"] - out.end
            if late > case.patience(out.end):
                text = f"{witness.name} still heard of room {room} {late:.1f} s after their removal."
                yield Violation("nothing_after_removal", text, [*_removal(case, room, witness, out), event])
            elif out.out_seq is not None and (seq := _newest(event, room)) >= out.out_seq:
                text = f"{witness.name} heard change {seq} of room {room}, and was out of it with {out.out_seq}."
                yield Violation("nothing_after_removal", text, [*_removal(case, room, witness, out), event])


def the_removed_are_told(case: Case) -> Iterator[Violation]:
    """Who was put out does not take himself for a member in the end, if there was time to tell him."""
    for witness in case.staying():
        span = witness.span_at(case.final)
        for room in witness.rooms.mine if span else ():
            stays = case.stays.get((room, witness.user), ())
            if stays and span and max(case.deadline_after(stays[-1]), case.deadline(span.begin)) < case.final:
                text = f"{witness.name} was put out of room {room}, and does not know it."
                yield Violation("the_removed_are_told", text, _removal(case, room, witness, stays[-1]))


def only_members_speak(case: Case) -> Iterator[Violation]:
    """Every message was stored while its author was in the room, as the room's own log has it."""
    for room, at_first in case.truth.at_first.items():
        members = set(at_first)
        for row in sorted(case.rows_by_room.get(room, ()), key=lambda row: row.seq):
            if row.author not in members:
                yield Violation("only_members_speak", f"{row} was stored though its author was out of the room.")
            members |= set(row.users("member.added"))
            members -= set(row.users("member.removed"))


def in_and_out_is_kept(case: Case) -> Iterator[Violation]:
    """Who is in a room is what its log says, each coming and going was asked for, and what was done is kept."""
    for room, at_first in case.truth.at_first.items():
        members = set(at_first)
        told: Counter[tuple[str, int]] = Counter()
        for row in sorted(case.rows_by_room.get(room, ()), key=lambda row: row.seq):
            came, went = set(row.users("member.added")), set(row.users("member.removed"))
            told.update([*(("add", user) for user in came), *(("remove", user) for user in went)])
            if came & members or went - members:
                yield Violation("in_and_out_is_kept", f"{row} lets somebody in or out who was so already.")
            members = (members | came) - went
        if members != case.truth.members.get(room, set()):
            now = case.truth.members.get(room, set())
            text = f"In room {room} are {sorted(now - members)} against its log, and {sorted(members - now)} are not."
            yield Violation("in_and_out_is_kept", text)
        asked = Counter((e["e"], e["user"]) for e in case.notes("add") + case.notes("remove") if e["room"] == room)
        done = Counter((e["e"], e["user"]) for e in case.notes("added") + case.notes("removed") if e["room"] == room)
        for what, user in asked.keys() | told.keys():
            if not done[_DONE[what], user] <= told[what, user] <= asked[what, user]:
                text = f"Room {room}, person {user}: {what} is in the log {told[what, user]} times."
                yield Violation("in_and_out_is_kept", text)


def _heard(witness: Witness) -> Iterator[tuple[Event, int]]:
    """All that a client was told of rooms, but that it is out of one."""
    for event in witness.of_kind("msg", "hear", "synced", "ready"):
        if event.get("type") == "room.left":
            continue
        rooms = event.get("rooms") or event.get("heads") or {event.get("room"): None}
        for room in rooms:
            if room is not None:
                yield event, int(room)


def _newest(event: Event, room: int) -> int:
    """The newest change of a room that a client was told of with this."""
    if event["e"] == "msg":
        return int(event["seq"])
    part = event["rooms"].get(str(room)) if event["e"] == "synced" else None
    return max((row[2] for row in part["rows"] or ()), default=0) if part else 0


def _removal(case: Case, room: int, witness: Witness, stay: Stay) -> list[Event]:
    about = case.notes("remove") + case.notes("removed")
    times = (stay.leaving, stay.end)
    return [e for e in about if (e["room"], e["user"]) == (room, witness.user) and e["t"] in times]


_DONE = {"add": "added", "remove": "removed"}

RULES = {
    "only_members_hear": only_members_hear,
    "nothing_after_removal": nothing_after_removal,
    "the_removed_are_told": the_removed_are_told,
    "only_members_speak": only_members_speak,
    "in_and_out_is_kept": in_and_out_is_kept,
}
