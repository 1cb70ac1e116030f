"""What whoever listens may rely on."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.convoy.case import Case, Violation
from tests.convoy.history import Event
from tests.convoy.roomlog import Held
from tests.convoy.witness import Witness

SLOW_BYTES = 2 * 1024 * 1024
"""More than the outbox (1 MiB) and all buffers of the kernel hold: who did not read this much is cut off."""


def everybody_has_everything(case: Case) -> Iterator[Violation]:
    """In the end the history of every member is the room's: every message once, as it stands now."""
    for witness in case.staying():
        for room, rows in case.rows_by_room.items():
            if witness.user not in case.truth.members.get(room, ()):
                continue
            log = witness.rooms.logs.get(room)
            have = log.messages if log else {}
            since = log.since if log else 0
            # after a reset, of what was said before only those are held that have changed since
            want = {row.id: Held(row.seq, row.changed, row.gone) for row in rows if row.seq > since or row.id in have}
            for message in sorted(want.keys() | have.keys()):
                if want.get(message) != have.get(message):
                    text = (
                        f"{witness.name} in room {room}: holds message {message} as {have.get(message)}, "
                        f"it is {want.get(message)}."
                    )
                    yield Violation("everybody_has_everything", text, _about(witness, room, message, case))


def nothing_is_made_up(case: Case) -> Iterator[Violation]:
    """Every frame tells of a message that exists, as it was after that change; what was taken back has no text."""
    for witness in case.witnesses.values():
        for event in witness.of_kind("msg"):
            row = case.rows.get(event["id"])
            true = row is not None and (row.room, row.seq, row.author, row.cid) == (
                event["room"], event["at"], event["author"], event["cid"],
            )  # fmt: skip
            text_true = row is not None and (event["h"] == (0 if event["gone"] else row.h))
            in_time = row is not None and (event["seq"] <= row.changed and (row.gone or not event["gone"]))
            if not (true and text_true and in_time):
                yield Violation("nothing_is_made_up", f"{witness.name} was told what is not so; it is {row}.", [event])


def nothing_is_told_twice(case: Case) -> Iterator[Violation]:
    """A connection hears each change once; once more for each time that it asked."""
    for witness in case.witnesses.values():
        counts: Counter[tuple[int, int, int]] = Counter()
        asked: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for event in witness.events:
            if event["e"] == "sync":
                for room, since in event["rooms"].items():
                    asked[event["conn"], int(room)].append(since)
            elif event["e"] == "msg":
                key = event["conn"], event["room"], event["seq"]
                counts[key] += 1
                answers = sum(since < event["seq"] for since in asked[event["conn"], event["room"]])
                if counts[key] == 2 + answers:
                    text = f"{witness.name} heard change {event['seq']} of room {event['room']} too often."
                    yield Violation("nothing_is_told_twice", text, _about(witness, event["room"], event["id"], case))


def changes_come_in_order(case: Case) -> Iterator[Violation]:
    """A connection hears a room's changes in the order of their seqs, whenever no answer to a sync is under way."""
    for witness in case.witnesses.values():
        last: dict[int, int] = {}
        for event in witness.events:
            if event["e"] in ("ready", "close"):
                last = {}
            elif event["e"] in ("sync", "synced"):
                for room in event["rooms"]:
                    last.pop(int(room), None)
            elif event["e"] == "msg":
                log_seq = last.get(event["room"], 0)
                if event["seq"] < log_seq and not _is_syncing(witness, event):
                    text = f"{witness.name} in room {event['room']}: change {event['seq']} came after {log_seq}."
                    yield Violation(
                        "changes_come_in_order", text, _about(witness, event["room"], event["id"], case)
                    )  # fmt: skip
                last[event["room"]] = max(log_seq, event["seq"])


def everybody_hears_in_time(case: Case) -> Iterator[Violation]:
    """15 s after a message was acknowledged, or after the fault into which that fell, every connected member has it.

    Who came into the room later has 15 s from then on, and 5 more if the hint of that could get lost.
    """
    acked: dict[int, float] = {}
    for witness in case.witnesses.values():
        for acks in witness.acks.values():
            acked[acks[0]["id"]] = min(acks[0]["t"], acked.get(acks[0]["id"], acks[0]["t"]))
    deadlines = {message: case.deadline(t) for message, t in acked.items() if message in case.rows}
    for witness in case.staying():
        for message, deadline in deadlines.items():
            row = case.rows[message]
            for stay in case.stays.get((row.room, witness.user), ()):
                limit = _patience(case, witness, max(deadline, case.deadline_of(stay)))
                if limit is None or limit > min(case.final, stay.leaving):
                    continue
                came = witness.came(message, row.room, since=stay.asked)
                if came is not None and came <= limit:
                    continue
                if came is None and (log := witness.rooms.logs.get(row.room)) and row.seq <= log.since:
                    continue  # before a reset
                late = "never" if came is None else f"{came - limit:.1f} s too late"
                text = f"{witness.name}: message {message} (room {row.room}, seq {row.seq}) came {late}."
                yield Violation("everybody_hears_in_time", text, _about(witness, row.room, message, case))


def everybody_comes_back(case: Case) -> Iterator[Violation]:
    """In the end every client that stayed is connected."""
    for witness in case.staying():
        if case.final < float("inf") and witness.span_at(case.final) is None:
            yield Violation("everybody_comes_back", f"{witness.name} is not connected in the end.", witness.events[-5:])


def who_does_not_read_is_cut(case: Case) -> Iterator[Violation]:
    """What one socket does not take is bounded."""
    for event in case.notes("drained"):
        if event["said"] > 2 * SLOW_BYTES and (event["got"] > SLOW_BYTES or not event["closed"]):
            text = f"{event['got']} bytes waited for a client that did not read; closed: {event['closed']}."
            yield Violation("who_does_not_read_is_cut", text, [event])


def _patience(case: Case, witness: Witness, deadline: float) -> float | None:
    """The deadline for this client: one that was away has its 15 s from its return."""
    span = witness.span_at(deadline)
    begin = span.begin if span else witness.next_ready(deadline)
    if begin is None:
        return None
    return max(deadline, case.deadline(begin))


def _is_syncing(witness: Witness, event: Event) -> bool:
    """Whether an answer for this room was under way."""
    asked = 0
    for other in witness.events:
        if other is event:
            return asked > 0
        if other["e"] == "sync" and _names(other, event["room"]):
            asked += 1
        elif other["e"] == "synced" and _names(other, event["room"]):
            asked -= 1
        elif other["e"] in ("open", "close"):
            asked = 0
    return False


def _names(event: Event, room: int) -> bool:
    return str(room) in event["rooms"] or room in event["rooms"]


def _about(witness: Witness, room: int, message: int, case: Case) -> list[Event]:
    """What a client saw around one message."""
    row = case.rows.get(message)
    around = range(row.seq - 1, row.changed + 2) if row else range(0)
    told = [e for e in witness.of_kind("msg") if e["room"] == room and (e["id"] == message or e["seq"] in around)]
    synced = [e for e in witness.of_kind("sync", "synced") if _names(e, room)]
    acks = [e for w in case.witnesses.values() for e in w.acks.get(row.cid or "", ())] if row else []
    t = acks[0]["t"] if acks else told[0]["t"] if told else 0.0
    conns = witness.of_kind("ready", "close")
    return [*told[:6], *acks[:1], *[e for e in [*synced, *conns] if abs(e["t"] - t) < 5][:8]]


RULES = {
    "everybody_has_everything": everybody_has_everything,
    "nothing_is_made_up": nothing_is_made_up,
    "nothing_is_told_twice": nothing_is_told_twice,
    "changes_come_in_order": changes_come_in_order,
    "everybody_hears_in_time": everybody_hears_in_time,
    "everybody_comes_back": everybody_comes_back,
    "who_does_not_read_is_cut": who_does_not_read_is_cut,
}
