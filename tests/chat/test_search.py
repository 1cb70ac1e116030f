"""Search: everything that one may see is found by any part of it, and nothing else is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Room, SearchText
from chat.rendering import clean_body
from chat.search import lookup
from chat.search.folding import fold
from chat.search_results import Hit, search
from chat.serializers import plain_text
from tests.factories import direct_room, group_room, say, say_many, superuser

pytestmark = pytest.mark.django_db

SAID = [
    "Shall we meet at the fountain, or is it **too hot** today?",
    "The foo-bar of https://Example.com/docs/index.html?page=12#top is broken",
    "Crème brûlée for Łukasz, not for Straßenmeier",
    "東京タワーへ行きましょう",
    "我喜欢喝茶",
    "내일 만나요 👍",
    "To be, or not to be",
    "`print(x)` and :tada: for @everybody",
    "Don’t wait – it’s 12:30…",
    "hm",
]
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


@pytest.fixture(params=["walk", "index"])
def _by_both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once among the newest messages, once by the index: there the walk looks at a single message."""
    if request.param == "index":
        monkeypatch.setattr(lookup, "_depth", lambda query, limit: 1)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """What Alice has said to Bob."""
    room = direct_room(alice, bob)
    for body in SAID:
        say(alice, room, body)
    return room


def found(user: User, text: str) -> list[str]:
    return [hit.message.body for hit in search(user, text).hits]


def pages(user: User, text: str, *, limit: int = 25, between: Callable[[], object] = int) -> Iterator[list[Hit]]:
    """All pages of a search; ``between`` happens before the next one is asked for."""
    cursor: str | None = ""
    while cursor is not None:
        results = search(user, text, cursor=cursor, limit=limit)
        yield results.hits
        cursor = results.following
        between()


def seqs(hits: Iterable[Hit]) -> list[int]:
    return [hit.message.seq for hit in hits]


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


@pytest.mark.usefixtures("_by_both_ways")
def test_operators_say_who_where_what_and_when(alice: User, bob: User, eve: User) -> None:
    garden = group_room(alice, bob, eve, name="Rose garden")
    direct = direct_room(alice, bob)
    said = {
        "roses": say(alice, garden, "roses"),
        "tea roses": say(bob, garden, "tea roses"),
        "link": say(bob, direct, "roses on https://example.com"),
        "code": say(alice, direct, "`roses`"),
        "call": say(alice, garden, f"roses, @{bob.handle}"),
    }
    services.react(actor=bob, message_id=said["roses"].pk, emoji="👍", on=True)
    services.pin_message(actor=alice, message_id=said["tea roses"].pk, on=True)

    def names(text: str) -> set[str]:
        hits = {hit.message.pk for page in pages(bob, text) for hit in page}
        return {name for name, message in said.items() if message.pk in hits}

    everything = set(said)
    assert names("roses") == everything
    for his in ("from:me roses", f"from:@{bob.handle}", f"FROM:{bob.handle}"):
        assert names(his) == {"tea roses", "link"}
    assert names(f"from:me from:{alice.handle}") == everything
    assert names(f"from:{eve.handle}") == set()
    assert names("-from:me roses") == {"roses", "code", "call"}
    assert names('in:"rose GARDEN"') == names('in:"#Rose garden"') == {"roses", "tea roses", "call"}
    assert names(f"in:@{alice.handle} roses") == {"link", "code"}
    assert names('roses -in:"Rose garden"') == {"link", "code"}
    assert names('in:"Rose garden" from:me') == {"tea roses"}
    assert names("has:link") == names("roses has:links") == {"link"}
    assert names("has:code") == {"code"}
    assert names("has:mention") == {"call"}
    assert names("has:reaction") == {"roses"}
    assert names("has:pin") == {"tea roses"}
    assert names("roses -has:pin -has:link") == {"roses", "code", "call"}
    assert names("has:pin has:link") == set()
    assert names("roses -tea") == everything - {"tea roses"}
    assert names('roses -"tea roses" -https') == {"roses", "code", "call"}


def test_days_are_whole_and_those_of_the_reader(room: Room, bob: User) -> None:
    moments = ["2026-11-19T23:59:59.999999", "2026-11-20T00:00", "2026-11-20T23:59:59.999999", "2026-11-21T00:00"]
    for seq, moment in enumerate(moments, 1):
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        message = Message.objects.get(room=room, seq=seq)
        Message.objects.filter(pk=message.pk).update(created_at=at)
        SearchText.objects.filter(pk=message.pk).update(at=at)

    def sent(text: str) -> list[int]:
        return sorted(seq for seq in seqs(search(bob, text).hits) if seq <= len(moments))

    assert sent("before:2026-11-20") == [1]
    assert sent("on:2026-11-20") == [2, 3]
    assert sent("after:2026-11-20") == [4]
    assert sent("after:2026-11-18 before:2026-11-21 before:2030-01-01") == [1, 2, 3]
    assert sent("foo-bar on:2026-11-20") == [2]
    bob.time_zone = "America/Los_Angeles"
    assert sent("on:2026-11-19") == [1, 2]
    assert sent("on:2026-11-20") == [3, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("from:nobody_here", "Nobody here has the handle “nobody_here”"),
        ("from:ali", "Did you mean from:@alice_arden?"),
        ("in:Garden", "You are in no room called “Garden”"),
        ("in:rose", 'Did you mean in:"Rose garden"?'),
        ("in:@eve_evans", "no conversation with “@eve_evans”"),
        ("has:image", "There are has:link, has:code, has:mention, has:reaction, has:pin, has:file, has:picture,"),
        ("before:2026-13-40", "Write it as in before:2026-11-30"),
        ("before:yesterday", "is no day"),
        ("after:20261130", "is no day"),
        ("on:0001-01-01", "is no day"),
        ("-on:2026-11-30", "Days cannot be left out"),
        ("after:2026-11-20 before:2026-11-21", "There is no day that is all of this"),
        ('""', "nothing in this search"),
        ("\u200b", "nothing in this search"),
        ("", "Write what you look for"),
        ("x" * 201, "at most 200 fit"),
    ],
)
def test_a_search_without_sense_is_answered_with_what_to_write(
    text: str, sentence: str, alice: User, bob: User, eve: User
) -> None:
    group_room(alice, bob, name="Rose garden")
    assert eve.handle == "eve_evans"
    with pytest.raises(ChatError) as refused:
        search(bob, text)
    assert refused.value.status == 400
    assert sentence in refused.value.detail


def test_a_search_says_how_it_was_understood(room: Room, alice: User, bob: User) -> None:
    group_room(alice, bob, name="Rose garden")
    query = search(bob, f'Tea "too hot" -rain from:me -from:{alice.handle} in:"rose garden" in:@{alice.handle} '
                        "has:link before:2026-11-30 on:2026-11-20").query  # fmt: skip
    assert [piece.words for piece in query.pieces] == [
        "“Tea”",
        "“too hot”",
        "without “rain”",
        "from you",
        "not from Alice Arden",
        "in Rose garden",
        "in your conversation with Alice Arden",
        "with a link",
        "before 30 November 2026",
        "on 20 November 2026",
    ]
    assert query.pieces[1].others.startswith("Tea -rain from:me")


@pytest.mark.usefixtures("_by_both_ways")
class TestWhoFindsIt:
    @pytest.fixture
    def garden(self, alice: User, bob: User, eve: User) -> Room:
        """Alice and Bob talk in private; Eve has a room of her own, where the same is said."""
        garden = group_room(alice, bob, name="Garden")
        say(alice, garden, "the roses are late")
        say(eve, group_room(eve, name="Shed"), "the roses are hers")
        say(eve, group_room(eve, name="Quay", kind="public"), "the roses are public")
        return garden

    def test_members_do(self, garden: Room, alice: User, bob: User) -> None:
        for user in (alice, bob):
            assert found(user, "roses") == found(user, "the are") == found(user, "from:alice_arden") == [
                "the roses are late"
            ]  # fmt: skip

    def test_outsiders_do_not(self, garden: Room, eve: User, make_user: Callable[[str], User]) -> None:
        assert "the roses are late" not in found(eve, "roses")
        assert found(make_user("Nora New"), "roses") == []
        with pytest.raises(ChatError, match="in no room called"):
            search(eve, "roses in:Garden")

    def test_the_invited_do_not_before_they_accept(self, garden: Room, alice: User, eve: User) -> None:
        invitation = services.invite(actor=alice, room_id=garden.pk, user_id=eve.pk)
        assert "the roses are late" not in found(eve, "roses")
        services.accept_invitation(user=eve, token=str(invitation.pk))
        assert "the roses are late" in found(eve, "roses")

    def test_those_who_left_or_were_removed_do_not_any_more(self, garden: Room, alice: User, bob: User) -> None:
        services.leave_room(user=bob, room_id=garden.pk)
        assert found(bob, "roses") == []
        services.add_members(actor=alice, room_id=garden.pk, user_ids=[bob.pk])
        assert found(bob, "roses") == ["the roses are late"]
        services.remove_member(actor=alice, room_id=garden.pk, user_id=bob.pk)
        assert found(bob, "roses") == []

    def test_whoever_joins_a_public_room_does(self, garden: Room, bob: User) -> None:
        assert "the roses are public" not in found(bob, "roses")
        services.join_room(user=bob, room_id=Room.objects.get(name="Quay").pk)
        assert found(bob, "roses") == ["the roses are public", "the roses are late"]


@pytest.mark.usefixtures("_by_both_ways")
class TestWhatBecomesOfIt:
    def test_an_edited_message_is_found_by_its_new_text_only(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour https://example.com")
        services.edit_message(actor=alice, message_id=message.pk, body="lighthouse")
        assert found(bob, "harbour") == found(bob, "has:link") == []
        assert found(bob, "lighthouse") == ["lighthouse"]

    def test_a_deleted_message_is_found_by_nobody_and_gone_from_the_index(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        services.edit_message(actor=alice, message_id=message.pk, body="canary")
        services.delete_message(actor=alice, message_id=message.pk)
        for user in (alice, bob):
            assert found(user, "canary") == found(user, "harbour") == found(user, "from:alice_arden") == []
        assert not SearchText.objects.exists()

    def test_a_message_that_a_moderator_removes_is_gone_as_well(self, alice: User, bob: User) -> None:
        message = say(bob, group_room(alice, bob), "canary")
        services.remove_message(moderator=superuser("Mona"), message_id=message.pk, reason="Because.")
        assert found(bob, "canary") == []
        assert not SearchText.objects.exists()

    def test_a_restored_message_is_found_again(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        services.delete_message(actor=alice, message_id=message.pk)
        services.restore_message(actor=alice, message_id=message.pk)
        assert found(bob, "harbour") == ["harbour"]

    def test_a_reaction_comes_and_goes(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        for on in (True, False):
            services.react(actor=bob, message_id=message.pk, emoji="👍", on=on)
            assert bool(found(bob, "has:reaction")) is on

    def test_a_pin_comes_and_goes(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        for on in (True, False):
            services.pin_message(actor=bob, message_id=message.pk, on=on)
            assert bool(found(bob, "has:pin")) is on

    def test_what_the_room_itself_says_is_not_found(self, alice: User, bob: User) -> None:
        group_room(alice, bob, name="Garden")
        assert Message.objects.filter(kind=Message.Kind.SYSTEM).exists()
        assert found(bob, "bob") == found(bob, "from:alice_arden") == []
        assert not SearchText.objects.exists()

    def test_a_forwarded_message_is_found_where_it_went(self, alice: User, bob: User, eve: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        garden = group_room(bob, eve, name="Garden")
        services.forward_message(author=bob, message_id=message.pk, room_id=garden.pk, client_id=uuid4())
        assert [hit.room.name for hit in search(eve, "harbour").hits] == ["Garden"]
        assert [hit.room.name for hit in search(bob, "harbour").hits] == ["Garden", "Alice Arden"]


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
