"""Sites whose pages show the chat, and their visitors. Only ``services`` writes these rows."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

SUBJECT_LENGTH = 200


def new_key() -> str:
    return secrets.token_hex(8)


def vouched_for(subject: str) -> str:
    """The ``subject`` of a visitor whom their site calls so."""
    return f"site:{subject}"


class SiteQuerySet(models.QuerySet["Site"]):
    def active(self) -> SiteQuerySet:
        return self.filter(is_active=True)

    def at(self, origin: str) -> SiteQuerySet:
        """Those whose pages are at this origin, as browsers write it."""
        return self.active().filter(origins__contains=[origin])

    def shown_at(self, origin: str | None) -> SiteQuerySet:
        """Those whose chat may be shown there; None for our own pages, which try out any of them."""
        return self.active() if origin is None else self.at(origin)


class Site(models.Model):
    """A site of somebody else's. ``key`` names it in public.

    Its secrets are not stored: they are made from ours and ``generation`` (`chat.widget.signing`). The one before the
    present one is good until ``overlap_until``.
    """

    name = models.CharField(max_length=80)
    key = models.CharField("public key", max_length=32, unique=True, default=new_key, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    overlap_until = models.DateTimeField(null=True, blank=True, editable=False)
    origins = ArrayField(models.CharField(max_length=255), help_text="Where its pages are, as https://example.org.")
    rooms = models.ManyToManyField(
        "chat.Room",
        related_name="sites",
        blank=True,
        help_text="Where its visitors may talk; the first is where they come in.",
    )
    team = models.ForeignKey(
        "chat.Room",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="answers_for",
        help_text="Instead of rooms: each visitor has a conversation of their own with the people of this one.",
    )
    enforced = models.BooleanField(
        "identity is required", default=True, help_text="Only visitors for whom the site signs a token come in."
    )
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Visitor(models.Model):
    """Somebody who comes by the pages of a site.

    ``subject`` begins with who says so, and goes on with what the site calls them, or their browser itself.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="visitor"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visitors")
    subject = models.CharField(max_length=SUBJECT_LENGTH + 10)
    room = models.OneToOneField(
        "chat.Room",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="visitor",
        help_text="Their own conversation with the site's team, once they have written.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "subject"], name="visitor_once_per_site_and_subject"),
        ]

    def __str__(self) -> str:
        return f"Visitor {self.user_id} of site {self.site_id}"
