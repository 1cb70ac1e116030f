"""What goes with messages: uploads become a part of the message they are sent with, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.rows import execute, recordset
from chat.exceptions import ChatError
from chat.media.shapes import attachment_data
from chat.models import Attachment, Message

if TYPE_CHECKING:
    from chat.services.messages import Draft

_SEND = """
    UPDATE chat_attachment AS attachment
    SET message_id = sent.message_id, position = sent.position, sent_at = %s
    FROM json_to_recordset(%s::json) AS sent (id uuid, message_id bigint, position int)
    WHERE attachment.id = sent.id
"""


class Enclosures:
    """What the drafts of one transaction have attached, held until it ends."""

    def __init__(self, found: Mapping[UUID, Attachment]) -> None:
        self._found = found
        self._taken: dict[tuple[int, UUID], list[Attachment]] = {}
        self._used: set[UUID] = set()

    @classmethod
    def of(cls, drafts: Sequence[Draft]) -> Enclosures:
        """Load and lock them, in the order of their ids; no statement where there are none."""
        wanted = {pk for draft in drafts for pk in (*draft.attachments, *draft.copied)}
        if not wanted:
            return _NONE
        held = Attachment.objects.there().filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
        return cls({attachment.pk: attachment for attachment in held})

    def take(self, draft: Draft) -> list[dict[str, Any]] | None:
        """What the message of this draft shows of them; raises ``ChatError`` where one cannot be sent."""
        if not (draft.attachments or draft.copied):
            return None
        taken = [self._take_own(draft, pk) for pk in dict.fromkeys(draft.attachments)]
        taken += [self._copy(draft, pk) for pk in draft.copied]
        self._used.update(each.pk for each in taken)
        self._taken[draft.author_id, draft.client_id] = taken
        return [attachment_data(each) for each in taken]

    def _take_own(self, draft: Draft, pk: UUID) -> Attachment:
        found = self._found.get(pk)
        if found is None or found.owner_id != draft.author_id or found.sent_at is not None or pk in self._used:
            detail = "A file of this message is gone, or was sent already. Your text is kept; attach it once more."
            raise ChatError("attachment_gone", detail, status=409)
        return found

    def _copy(self, draft: Draft, pk: UUID) -> Attachment:
        """The same bytes once more, as an attachment of another message."""
        source = self._found.get(pk)
        if source is None:
            raise ChatError("deleted", "This message was deleted. There is nothing left to forward.", status=409)
        known = ("blob", "parts", "kind", "name", "type", "size", "alt", "stored_at")
        look = {**source.look, "played": []}
        copy = {name: getattr(source, name) for name in known}
        return Attachment(id=uuid4(), owner_id=draft.author_id, look=look, **copy)

    def keep(self, messages: Sequence[Message]) -> None:
        """Let them belong to their messages, which are stored."""
        sent, copies, now = [], [], timezone.now()
        for message in messages:
            assert message.client_id is not None  # it has just been sent
            for position, each in enumerate(self._taken.get((message.author_id, message.client_id), ())):
                if each._state.adding:
                    each.message, each.position, each.sent_at = message, position, now
                    copies.append(each)
                else:
                    sent.append({"id": each.pk, "message_id": message.pk, "position": position})
        if sent:
            execute(_SEND, [now, recordset(sent)])
        if copies:
            Attachment.objects.bulk_create(copies)


_NONE = Enclosures({})
"""Where nothing is attached, which is nearly always."""
