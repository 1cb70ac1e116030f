"""When marks moved: whatever is told of it is so."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.moves import MOST_MOVES, Marks, Move, delivered_at, read_at, with_move

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "deliver", "write", "read in private", "deliver in private"]),
        st.integers(1, 3),
        st.sampled_from([1, 20, 61, 4000]),
    ),
    max_size=60,
)


def minute(at: datetime) -> datetime:
    return at.replace(second=0)


@settings(deadline=None)
@given(st.integers(0, 3), STEPS)
@example(0, [("write", 1, 1), ("read in private", 1, 61), ("read", 1, 1)])
def test_a_time_is_told_rightly_or_not_at_all(came: int, steps: list[tuple[str, int, int]]) -> None:
    """Reading in private and by writing is not noted; neither is what was read before somebody came."""
    moves: list[Move] | None = None
    marks, at = Marks(came, came), NOON
    read: dict[int, datetime | None] = dict.fromkeys(range(1, came + 1))
    delivered = dict(read)
    for what, far, seconds in steps:
        at += timedelta(seconds=seconds)
        reads = not what.startswith("deliver")
        after = Marks(marks.read + far, max(marks.delivered, marks.read + far)) if reads else marks
        if not reads:
            after = Marks(marks.read, marks.delivered + far)
        if what != "write":
            moves = with_move(moves, before=marks, after=after, at=at, discreet=what.endswith("private"))
        read |= dict.fromkeys(range(marks.read + 1, after.read + 1), minute(at))
        delivered |= dict.fromkeys(range(marks.delivered + 1, after.delivered + 1), minute(at))
        marks = after
    assert len(moves or ()) <= MOST_MOVES
    for seq, truth in read.items():
        assert read_at(moves, seq) in {None, truth}
    for seq, truth in delivered.items():
        assert delivered_at(moves, seq) in {None, truth}
    assert read_at(moves, marks.read + 1) is delivered_at(moves, marks.delivered + 1) is None


def test_the_last_minutes_are_known_and_what_was_read_in_private_is_not() -> None:
    moves: list[Move] | None = None
    for number in range(20):
        before, after = Marks(number, number), Marks(number + 1, number + 1)
        moves = with_move(moves, before=before, after=after, at=NOON + timedelta(minutes=number))
    assert [read_at(moves, seq) for seq in (1, 5, 6, 20)] == [
        None,
        None,
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=19),
    ]
    later = NOON + timedelta(hours=1)
    moves = with_move(moves, before=Marks(20, 20), after=Marks(21, 21), at=later, discreet=True)
    assert (read_at(moves, 21), delivered_at(moves, 21)) == (None, later)
