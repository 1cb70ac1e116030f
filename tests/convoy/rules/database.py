"""What the database alone must show: every seq used once, every message once."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from tests.convoy.case import Case, Violation


def no_holes(case: Case) -> Iterator[Violation]:
    """Each room counts 1, 2, 3, …: every number up to its newest is a message sent or a change of one."""
    told = defaultdict(set)
    for witness in case.witnesses.values():
        for event in witness.of_kind("msg"):
            told[event["room"]].add(event["seq"])
    for room, rows in case.rows_by_room.items():
        used = {row.seq for row in rows} | {row.changed for row in rows} | told[room]
        head = case.truth.heads.get(room, 0)
        if missing := sorted(set(range(1, head + 1)) - used):
            yield Violation("no_holes", f"Room {room}: nothing ever had seq {missing[:5]} (the newest is {head}).")
        if beyond := sorted(seq for seq in used if seq > head):
            yield Violation("no_holes", f"Room {room}: seq {beyond[:5]} is beyond the newest, {head}.")


def one_change_a_seq(case: Case) -> Iterator[Violation]:
    """No two changes of a room have the same seq."""
    for room, rows in case.rows_by_room.items():
        seqs = sorted([row.seq for row in rows] + [row.changed for row in rows if row.changed != row.seq])
        for seq, group in groupby(seqs):
            if len(list(group)) > 1:
                yield Violation("one_change_a_seq", f"Room {room}: seq {seq} is used more than once.")


def kept_once(case: Case) -> Iterator[Violation]:
    """One client_id of one author is one message."""
    seen: dict[tuple[int, str], int] = {}
    for row in case.truth.rows:
        if row.cid is None:
            continue  # nobody sent it
        key = row.author, row.cid
        if key in seen:
            events = [e for w in case.witnesses.values() for e in [*w.sends[row.cid], *w.acks[row.cid]]]
            yield Violation("kept_once", f"client_id {row.cid} is kept as messages {seen[key]} and {row.id}.", events)
        seen[key] = row.id


RULES = {"no_holes": no_holes, "one_change_a_seq": one_change_a_seq, "kept_once": kept_once}
