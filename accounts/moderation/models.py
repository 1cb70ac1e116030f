"""Rows of moderation that are about people. Only the services beside this module write them.

They end by themselves: whatever has a time is compared with the clock where it matters, and no job has to run.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

REASON_LENGTH = 500
COMMENT_LENGTH = 2_000


class Sanction(models.Model):
    """What was imposed on somebody: a warning, silence for a time, or the door. ``until`` is None for good."""

    class Kind(models.TextChoices):
        WARNING = "warning"
        MUTE = "mute"
        BAN = "ban"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=REASON_LENGTH)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="sanctions_of_user")]
        permissions = (("moderate", "Can moderate: reports, messages, people"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"

    @property
    def is_open(self) -> bool:
        """Whether it holds now. A warning is said, and over."""
        if self.kind == self.Kind.WARNING or self.ended_at is not None:
            return False
        return self.until is None or self.until > timezone.now()


class Notice(models.Model):
    """What moderators tell somebody, who may appeal against it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    may_appeal = models.BooleanField(default=False)
    sanction = models.OneToOneField(Sanction, on_delete=models.SET_NULL, null=True, related_name="notice")
    message_id = models.BigIntegerField(null=True, help_text="The message it is about, if it is about one.")

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="notices_of_user")]

    def __str__(self) -> str:
        return f"Notice {self.pk} to {self.user_id}"


class Appeal(models.Model):
    """Somebody disagrees with what a notice told them. Each notice has one appeal at most."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="appeal")
    text = models.CharField(max_length=COMMENT_LENGTH)
    at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    granted = models.BooleanField(default=False)
    answer = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        ordering = ("decided_at", "pk")
        indexes: ClassVar = [
            models.Index(fields=["id"], name="appeals_to_decide", condition=models.Q(decided_at=None)),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.pk}"


class PersonNote(models.Model):
    """What moderators tell each other about somebody."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderator_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=COMMENT_LENGTH)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Note {self.pk} about {self.user_id}"


class FilterRule(models.Model):
    """A word, a text or the host of a link, and what becomes of messages and names that have it."""

    class Kind(models.TextChoices):
        WORD = "word", "Word or phrase, as a whole"
        TEXT = "text", "Text, also within words"
        HOST = "host", "Links to a host, and to hosts below it"

    class Action(models.TextChoices):
        REFUSE = "refuse", "Refuse it, with a sentence"
        FLAG = "flag", "Let it through, and report it"
        MASK = "mask", "Mask it with dots"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WORD)
    pattern = models.CharField(
        max_length=200, help_text="Case, accents and letters that look alike make no difference. No expressions."
    )
    action = models.CharField(max_length=10, choices=Action.choices, default=Action.REFUSE)
    sentence = models.CharField(
        max_length=200, blank=True, help_text="What people read where it is refused; may be empty."
    )
    is_active = models.BooleanField("active", default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "filter"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "pattern"], name="filter_once_per_pattern"),
        ]

    def __str__(self) -> str:
        return f"{self.pattern}"


class FilterVersion(models.Model):
    """The one row that counts changes of the filters; whoever writes a message reads it along."""

    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.version}"


class AuditEntry(models.Model):
    """One link of the chain: who did what, to what, in which revision, why, and how it was before and after.

    The database refuses to change or delete it (a trigger), and ``hash`` is over all of it and the hash before. Without
    foreign keys: whatever becomes of others, it stays as it was written.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    action = models.CharField(max_length=40)
    target = models.CharField(max_length=20)
    target_id = models.BigIntegerField(null=True)
    target_name = models.CharField(max_length=120, blank=True)
    revision = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    batch = models.UUIDField(null=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-number",)
        verbose_name = "entry of the audit trail"
        verbose_name_plural = "audit trail"
        indexes: ClassVar = [
            models.Index(fields=["target", "target_id", "-number"], name="audit_of_target"),
            models.Index(fields=["actor_id", "-number"], name="audit_of_actor"),
            models.Index(fields=["action", "-number"], name="audit_of_action"),
            models.Index(fields=["batch"], name="audit_of_batch", condition=models.Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class AuditHead(models.Model):
    """The newest link: the row that puts writers in order, and tells when the end of the chain was cut off."""

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"
