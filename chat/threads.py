"""Threads: a message and the replies to it, also those to replies. One level deep, and behind the setting ``THREADS``.

All messages stand in the one timeline of their room, where they are counted and read. Here they are only read apart:
nothing is stored but where a thread begins, which a reply knows (``Message.thread_root``).
"""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.rows import fetch
from chat.exceptions import ChatError, not_found
from chat.models import Message
from chat.querysets import MessageQuerySet
from chat.scrollback import Page

_REPLIES = """
    SELECT thread_root_id, count(*) FROM chat_message
    WHERE thread_root_id = ANY(%s) AND deleted_at IS NULL GROUP BY thread_root_id
"""


def reply_counts(page: Page) -> dict[int, int]:
    """How many replies the messages of a page have, by id, of those that have any. What was deleted does not count.

    A page that goes up to the newest message has them all; for another one this is one statement.
    """
    if not settings.THREADS:
        return {}
    begin = [message.pk for message in page.messages if message.thread_root_id is None]
    if page.has_after:
        return dict(fetch(_REPLIES, [begin]))
    answered = Counter(message.thread_root_id for message in page.messages if not message.is_deleted)
    return {pk: answered[pk] for pk in begin if pk in answered}


def root_of(user: User, message_id: int) -> Message:
    """Where the thread begins that a message belongs to: perhaps with itself.

    Raises ``ChatError`` where ``user`` may not see the message, where it is none of people, and where the site has no
    threads.
    """
    if not settings.THREADS:
        detail = "There are no threads on this site. Replies stand in the conversation."
        raise ChatError("not_found", detail, status=404)
    visible = Message.objects.visible_to(user).filter(kind=Message.Kind.TEXT)
    begin = visible.filter(pk=message_id).values(root=Coalesce("thread_root_id", "pk"))
    found = Message.objects.with_people().filter(pk__in=begin).first()
    if found is None:
        raise not_found("message")
    return found


def thread_url(message: Message) -> str:
    """Where the thread is shown that a message belongs to; empty where it belongs to none."""
    if settings.THREADS and (message.thread_root_id or count_replies(message)):
        return reverse("thread", args=[message.room_id, message.seq])
    return ""


def replies_to(root: Message) -> MessageQuerySet:
    """The replies of a thread, those that were deleted too: they keep their places."""
    return Message.objects.filter(thread_root=root).with_people()


def count_replies(root: Message) -> int:
    """How many there are; what was deleted does not count."""
    return Message.objects.filter(thread_root=root, deleted_at=None).count()
