"""What whoever sends may rely on."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.convoy.case import Case, Violation
from tests.convoy.history import Event
from tests.convoy.witness import Witness

HELD_SECONDS = 3.0
"""An ack in another room may take that long while one room is held; in truth it takes milliseconds."""


def acknowledged_is_kept(case: Case) -> Iterator[Violation]:
    """What was acknowledged is in the database, where the ack said."""
    for witness in case.witnesses.values():
        for cid, acks in witness.acks.items():
            ack = acks[0]
            row = case.rows.get(ack["id"])
            events = [*witness.sends[cid], *acks, *witness.refusals[cid]]
            if row is None or row.cid != cid:
                yield Violation("acknowledged_is_kept", f"{witness.name}: {cid} was acknowledged and is lost.", events)
            elif (row.room, row.seq) != (ack["room"], ack["seq"]):
                text = f"{witness.name}: {cid} was acknowledged as {ack['room']}/{ack['seq']}, kept as {row}."
                yield Violation("acknowledged_is_kept", text, events)


def resend_changes_nothing(case: Case) -> Iterator[Violation]:
    """Every ack of one client_id names the same message."""
    for witness in case.witnesses.values():
        for cid, acks in witness.acks.items():
            if len({(ack["id"], ack["room"], ack["seq"]) for ack in acks}) > 1:
                text = f"{witness.name}: {cid} was acknowledged as different messages."
                yield Violation("resend_changes_nothing", text, acks)


def sends_are_taken(case: Case) -> Iterator[Violation]:
    """A member's message is never refused for good, and is acknowledged once the faults are over."""
    for witness in case.witnesses.values():
        for cid, refusals in witness.refusals.items():
            if refusals[-1]["final"] and not _may_be_refused(case, witness, cid):
                text = f"{witness.name}: a proper message was refused for good ({refusals[-1]['code']})."
                yield Violation("sends_are_taken", text, [*witness.sends[cid], *refusals])
        if not witness.stayed:
            continue
        for cid, sends in witness.sends.items():
            final = any(refusal["final"] for refusal in witness.refusals[cid])
            if not witness.acks[cid] and not final and case.deadline(sends[0]["t"]) < case.final:
                yield Violation("sends_are_taken", f"{witness.name}: {cid} was never acknowledged.", sends)


def nothing_breaks_inside(case: Case) -> Iterator[Violation]:
    """Whatever goes wrong around it, no client ever hears of an error that nobody thought of."""
    for witness in case.witnesses.values():
        for event in witness.of_kind("refuse", "error", "close"):
            if event["code"] in ("internal", 1011):
                about = witness.sends[event.get("cid", "")]
                yield Violation(
                    "nothing_breaks_inside", f"{witness.name} was told of an internal error.", [*about, event]
                )


def nobody_else_spoke(case: Case) -> Iterator[Violation]:
    """Every message of a person was sent by its author, with this text."""
    sent = {
        (witness.user, cid): sends[0] for witness in case.witnesses.values() for cid, sends in witness.sends.items()
    }
    for row in case.truth.rows:
        if row.event:
            continue
        send = sent.get((row.author, row.cid or ""))
        if send is None or send["room"] != row.room or (send["h"] != row.h and not row.gone):
            yield Violation("nobody_else_spoke", f"{row} was not sent like that by anybody.", [send] if send else [])


def own_order_is_kept(case: Case) -> Iterator[Violation]:
    """Messages of one device in one room stand in the order in which they were said.

    Of those under way at the same time, only if none of them had to be tried again.
    """
    for witness in case.witnesses.values():
        rooms: defaultdict[int, list[tuple[Event, Event]]] = defaultdict(list)
        for cid, sends in witness.sends.items():
            if witness.acks[cid] and not sends[0]["again"]:
                rooms[sends[0]["room"]].append((sends[0], witness.acks[cid][0]))
        for room, pairs in rooms.items():
            pairs.sort(key=lambda pair: float(pair[0]["t"]))
            for (send, ack), (later, later_ack) in pairwise(pairs):
                smooth = _was_smooth(witness, send) and _was_smooth(witness, later)
                if ack["seq"] >= later_ack["seq"] and (smooth or ack["t"] < later["t"]):
                    text = f"{witness.name} in room {room}: what was said later stands before."
                    yield Violation("own_order_is_kept", text, [send, ack, later, later_ack])


def a_held_room_delays_only_itself(case: Case) -> Iterator[Violation]:
    """While one room's row is held, messages to the others are stored as ever."""
    for held in case.notes("held"):
        window = next((w for w in case.windows if w.begin <= held["t"] <= w.end), None)
        if window is None:
            continue
        allowed = HELD_SECONDS + case.lag(window.begin, window.end)
        for witness in case.witnesses.values():
            for cid, sends in witness.sends.items():
                send, acks = sends[0], witness.acks[cid]
                inside = held["t"] <= send["t"] <= window.end and send["room"] != held["room"]
                if inside and send["door"] == "socket" and (not acks or acks[0]["t"] - send["t"] > allowed):
                    text = f"{witness.name}: a message to room {send['room']} waited for room {held['room']}."
                    yield Violation("a_held_room_delays_only_itself", text, [held, *sends, *acks])


def _may_be_refused(case: Case, witness: Witness, cid: str) -> bool:
    """Whether its author may have been out of the room for a moment between the first try and the refusal."""
    send, refusal = witness.sends[cid][0], witness.refusals[cid][-1]
    return refusal["code"] == "not_found" and not case.was_in(send["room"], witness.user, send["t"], refusal["t"])


def _was_smooth(witness: Witness, send: Event) -> bool:
    return len(witness.sends[send["cid"]]) == 1 and not witness.refusals[send["cid"]]


RULES = {
    "acknowledged_is_kept": acknowledged_is_kept,
    "resend_changes_nothing": resend_changes_nothing,
    "sends_are_taken": sends_are_taken,
    "nothing_breaks_inside": nothing_breaks_inside,
    "nobody_else_spoke": nobody_else_spoke,
    "own_order_is_kept": own_order_is_kept,
    "a_held_room_delays_only_itself": a_held_room_delays_only_itself,
}
