"""Writes the demo's rooms: hundreds of messages of the past, which nobody is to be told of.

The one place besides the services that writes chat rows. It keeps their promises about seqs, counters and marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from chat.demo.script import Line, Talk
from chat.media.shapes import attachment_data
from chat.models import Attachment, Invitation, Membership, Message, Reaction, Revision, Room, SavedMessage
from chat.moves import Marks, Move, with_move
from chat.rendering import clean_body, compose
from chat.services.invitations import DAYS
from chat.services.members import names_of
from chat.services.naming import keep_mentions
from chat.services.previewing import first_link
from chat.services.reactions import shape
from chat.services.searching import keep_texts

SOON = timedelta(seconds=9)  # until somebody thinks again, or reacts

Users = dict[str, User]


def make_rooms(talks: Sequence[Talk], users: Users, random: Random) -> None:
    """Write these rooms, who is in them, and what was said there; a handful of statements."""
    logs = [_Log(talk, users, random) for talk in talks]
    Room.objects.bulk_create(log.room for log in logs)
    Membership.objects.bulk_create(seat for log in logs for seat in log.seats())
    messages = Message.objects.bulk_create(message for log in logs for message in log.messages)
    for log in logs:
        log.room.last_message = log.messages[-1]
    Room.objects.bulk_update([log.room for log in logs], ["last_message"])
    linked = [message for log in logs for message in log.linked()]
    Message.objects.bulk_update(linked, ["reply_to", "thread_root", "event"])
    sent = [attachment for log in logs for attachment in log.sent()]
    Attachment.objects.bulk_update(sent, ["message", "position", "sent_at"])
    Revision.objects.bulk_create(revision for log in logs for revision in log.revisions)
    Reaction.objects.bulk_create(reaction for log in logs for reaction in log.reactions)
    SavedMessage.objects.bulk_create(kept for log in logs for kept in log.kept)
    Invitation.objects.bulk_create(invitation for log in logs for invitation in log.invitations())
    keep_mentions(messages)
    keep_texts(messages)


class _Log:
    """One room's log as it is written: each message and each change of one takes the next seq."""

    def __init__(self, talk: Talk, users: Users, random: Random) -> None:
        self.talk, self.room = talk, _room(talk, users)
        self.messages: list[Message] = []
        self.said: list[Message] = []  # of these, what the lines of the talk came to
        self.revisions: list[Revision] = []
        self.reactions: list[Reaction] = []
        self.kept: list[SavedMessage] = []
        self._users, self._random = users, random
        self._handles = {users[key].handle: users[key].pk for key in talk.people} if talk.name else {}
        self._pins: list[tuple[Message, Message]] = []
        if talk.name:
            self._open()
        for line in talk.lines:
            self._say(line)
        self.room.last_activity_at = self.messages[-1].created_at

    def seats(self) -> Iterator[Membership]:
        for place, (key, role) in enumerate(self.talk.people.items(), start=1):
            read_seq = self.said[-self.talk.unread].seq - 1 if key == self.talk.reader else self.room.last_seq
            yield Membership(
                room=self.room,
                user=self._users[key],
                role=role,
                joined_at=self.room.created_at,
                read_seq=read_seq,
                delivered_seq=read_seq,
                moves=self._moves(read_seq, after=place * SOON),
                muted=key in self.talk.muted_by,
                pinned_at=self.room.created_at if key in self.talk.on_top_for else None,
            )

    def _moves(self, read_seq: int, *, after: timedelta) -> list[Move]:
        """When somebody has read the last messages up to this seq: each so soon after it was sent."""
        moves: list[Move] = []
        before = Marks(0, 0)
        for message in self.messages:
            if before.read < message.seq <= read_seq:
                marks = Marks(message.seq, message.seq)
                moves = with_move(moves, before=before, after=marks, at=message.created_at + after)
                before = marks
        return moves

    def invitations(self) -> Iterator[Invitation]:
        until = timezone.now() + timedelta(days=DAYS)
        for key in self.talk.invites:
            yield Invitation(room=self.room, created_by=self.room.created_by, user=self._users[key], expires_at=until)

    def linked(self) -> Iterator[Message]:
        """The messages that refer to others, which have ids by now."""
        for line, message in zip(self.talk.lines, self.said, strict=True):
            if line.answers is not None:
                message.reply_to = self.said[line.answers]
                message.thread_root = message.reply_to.thread_root or message.reply_to
                yield message
        for sentence, pinned in self._pins:
            sentence.event = {**(sentence.event or {}), "message": pinned.pk, "seq": pinned.seq}
            yield sentence

    def sent(self) -> Iterator[Attachment]:
        """What was sent with the messages, which have ids by now."""
        for line, message in zip(self.talk.lines, self.said, strict=True):
            for position, attachment in enumerate(line.attached):
                attachment.message, attachment.position, attachment.sent_at = message, position, line.at
                yield attachment

    def _open(self) -> None:
        """What the room itself says at first, in the words of the services."""
        owner, others = self.room.created_by, [self._users[key] for key in self.talk.people][1:]
        created = {"type": "room.created", "name": self.room.name}
        self._tell(owner, self.room.created_at, created, f"{owner.full_name} created the room.")
        added = {"type": "member.added", "users": [user.pk for user in others]}
        self._tell(owner, self.room.created_at, added, f"{owner.full_name} added {names_of(others)}.")

    def _say(self, line: Line) -> None:
        message = self._add(line.author, line.at, line.at_first or line.text)
        self.said.append(message)
        message.attached = [attachment_data(each) for each in line.attached] or None
        if line.preview:
            message.preview = {**line.preview, "url": first_link(message.html), "picture": None}
        if line.at_first:
            self._edit(message, line)
        if line.reactions:
            self._react(message, line)
        if line.kept_by:
            self.kept.append(SavedMessage(message=message, user=self._users[line.kept_by], saved_at=line.at + SOON))
        if line.deleted_by:
            self._change(message, deleted_at=line.at + SOON, deleted_by=self._users[line.deleted_by])
            message.delete_reason = line.reason
        if line.pinned_by:
            self._pin(message, self._users[line.pinned_by], line.at + SOON)

    def _edit(self, message: Message, line: Line) -> None:
        self.revisions.append(
            Revision(message=message, number=0, body=message.body, html=message.html, written_at=line.at)
        )
        self._change(message, **self._text(line.text), revision=1, edited_at=line.at + SOON)

    def _react(self, message: Message, line: Line) -> None:
        pairs = [(emoji, self._users[key]) for emoji, keys in line.reactions for key in keys]
        self.reactions += [Reaction(message=message, user=user, emoji=emoji) for emoji, user in pairs]
        for _ in pairs:
            self._change(message)
        message.reacted = shape((emoji, user.pk) for emoji, user in pairs)

    def _pin(self, message: Message, actor: User, at: datetime) -> None:
        self._change(message, pinned_at=at, pinned_by=actor)
        event = {"type": "message.pinned", "user": actor.pk}
        self._pins.append((self._tell(actor, at, event, f"{actor.full_name} pinned a message."), message))

    def _add(self, author: str, at: datetime, text: str) -> Message:
        client_id = UUID(int=self._random.getrandbits(128), version=4)
        return self._write(author=self._users[author], created_at=at, client_id=client_id, **self._text(text))

    def _tell(self, actor: User, at: datetime, event: dict[str, Any], sentence: str) -> Message:
        html = f"<p>{escape(sentence)}</p>"
        kind = Message.Kind.SYSTEM
        return self._write(author=actor, created_at=at, kind=kind, event=event, body=sentence, html=html)

    def _text(self, text: str) -> dict[str, Any]:
        """What is stored of a text, in which people are called by their keys."""
        named = re.sub(r"(?<=@)\w+", lambda key: self._users[key[0]].handle if key[0] in self._users else key[0], text)
        body = clean_body(named, may_be_empty=True)
        html, mentioned, mentions_room = compose(body, self._handles)
        return {"body": body, "html": html, "mentioned": list(mentioned), "mentions_room": mentions_room}

    def _write(self, **fields: Any) -> Message:
        self.room.last_seq += 1
        message = Message(room=self.room, seq=self.room.last_seq, changed_seq=self.room.last_seq, **fields)
        self.messages.append(message)
        return message

    def _change(self, message: Message, **fields: Any) -> None:
        self.room.last_seq += 1
        message.changed_seq = self.room.last_seq
        for name, value in fields.items():
            setattr(message, name, value)


def _room(talk: Talk, users: Users) -> Room:
    people = [users[key] for key in talk.people]
    direct = not talk.name
    return Room(
        kind=talk.kind,
        name=talk.name,
        topic=talk.topic,
        picture=talk.face,
        read_only=talk.read_only,
        direct_key=Room.direct_key_for(*(user.pk for user in people)) if direct else None,
        created_by=users[talk.lines[0].author] if direct else people[0],
        member_count=len(people),
        created_at=talk.lines[0].at,
    )
