"""What can be asked for beside words, and what is answered where it makes no sense."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Room, SearchText
from chat.search_results import search
from tests.chat.search.asking import pages, seqs
from tests.factories import direct_room, group_room, say

pytestmark = pytest.mark.django_db


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
