"""A message is found by any part of it, and nothing else is."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat.exceptions import ChatError
from chat.models import Message
from chat.rendering import clean_body
from chat.search.folding import fold
from chat.search_results import search
from chat.serializers import plain_text
from tests.chat.search.asking import SAID, found
from tests.factories import direct_room, say

pytestmark = pytest.mark.django_db


PARTS = [
    ("fountain", 0),
    ("FOUNT", 0),
    ("ountai", 0),
    ("shall today", 0),
    ('"shall we"', 0),
    ('"too hot today"', 0),
    ("**too", 0),
    ('"ll we"', 0),
    ("foo-bar", 1),
    ("oo-b", 1),
    ("example.com/docs", 1),
    ("index.html?page=12#top", 1),
    ("creme", 2),
    ("BRULEE", 2),
    ("lukasz", 2),
    ("strassen", 2),
    ("straßen", 2),
    ("東京", 3),
    ("京", 3),
    ("タワ", 3),
    ("行きま", 3),
    ("茶", 4),
    ("喜欢", 4),
    ("만나", 5),
    ("👍", 5),
    ('"be, or not"', 6),
    ('"o be"', 6),
    ("print(x)", 7),
    ("🎉", 7),
    (":tada:", 7),
    ("don't", 8),
    ("12:30", 8),
    ("it's 12:30...", 8),
    ('"wait - it"', 8),
]
"""What finds which of these, and no other."""


@pytest.mark.usefixtures("_by_both_ways", "room")
def test_a_message_is_found_by_any_part_of_it(bob: User) -> None:
    missed = {text: got for text, index in PARTS if (got := found(bob, text)) != [SAID[index]]}
    assert not missed


@pytest.mark.usefixtures("_by_both_ways", "room")
def test_no_word_is_too_common(bob: User) -> None:
    for text in ("the", "not", "for", "and"):
        assert found(bob, text) == [body for body in reversed(SAID) if text in body.lower()]


@pytest.mark.usefixtures("_by_both_ways", "room")
def test_what_nobody_said_is_not_found(bob: User) -> None:
    for text in ("fountains", "東大", "foo bar baz", '"hot too"', "茶喝", "xx.html", "zzz"):
        assert found(bob, text) == []


SIGNS = st.sampled_from("abcÀß -./*_`[](東京タ한👍’\n")
TEXTS = st.text(SIGNS, min_size=1, max_size=30)
LONG = st.text(SIGNS, min_size=10, max_size=30)
"""Nearly all of these have a part that is long enough to be looked for."""


@pytest.mark.usefixtures("_by_both_ways")
@given(bodies=st.builds(lambda long, rest: [long, *rest], LONG, st.lists(TEXTS, max_size=7)), data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_of_any_message_finds_it_and_all_others_that_have_it(
    alice: User, bob: User, eve: User, bodies: list[str], data: st.DataObject
) -> None:
    with undone():
        room, foreign = direct_room(alice, bob), direct_room(alice, eve)
        said = []
        for body in bodies:
            try:
                cleaned = clean_body(body)
            except ChatError:
                continue
            said.append(say(alice, room, cleaned))
            say(alice, foreign, cleaned)
        whole = [message.body for message in said if len(message.body) >= 3]
        assume(whole)
        body = data.draw(st.sampled_from(whole))
        begin = data.draw(st.integers(0, len(body) - 3))
        part = body[begin : data.draw(st.integers(begin + 3, len(body)))]
        needle = fold(part)
        assume(len(needle) >= 3)
        expected = {each.pk for each in said if any(needle in text for text in texts_of(each))}
        assert {hit.message.pk for hit in search(bob, f'"{part}"').hits} == expected
        assert len(expected) >= 1


def texts_of(message: Message) -> tuple[str, str]:
    return fold(message.body), fold(plain_text(message.html))


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
