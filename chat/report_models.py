"""Rows of what people report to the moderators of the site. Only `chat.services.moderation` writes them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.moderation.models import COMMENT_LENGTH, REASON_LENGTH

UNDECIDED = ("open", "in_hand")


class Report(models.Model):
    """One case: all that is reported about one message, or about one person, until moderators have decided.

    ``body`` is what the message said when it was first reported, whatever becomes of it, until it is forgotten a while
    after the decision.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        IN_HAND = "in_hand", "In hand"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"

    message = models.ForeignKey("chat.Message", on_delete=models.SET_NULL, null=True, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")
    room = models.ForeignKey("chat.Room", on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    said_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    count = models.PositiveIntegerField("reported by", default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = models.CharField(max_length=REASON_LENGTH, blank=True)
    forgotten_at = models.DateTimeField(null=True, help_text="When the texts of it were thrown away.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(state__in=UNDECIDED, message__isnull=False),
                name="report_one_undecided_case_per_message",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=UNDECIDED, said_at=None),
                name="report_one_undecided_case_per_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], condition=Q(state__in=UNDECIDED), name="reports_to_decide"),
            models.Index(fields=["person", "-id"], name="reports_about_person"),
            models.Index(
                fields=["decided_at"],
                condition=Q(decided_at__isnull=False, forgotten_at=None),
                name="reports_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"

    @property
    def is_decided(self) -> bool:
        return self.state not in UNDECIDED

    @property
    def is_about_message(self) -> bool:
        return self.said_at is not None


class Complaint(models.Model):
    """What one person says about it. ``body`` is what the message said to them, where that was another text."""

    class Reason(models.TextChoices):
        SPAM = "spam", "Spam or fraud"
        ABUSE = "abuse", "Insults or harassment"
        VIOLENCE = "violence", "Threats or violence"
        SEXUAL = "sexual", "Sexual content"
        PRIVATE = "private", "Somebody's private data"
        HARM = "harm", "Somebody may harm themselves"
        OTHER = "other", "Something else"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="complaints")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    comment = models.CharField(max_length=COMMENT_LENGTH, blank=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "reporter"], name="complaint_once_per_report_and_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, by {self.reporter_id}"
