"""Page after page, how far a search looks, and what it costs."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.models import Message, Room, SearchText
from chat.search import lookup
from chat.search_results import search
from tests.chat.search.asking import pages, seqs
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("_by_both_ways")
def test_pages_hold_each_message_once_while_others_arrive(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    say_many(alice, room, 25, "needle {}")
    got = pages(bob, "needle", limit=10, between=lambda: say(alice, room, "another needle"))
    assert [seqs(page) for page in got] == [[*range(25, 15, -1)], [*range(15, 5, -1)], [*range(5, 0, -1)]]


@pytest.mark.usefixtures("_by_both_ways")
def test_messages_of_one_moment_are_told_apart(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    say_many(alice, room, 7, "needle {}")
    now = timezone.now()
    Message.objects.update(created_at=now)
    SearchText.objects.update(at=now)
    assert [seqs(page) for page in pages(bob, "needle", limit=3)] == [[7, 6, 5], [4, 3, 2], [1]]


def test_a_search_for_short_words_says_how_far_it_looked_and_goes_on(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "LONG_WALK", 6)
    say_many(alice, room, 12, "nothing {}")
    first = search(bob, "hm")
    assert first.hits == []
    assert first.looked_back_to == Message.objects.get(room=room, seq=17).created_at
    second = search(bob, "hm", cursor=first.following or "")
    assert (second.hits, second.looked_back_to is None) == ([], False)
    third = search(bob, "hm", cursor=second.following or "")
    assert [hit.message.body for hit in third.hits] == ["hm"]
    assert [seqs(page) for page in pages(bob, "hm")] == [[], [], [10], []]


def test_a_search_that_the_index_knows_looks_through_everything(
    room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "_depth", lambda query, limit: 2)
    for text in ("fountain", "hm from:alice_arden", "has:link"):
        results = search(bob, text)
        assert len(results.hits) == 1
        assert (results.looked_back_to, results.following) == (None, None)


def test_a_long_walk_is_not_longer_than_there_is(room: Room, bob: User) -> None:
    results = search(bob, "zq")
    assert (results.hits, results.looked_back_to, results.following) == ([], None, None)


def test_it_costs_the_same_whatever_is_found_and_wherever(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Rooms, a block with its settings and the walk, the messages, their rooms; by the index two more."""
    for number in range(5):
        say_many(alice, group_room(alice, bob, name=f"Room {number}"), 4, "needle {}")
    for text, statements in {"needle": 7, 'needle in:"Room 3"': 7, "zzzz": 5, "from:alice_arden": 8}.items():
        with django_assert_num_queries(statements):
            search(bob, text)


def test_there_is_one_way_only_to_execute_its_statements(room: Room, alice: User, bob: User) -> None:
    """A plan that sorts, or reads the whole table, would do well with few messages and for ever with many."""
    plans: list[str] = []

    def explaining(execute: Callable[..., Any], sql: str, params: Sequence[Any], many: bool, context: Any) -> Any:
        if "FROM chat_searchtext" in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    for number in range(3):
        group_room(alice, bob, name=f"Room {number}")
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(explaining):
        patch.setattr(lookup, "_depth", lambda query, limit: 1)
        search(bob, "the fountain from:alice_arden")
    walk, index = plans
    assert walk.count("Index Scan Backward using searchtext_of_room_by_time") == 4
    assert "Merge Append" in walk
    assert "Sort  " not in walk
    assert "Seq Scan" not in walk + index
    assert "Bitmap Index Scan on searchtext_terms" in index
    assert index.count("Scan on chat_searchtext") == 1
    assert "Subquery Scan on named" in index, "other conditions must not choose another index"
