"""Keeping what search looks through as the messages are: within the transaction of each change to one."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from accounts.rows import LARGEST_ID, execute, fetch, recordset
from chat.models import Message, Room, SearchText
from chat.search.documents import document_of
from chat.search.terms import as_array

BATCH = 1_000
"""Messages that are looked at in one transaction. Whoever changes one that must be mended waits meanwhile."""

SORTING_LOCK = 5_376_209
"""An advisory lock, any number that nobody else uses."""

SORTING_TIMEOUT = "60s"
"""After a rush there may be much to sort in."""

_KEEP = """
    INSERT INTO chat_searchtext (message_id, room_id, at, text, terms)
    SELECT message_id, room_id, at, text, terms::int[]
    FROM json_to_recordset(%s::json) AS new (message_id bigint, room_id bigint, at timestamptz, text text, terms text)
    ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, terms = excluded.terms
"""
_IDS = "SELECT id FROM chat_message WHERE id > %s ORDER BY id LIMIT %s"
_SORT_IN = """
    SELECT gin_clean_pending_list('searchtext_terms') FROM pg_class
    WHERE oid = 'searchtext_terms'::regclass
    AND pg_has_role(relowner, 'USAGE')  -- where the tables belong to another role, autovacuum does it
    AND pg_try_advisory_xact_lock(%s)
"""
_FORGET = """
    DELETE FROM chat_searchtext AS known
    WHERE message_id > %s AND message_id <= %s AND NOT EXISTS (
        SELECT FROM chat_message WHERE id = known.message_id AND kind = 'text' AND deleted_at IS NULL
    )
    RETURNING room_id
"""


def keep_texts(messages: Iterable[Message]) -> None:
    """Make what people said, and is not deleted, known to search as it is now; one statement, whatever their number.

    Of new messages, `MessageQuerySet.insert` stores that along with them.
    """
    rows = []
    for message in messages:
        if message.kind == Message.Kind.TEXT and not message.is_deleted:
            text, terms = document_of(message)
            place = {"message_id": message.pk, "room_id": message.room_id, "at": message.created_at}
            rows.append({**place, "text": text, "terms": as_array(terms)})
    if rows:
        execute(_KEEP, [recordset(rows)])


def renew_text(message: Message) -> None:
    """Make a message that was changed, and is held, known to search as it is now: a deleted one is forgotten."""
    if message.is_deleted:
        SearchText.objects.filter(pk=message.pk).delete()
    else:
        keep_texts([message])


class Progress(NamedTuple):
    """How far a rebuilding is: ``done`` messages were looked at, and ``mended`` were not known as they are."""

    done: int
    mended: int


def sort_in_texts() -> None:
    """Sort what is new into the index, unless somebody else is at it."""
    with transaction.atomic():
        fetch("SELECT set_config('statement_timeout', %s, true)", [SORTING_TIMEOUT])
        fetch(_SORT_IN, [SORTING_LOCK])


def rebuild_search() -> Iterator[Progress]:
    """Compare what search knows with all messages, and put right what is otherwise. Nobody need stop writing."""
    done = mended = last = 0
    while ids := [pk for (pk,) in fetch(_IDS, [last, BATCH])]:
        mended += _mend(after=last, to=ids[-1])
        done, last = done + len(ids), ids[-1]
        yield Progress(done, mended)
    mended += _mend(after=last, to=LARGEST_ID)
    yield Progress(done, mended)


def _mend(*, after: int, to: int) -> int:
    with transaction.atomic():
        wrong = _unlike(after=after, to=to)
        # As they are now: whoever changes one of them renews it afterwards.
        messages = Message.objects.select_for_update(no_key=True).filter(pk__in=wrong, deleted_at=None).order_by("pk")
        keep_texts(messages)
        forgotten = [room_id for (room_id,) in fetch(_FORGET, [after, to])]
    renew_answers({message.room_id for message in messages}.union(forgotten))
    return len(wrong) + len(forgotten)


def renew_answers(room_ids: Collection[int]) -> None:
    """Let no answer hold that was found with what was wrong: it does while its rooms do (`chat.stamps`)."""
    with transaction.atomic():
        held = Room.objects.all().lock(sorted(room_ids))
        Room.objects.filter(pk__in=held).update(last_seq=F("last_seq"))


def _unlike(*, after: int, to: int) -> list[int]:
    """Name the messages that search does not know as they are."""
    known = {each.pk: (each.text, set(each.terms)) for each in SearchText.objects.filter(pk__gt=after, pk__lte=to)}
    messages = Message.objects.filter(pk__gt=after, pk__lte=to, kind=Message.Kind.TEXT, deleted_at=None)
    return [message.pk for message in messages if known.get(message.pk) != _as_kept(message)]


def _as_kept(message: Message) -> tuple[str, set[int]]:
    text, terms = document_of(message)
    return text, set(map(int, terms.split(",")))
