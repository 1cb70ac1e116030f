"""From messages to what is drawn: runs, days, the divider, ticks, and moments in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from chat import labels
from chat.models import Message
from chat.timeline import Entry, only_emoji, timeline

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SUMMARY: dict[str, Any] = {"unread": 0, "unread_from": None, "read_seq": 0, "others": [], "role": "member"}


def message_at(author: User, seq: int, at: datetime, body: str = "hi") -> Message:
    return Message(pk=seq, room_id=1, seq=seq, author=author, body=body, html=f"<p>{body}</p>", created_at=at)


@pytest.fixture
def ada() -> User:
    return User(pk=1, full_name="Ada Lovelace", handle="ada")


@pytest.fixture
def ben() -> User:
    return User(pk=2, full_name="Ben Ames", handle="ben")


def kinds(messages: list[Message], reader: User, **summary: object) -> list[str]:
    items = timeline(messages, reader=reader, summary=SUMMARY | summary, now=NOW, zone=UTC)
    return [
        ("first" if "first" in item.modifiers else "more") if isinstance(item, Entry) else item.label for item in items
    ]


def test_runs_end_after_five_minutes_and_with_the_author(ada: User, ben: User) -> None:
    minutes = [(ada, 0), (ada, 5), (ada, 11), (ben, 12), (ben, 13)]
    messages = [message_at(who, seq, NOW - timedelta(minutes=60 - at)) for seq, (who, at) in enumerate(minutes, 1)]
    assert kinds(messages, ada) == ["Today", "first", "more", "first", "first", "more"]


def test_days_are_told_apart_and_end_a_run(ada: User) -> None:
    midnight = NOW.replace(hour=0, minute=0)
    messages = [message_at(ada, 1, midnight - timedelta(minutes=1)), message_at(ada, 2, midnight)]
    assert kinds(messages, ada) == ["Yesterday", "first", "Today", "first"]


def test_divider_stands_above_the_first_unread_of_others(ada: User, ben: User) -> None:
    messages = [message_at(ben, seq, NOW) for seq in (1, 2, 3)]
    assert kinds(messages, ada, unread=2, read_seq=1) == ["Today", "first", "2 new", "first", "more"]


def test_divider_is_left_out_where_its_place_is_further_up(ada: User, ben: User) -> None:
    messages = [message_at(ben, seq, NOW) for seq in (61, 62)]
    assert "99+ new" not in kinds(messages, ada, unread=100, read_seq=1)


@pytest.mark.parametrize(
    ("read", "delivered", "status"),
    [(0, 0, "sent"), (0, 2, "delivered"), (1, 2, "delivered"), (2, 2, "read")],
)
def test_only_the_last_own_message_has_a_status(read: int, delivered: int, status: str, ada: User) -> None:
    messages = [message_at(ada, seq, NOW) for seq in (1, 2)]
    summary = SUMMARY | {"others": [{"user": 2, "read_seq": read, "delivered_seq": delivered}]}
    items = timeline(messages, reader=ada, summary=summary, now=NOW, zone=UTC)
    assert [item.status for item in items if isinstance(item, Entry)] == ["", status]


@pytest.mark.parametrize("body", ["👍", "🎉🎉🎉", "👩‍🚀", "🇮🇸", "❤️", "👍🏽 🙂"])
def test_emoji_alone_are_drawn_large(body: str) -> None:
    assert only_emoji(body)


@pytest.mark.parametrize("body", ["", "ok", "🎉 yes", "👍👍👍👍", "12", "こんにちは", "漢字", "→"])
def test_everything_else_is_not(body: str) -> None:
    assert not only_emoji(body)


def test_labels_say_when() -> None:
    assert labels.brief(NOW - timedelta(hours=1), NOW) == "13:00"
    assert labels.brief(NOW - timedelta(days=6), NOW) == "Sat"
    assert labels.brief(NOW - timedelta(days=16), NOW) == "4 Nov"
    assert labels.brief(NOW - timedelta(days=381), NOW) == "4 Nov 2025"
    assert labels.day(NOW - timedelta(days=2), NOW) == "Wednesday 18 November"
    assert labels.last_seen(NOW - timedelta(days=1), NOW) == "Last seen yesterday at 14:00"
    assert labels.full(NOW) == "Friday 20 November 2026, 14:00"


def test_what_the_room_says_of_what_the_reader_did_is_not_theirs(ada: User) -> None:
    said, event = message_at(ada, 1, NOW), message_at(ada, 2, NOW, "Ada pinned a message.")
    event.kind = Message.Kind.SYSTEM
    items = timeline([said, event], reader=ada, summary=SUMMARY, now=NOW, zone=UTC)
    first, second = (item for item in items if isinstance(item, Entry))
    assert (first.mine, first.status, second.mine, second.status) == (True, "sent", False, "")
