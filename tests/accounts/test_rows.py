"""What statements by hand bring back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from accounts.models import User
from accounts.rows import Blank, fetch
from chat.models import Message, Room


@pytest.mark.django_db
def test_moments_come_back_as_djangos_cursors_bring_them() -> None:
    moments = [
        datetime(2026, 11, 22, 4, 52, 30, 860076, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 29, 3, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ]
    found = [row[0] for row in fetch("SELECT unnest(%s::timestamptz[])", [moments])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(%s::timestamptz[])", [moments])
        assert found == [row[0] for row in cursor.fetchall()] == moments
    assert {moment.tzinfo for moment in found} == {UTC}


def test_what_is_made_without_django_is_what_django_makes() -> None:
    room, author, now = Room(pk=7), User(pk=3), datetime(2026, 11, 22, tzinfo=UTC)
    theirs = Message(room=room, author=author, seq=1, changed_seq=1, body="hello", mentioned=[3], created_at=now)
    values = {"seq": 1, "changed_seq": 1, "body": "hello", "mentioned": [3], "created_at": now}
    ours = Blank(Message).make({"room": room, "author": author}, room_id=7, author_id=3, **values)
    plain = [{name: value for name, value in vars(each).items() if name != "_state"} for each in (ours, theirs)]
    assert plain[0] == plain[1]
    assert (ours.room, ours.author, ours.reply_to) == (room, author, None)
    assert (ours._state.adding, ours._state.db) == (True, None)
