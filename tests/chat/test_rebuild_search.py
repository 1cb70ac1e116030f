"""What search knows: made anew by the migration and by `manage.py rebuild_search`, and sorted in by the workers."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from threading import Thread
from time import monotonic

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from accounts.rows import fetch
from accounts.threads import in_thread
from chat import services
from chat.models import Message, Room, SearchText
from chat.search.upkeep import Upkeep
from chat.services import searching
from chat.stamps import Asked, stamps
from tests.factories import direct_room, group_room, say, say_many
from tests.sessions import session_for

migration = import_module("chat.migrations.0003_search")

PENDING = "EXPLAIN (ANALYZE, BUFFERS) SELECT FROM chat_searchtext WHERE terms @> '{1}'"


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Messages of all kinds: plain, with markup, edited, deleted, pinned, with a reaction, and by the room itself."""
    room = group_room(alice, bob)
    say_many(alice, room, 5)
    say(alice, room, "**bold** https://example.com")
    gone, edited, liked, pinned = say_many(alice, room, 4, "another {}")
    services.delete_message(actor=alice, message_id=gone.pk)
    services.edit_message(actor=alice, message_id=edited.pk, body="said otherwise")
    services.react(actor=bob, message_id=liked.pk, emoji="👍", on=True)
    services.pin_message(actor=alice, message_id=pinned.pk, on=True)
    return room


def known() -> dict[int, tuple[int, object, str, frozenset[int]]]:
    return {each.pk: (each.room_id, each.at, each.text, frozenset(each.terms)) for each in SearchText.objects.all()}


def rebuild() -> str:
    out = StringIO()
    call_command("rebuild_search", stdout=out)
    return out.getvalue().strip()


def all_forgotten() -> int:
    return SearchText.objects.all().delete()[0]


def other_texts() -> int:
    return SearchText.objects.filter(text__startswith="number").update(text="something else")


def other_terms() -> int:
    return SearchText.objects.filter(text__startswith="number").update(terms=[1, 2])


def known_though_deleted() -> int:
    deleted = Message.objects.get(deleted_at__isnull=False)
    SearchText.objects.create(message=deleted, room_id=deleted.room_id, at=deleted.created_at, text="gone", terms=[1])
    return 1


def known_though_there_is_no_such_message() -> int:
    for pk in (0x7FFF_FFFF, 1):
        SearchText.objects.create(message_id=pk, room_id=1, at=Message.objects.all()[0].created_at, text="x", terms=[])
    return 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil", [all_forgotten, other_texts, other_terms, known_though_deleted, known_though_there_is_no_such_message]
)
def test_what_search_knows_wrongly_is_put_right(
    room: Room, spoil: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "BATCH", 4)
    before = known()
    count = spoil()
    assert known() != before
    assert rebuild() == f"Looked at {Message.objects.count()} messages; {count} were put right."
    assert known() == before
    assert rebuild() == f"Looked at {Message.objects.count()} messages; 0 were put right."


@pytest.mark.django_db
def test_the_migration_makes_what_the_services_make(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "BATCH", 4)
    before = known()
    SearchText.objects.all().delete()
    with connection.schema_editor() as editor:
        migration.fill(apps, editor)
    assert known() == before
    assert len(before) == 9


@pytest.mark.django_db(transaction=True)
def test_an_edit_during_a_rebuilding_is_not_lost(alice: User, bob: User) -> None:
    """The rebuilding waits for the one who edits, and sees what he wrote."""
    message = say(alice, direct_room(alice, bob), "before")
    SearchText.objects.all().delete()
    rebuilding = Thread(target=alone, args=[rebuild])
    with transaction.atomic():
        services.edit_message(actor=alice, message_id=message.pk, body="after")
        rebuilding.start()
        wait_until(lambda: bool(fetch("SELECT FROM pg_locks WHERE NOT granted", [])))
    rebuilding.join(60)
    assert SearchText.objects.get().text == "after"


def alone(work: Callable[[], object]) -> None:
    """In a thread, whose connection is given back."""
    try:
        work()
    finally:
        connection.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not condition():
        assert monotonic() < deadline


def pages_read() -> int:
    """The pages of the index that a search goes through: few, and those of all messages that are not sorted in."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(PENDING)
        plan = [line.strip() for (line,) in cursor.fetchall()]
    place = next(at for at, line in enumerate(plan) if "Bitmap Index Scan" in line)
    buffers = next(line for line in plan[place:] if line.startswith("Buffers"))
    return sum(int(word.partition("=")[2]) for word in buffers.split() if word.startswith(("hit=", "read=")))


@pytest.mark.django_db(transaction=True)
def test_new_messages_are_sorted_into_the_index_by_one_at_a_time(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    say_many(alice, room, 300, "a message of many words, each of which has several grams, number {}")
    waiting = pages_read()
    assert waiting > 20
    with transaction.atomic():
        fetch("SELECT pg_advisory_xact_lock(%s)", [searching.SORTING_LOCK])
        other = Thread(target=alone, args=[services.sort_in_texts])
        other.start()
        other.join(60)
        assert pages_read() == waiting
    services.sort_in_texts()
    assert pages_read() < 10


@pytest.mark.django_db(transaction=True)
async def test_a_worker_does_it_every_few_seconds(alice: User, bob: User) -> None:
    say_in_thread, look = in_thread(say_many), in_thread(pages_read)
    room = await in_thread(direct_room)(alice, bob)
    await say_in_thread(alice, room, 300, "a message of many words, each of which has several grams, number {}")
    upkeep = Upkeep(every=0.01)
    upkeep.start()
    deadline = monotonic() + 60
    while await look() >= 10:
        assert monotonic() < deadline
        await asyncio.sleep(0.01)
    await upkeep.stop()


def test_what_was_found_before_a_rebuilding_is_not_answered_again(room: Room, alice: User) -> None:
    asked = Asked(session_for(alice).pk, True, True, None, [], [])
    before = stamps([asked])
    rebuild()
    assert stamps([asked]) == before  # there was nothing to mend
    other_terms()
    known_though_deleted()
    wrong = stamps([asked])
    rebuild()
    assert stamps([asked]) != wrong
