"""Rows that stand beside a message: what it said before, who reacted, who is named, and what search knows of it.

Only ``services`` writes them, and what search knows `chat.search`.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone


class Revision(models.Model):
    """What a message said before an edit."""

    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "number"], name="revision_number_once_per_message"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number} of message {self.message_id}"


class Reaction(models.Model):
    """One person's one emoji on one message."""

    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="reaction_once_per_person_and_emoji"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} of {self.user_id} on message {self.message_id}"


class Mention(models.Model):
    """Somebody is named in a message, by handle or with the whole room; kept for counting what is unread."""

    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "user"], name="mention_once_per_message_and_user"),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "room", "seq"], name="mention_unread_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in message {self.message_id}"


class SearchText(models.Model):
    """What search knows of a message: its text as it is compared, and the terms that the index finds it by.

    It stands beside the message, which is read far more often than it is searched. Of deleted messages and of what the
    room itself says there is none. `chat.search` makes and reads it.
    """

    # No foreign keys in the database: to check them would cost each message more than to store this does, and a row
    # too many finds nothing, as what is found is loaded from the messages.
    message = models.OneToOneField(
        "chat.Message", on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    room = models.ForeignKey(
        "chat.Room", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField()
    text = models.TextField()
    terms = ArrayField(models.IntegerField())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["room", "at", "message"], name="searchtext_of_room_by_time"),
            # New entries wait in a list until somebody sorts them in: the workers do that (`chat.beacon`), every few
            # seconds. Beyond so many KiB whoever sends the next message would have to.
            GinIndex(fields=["terms"], name="searchtext_terms", fastupdate=True, gin_pending_list_limit=65536),
        ]

    def __str__(self) -> str:
        return f"Text of message {self.message_id}"
