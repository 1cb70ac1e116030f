"""Sending messages: many drafts in one transaction, in order, each exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.moderation.filters import Rules, Screened, StaleRulesError, by_fresh_rules
from accounts.rows import Blank
from chat import broadcasts, permissions
from chat.exceptions import ChatError, not_found
from chat.models import Membership, Message, Revision, Room
from chat.privacy import Privacy
from chat.rendering import Rendered, clean_body, compose, in_language
from chat.search.documents import document_of
from chat.services.attaching import Enclosures
from chat.services.moderation.reports import flag
from chat.services.naming import calling_all, find_named, keep_mentions
from chat.services.previewing import preview_later

NOBODY: Mapping[str, int] = {}

OF_ROOMS = ("id", "kind", "read_only", "slow_seconds", "archived_at", "last_seq", "member_count")
"""What sending a message asks of its room."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message on its way in. ``client_id`` was made before its first try and makes a resend the same message.

    ``attachments`` are its author's own, not sent yet; ``copied`` are those of the message that is forwarded, and
    ``language`` is the one that says it is in.
    """

    author_id: int
    room_id: int
    client_id: UUID
    body: str
    reply_to: int | None = None
    forwarded_from: int | None = None
    attachments: tuple[UUID, ...] = ()
    copied: tuple[UUID, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A draft that may be sent, in its place in the batch, with what its body came to, and what was ``typed``."""

    index: int
    draft: Draft
    text: str
    rendered: Rendered
    screened: Screened
    typed: str


Outcome = Message | ChatError
"""What became of a draft: the stored message, now or of an earlier try, or the reason why not."""


def send_message(
    *,
    author: User,
    room_id: int,
    client_id: UUID,
    body: str,
    reply_to: int | None = None,
    attachments: Sequence[UUID] = (),
) -> Message:
    """Send one message, perhaps as the answer to another one in the room; raises ``ChatError``. Tells the room.

    ``attachments`` are ids of what the author has uploaded; with any, the body may be empty.
    """
    return send_draft(Draft(author.pk, room_id, client_id, body, reply_to, attachments=tuple(attachments)))


def send_draft(draft: Draft) -> Message:
    """Send one message that is ready; raises ``ChatError``. Tells the room."""
    outcome = send_messages([draft])[0]
    if isinstance(outcome, Message):
        return outcome
    raise outcome or busy()


def send_messages(drafts: Sequence[Draft], *, skip_busy: bool = False) -> list[Outcome | None]:
    """Send many messages, of any authors to any rooms, in one transaction and in the order given.

    A draft that is refused does not touch its neighbours. With ``skip_busy`` a room that somebody else holds is not
    waited for: its drafts come back as None and want a try of their own. Tells each room of each new message, in order.

    A handful of statements whatever the number: rooms (locked, in id order), memberships, earlier tries, and one that
    stores the messages and moves on their rooms and the authors' marks; three more where somebody is named or answered,
    and two where something is attached.
    """
    outcomes: list[Outcome | None] = [None] * len(drafts)
    texts: dict[int, str] = {}
    for index, draft in enumerate(drafts):
        try:
            texts[index] = clean_body(draft.body, may_be_empty=bool(draft.attachments or draft.copied))
        except ChatError as refusal:
            outcomes[index] = refusal
    if not texts:
        return outcomes
    for index, outcome in by_fresh_rules(lambda rules: _send(drafts, texts, rules, skip_busy=skip_busy)).items():
        outcomes[index] = outcome
    return outcomes


def _send(
    drafts: Sequence[Draft], texts: Mapping[int, str], rules: Rules, *, skip_busy: bool
) -> dict[int, Outcome | None]:
    """Send these texts, by index of their drafts; raises ``StaleRulesError`` where the filters have changed."""
    wanted = _rendered(drafts, texts, rules)  # nobody's room is locked meanwhile
    try:
        with transaction.atomic():
            return _Batch(wanted, rules, skip_busy=skip_busy).send()
    except IntegrityError:
        # the same client_id was committed for another room meanwhile: alone, each draft sees which one it is
        return {each.index: _send_alone(each, rules) for each in wanted}


def _rendered(drafts: Sequence[Draft], typed: Mapping[int, str], rules: Rules) -> list[Wanted]:
    """Render these texts, by index of their drafts. Those who are named in what is forwarded are not called again."""
    screened = {index: rules.screen(text) for index, text in typed.items()}
    texts = {index: each.text for index, each in screened.items()}
    people = find_named((drafts[at].room_id, text) for at, text in texts.items() if not drafts[at].forwarded_from)
    wanted = []
    for index, text in texts.items():
        draft = drafts[index]
        known = None if draft.forwarded_from else people.get(draft.room_id, NOBODY)
        wanted.append(Wanted(index, draft, text, compose(text, known), screened[index], typed[index]))
    return wanted


def _send_alone(wanted: Wanted, rules: Rules) -> Outcome | None:
    for _ in range(2):
        try:
            with transaction.atomic():
                return _Batch([wanted], rules, skip_busy=False).send()[wanted.index]
        except IntegrityError:
            continue
    return _conflict()


class _Batch:
    """One transaction's worth of drafts. The rooms' row locks order everything: whoever holds one allots its seqs."""

    def __init__(self, wanted: list[Wanted], rules: Rules, *, skip_busy: bool) -> None:
        self.rules = rules
        self.flagged: list[tuple[Message, Screened]] = []
        self.wanted = wanted
        self.drafts = [each.draft for each in wanted]
        self.skip_busy = skip_busy
        self.fresh: list[Message] = []
        self.outcomes: dict[int, Outcome | None] = {}

    def send(self) -> dict[int, Outcome | None]:
        self._lock_rooms()
        self._load_seats()
        self._load_earlier_tries()
        self._load_answered()
        self.enclosures = Enclosures.of(self.drafts)
        for each in self.wanted:
            self.outcomes[each.index] = self._place(each)
        if self.fresh:
            self._store()
        return self.outcomes

    def _lock_rooms(self) -> None:
        ids = sorted({draft.room_id for draft in self.drafts})
        self.rooms = Room.objects.all().lock(ids, skip_locked=self.skip_busy, only=OF_ROOMS)
        missing = [pk for pk in ids if pk not in self.rooms]
        # with skip_locked, a room that is held by somebody looks like one that is not there
        self.busy = (
            set(Room.objects.filter(pk__in=missing).values_list("pk", flat=True))
            if self.skip_busy and missing
            else set()
        )

    def _load_seats(self) -> None:
        authors = {draft.author_id for draft in self.drafts}
        self.seats = Membership.objects.all().seats(rooms=self.rooms, users=authors)
        if any(seat.rules != self.rules.version for seat in self.seats.values()):
            raise StaleRulesError

    def _load_earlier_tries(self) -> None:
        authors = {draft.author_id for draft in self.drafts}
        ids = {draft.client_id for draft in self.drafts}
        known = Message.objects.all().sent_as(authors=authors, client_ids=ids)  # mostly none
        messages = Message.objects.with_people().filter(pk__in=known) if known else []
        self.known = {(message.author_id, message.client_id): message for message in messages}

    def _load_answered(self) -> None:
        """Load what is answered, as it is while the rooms are held."""
        ids = {draft.reply_to for draft in self.drafts if draft.reply_to is not None}
        answered = Message.objects.filter(pk__in=ids, kind=Message.Kind.TEXT).select_related("author") if ids else []
        self.answered = {(message.room_id, message.pk): message for message in answered}

    def _place(self, wanted: Wanted) -> Outcome | None:
        """Give a draft its place in its room's order, or say why not."""
        draft, text, rendered = wanted.draft, wanted.text, wanted.rendered
        if draft.room_id in self.busy:
            return None
        seat = self.seats.get((draft.room_id, draft.author_id))
        if seat is None:
            return not_found()
        earlier = self.known.get((draft.author_id, draft.client_id))
        if earlier is not None:
            same = earlier.room_id == draft.room_id and _first_text(earlier) in {text, wanted.typed}
            return earlier if same else _conflict()
        room, now = self.rooms[draft.room_id], timezone.now()
        if refusal := permissions.sending(room, seat, now=now):
            return refusal
        if wanted.screened.refused_by:
            return permissions.filtered(wanted.screened.refused_by)
        if rendered.mentions_room and (refusal := calling_all(room, seat)):
            return refusal
        answered = None
        if draft.reply_to is not None:
            answered = self.answered.get((draft.room_id, draft.reply_to))
            if answered is None:
                return _nothing_to_answer()
        try:
            enclosed = self.enclosures.take(draft)
        except ChatError as refusal:
            return refusal
        seat.wrote_at = now
        room.last_seq += 1
        message = _new_messages().make(
            {"room": room, "author": seat.user, "reply_to": answered},
            room_id=room.pk,
            author_id=seat.user_id,
            seq=room.last_seq,
            changed_seq=room.last_seq,
            client_id=draft.client_id,
            body=text,
            html=in_language(rendered.html, draft.language if draft.forwarded_from else seat.user.language),
            reply_to_id=answered.pk if answered else None,
            thread_root_id=(answered.thread_root_id or answered.pk) if answered else None,
            forwarded_from_id=draft.forwarded_from,
            mentioned=list(rendered.mentioned),
            mentions_room=rendered.mentions_room,
            attached=enclosed,
            created_at=now,
        )
        self.known[draft.author_id, draft.client_id] = message
        self.fresh.append(message)
        if wanted.screened.flagged_by:
            self.flagged.append((message, wanted.screened))
        return message

    def _store(self) -> None:
        Message.objects.all().insert(self.fresh, [document_of(message) for message in self.fresh])
        keep_mentions(self.fresh)
        self.enclosures.keep(self.fresh)
        for message, screened in self.flagged:
            flag(message, screened.flagged_by)
        preview_later(self.fresh)
        if firsts := {message.room_id: message for message in self.fresh if message.seq == 1}:
            self._show_direct_rooms(firsts)
        broadcasts.messages_changed(self.fresh)
        said = [message for message in self.fresh if message.thread_root_id is None]
        self._show_first_marks({(message.room_id, message.author_id): message for message in said})

    def _show_first_marks(self, written: Mapping[tuple[int, int], Message]) -> None:
        """Who writes has read what came before, unless it is a reply, which may be written beside all that.

        Clients know it by the message, of somebody whose marks they know: so the other of a direct room is told of the
        first ones.
        """
        for place, message in written.items():
            seat, user = self.seats[place], self.seats[place].user
            if not seat.read_seq and self.rooms[seat.room_id].kind == Room.Kind.DIRECT:
                seat.read_seq = seat.delivered_seq = message.seq
                broadcasts.marks_moved(seat, Privacy(user.version, user.private_reading, user.sends_typing, []))

    def _show_direct_rooms(self, firsts: dict[int, Message]) -> None:
        """A direct room shows in the other's list from its first message on."""
        seats = list(Membership.objects.filter(room__in=firsts).values_list("room_id", "user_id"))
        others = [(room_id, user_id) for room_id, user_id in seats if user_id != firsts[room_id].author_id]
        User.objects.filter(pk__in=[user_id for _, user_id in others]).bump_version()
        for room_id, user_id in others:
            broadcasts.room_joined(self.rooms[room_id], user_ids=[user_id])


def busy() -> ChatError:
    return ChatError(
        "busy", "The room is busy right now. Nothing was lost; try again in a moment.", status=503, retry_after=1
    )


def unavailable() -> ChatError:
    detail = "Parley cannot reach its database right now. Nothing was lost; try again in a moment."
    return ChatError("unavailable", detail, status=503, retry_after=2)


@cache
def _new_messages() -> Blank[Message]:
    return Blank(Message)


def _first_text(message: Message) -> str:
    """What a message said when it was sent: a resend does not know of edits."""
    if not message.revision:
        return message.body
    return Revision.objects.filter(message=message, number=0).values_list("body", flat=True).get()


def _nothing_to_answer() -> ChatError:
    detail = "The message you answer is not in this conversation. Your text is kept; send it without the quote."
    return ChatError("nothing_to_answer", detail, status=404)


def _conflict() -> ChatError:
    return ChatError(
        "client_id_reused", "This client_id was already used for another message. Make a new one.", status=409
    )
