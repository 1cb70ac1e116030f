"""The rows of what people send besides words. Only `chat.services` writes them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chat.querysets import AttachmentQuerySet


class Attachment(models.Model):
    """A picture, a file or a voice: uploaded by its owner, then sent with one message, and never with another.

    Its bytes are a ``blob`` of some ``parts`` (`chat.media.storage`). What is forwarded is another attachment of the
    same blob, which stays while there is one. ``stored_at`` is None while it is being stored, ``removed_at`` is when it
    began to be deleted; then nobody sees it any more.

    That of a preview is shown with what the link says (`chat.previews.shapes`), and not among what was sent.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture"
        VIDEO = "video"
        SOUND = "sound"
        VOICE = "voice"
        FILE = "file"
        PREVIEW = "preview", "picture of what a link leads to"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey("chat.Message", on_delete=models.SET_NULL, null=True, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    blob = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    parts = models.JSONField(default=dict, editable=False, help_text="What there is of it, with sizes in bytes.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    alt = models.CharField(max_length=1024, blank=True)
    look = models.JSONField(
        default=dict, editable=False, help_text="What is known of a picture or a voice: width, duration, and so on."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    stored_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(sent_at=None), name="attachment_not_sent"),
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="attachment_removed"),
        ]

    def __str__(self) -> str:
        return self.name
