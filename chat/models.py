"""Rooms, who is in them, and their messages. Only ``services`` writes these rows.

The messages are the room's log: ``Room.last_seq`` counts every change that members can see, a message keeps the count
at which it was sent (``seq``, its place) and at which it last changed (``changed_seq``).
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chat.media.models import Attachment as Attachment
from chat.message_models import Mention as Mention
from chat.message_models import Reaction as Reaction
from chat.message_models import Revision as Revision
from chat.message_models import SearchText as SearchText
from chat.querysets import InvitationQuerySet, MembershipQuerySet, MessageQuerySet, RoomQuerySet, SavedMessageQuerySet
from chat.report_models import Complaint as Complaint
from chat.report_models import Report as Report
from chat.widget.models import Site as Site
from chat.widget.models import Visitor as Visitor


class Room(models.Model):
    """A place to talk: between two people (direct), by invitation (private), or open to all (public)."""

    class Kind(models.TextChoices):
        DIRECT = "direct"
        PRIVATE = "private"
        PUBLIC = "public"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80, blank=True)
    topic = models.CharField(max_length=250, blank=True)
    picture = models.UUIDField(null=True, editable=False, help_text="Which picture of it is shown, if any.")
    read_only = models.BooleanField(
        "announcements only", default=False, help_text="Only its moderators, admins and owners write here."
    )
    slow_seconds = models.PositiveIntegerField(
        "slow mode", default=0, help_text="How many seconds a member waits between two messages; 0 for none."
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    direct_key = models.CharField(max_length=41, unique=True, null=True, editable=False)  # noqa: DJ001 - unique if any
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    last_message = models.ForeignKey(
        "chat.Message", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    member_count = models.PositiveIntegerField(default=0, editable=False)
    last_activity_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="direct", direct_key__isnull=False) | (~Q(kind="direct") & Q(direct_key__isnull=True)),
                name="room_direct_key_exactly_for_direct_rooms",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} room {self.pk}"

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @staticmethod
    def direct_key_for(one: int, other: int) -> str:
        """Name the pair of two user ids, the same whichever comes first."""
        low, high = sorted((one, other))
        return f"{low}:{high}"


class Membership(models.Model):
    """One person in one room, with two watermarks that only move forward.

    ``unread_from`` is where the person wants to go on reading; it counts instead of ``read_seq`` until they read on.
    ``moves`` says when the marks moved lately (`chat.moves`).
    """

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        MODERATOR = "moderator"
        MEMBER = "member"

    class Level(models.TextChoices):
        ALL = "all", "Every message"
        MENTIONS = "mentions", "Mentions only"
        NOTHING = "nothing", "Nothing"

    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    read_seq = models.PositiveBigIntegerField(default=0)
    delivered_seq = models.PositiveBigIntegerField(default=0)
    unread_from = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    moves = ArrayField(ArrayField(models.BigIntegerField(), size=3), null=True, editable=False)
    level = models.CharField("notify me of", max_length=10, choices=Level.choices, default=Level.ALL)
    muted = models.BooleanField(default=False)
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    wrote_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Whether he blocks the other of a direct room, or is blocked by him; known only of seats read for writing.
    blocks = False
    is_blocked = False
    # The version of the filters, as it was when the seat was read.
    rules = 0

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "user"], name="membership_once_per_room_and_user"),
            models.CheckConstraint(
                condition=Q(read_seq__lte=F("delivered_seq")), name="membership_what_is_read_was_delivered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Message(models.Model):
    """What somebody said, or what happened (``system``). Deleting keeps the row; only moderators see its body."""

    class Kind(models.TextChoices):
        TEXT = "text"
        SYSTEM = "system"

    # Each index is written for each message: what leads a unique constraint has none of its own, and what most
    # messages leave empty has one of those that do not.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="messages")
    seq = models.PositiveBigIntegerField()
    changed_seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TEXT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="messages"
    )
    client_id = models.UUIDField(
        null=True, help_text="Made by the client before its first try; a resend is the same message."
    )
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    event = models.JSONField(
        null=True, blank=True, editable=False, help_text="What happened, where it is a system message."
    )
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, db_index=False, related_name="replies"
    )
    # No foreign key in the database: to check it would cost each message, also those that answer nothing.
    thread_root = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Where the thread begins that it belongs to: what it answers, or what that belongs to.",
    )
    forwarded_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="forwards",
    )
    mentioned = ArrayField(models.BigIntegerField(), default=list, editable=False, help_text="Who is named in it.")
    mentions_room = models.BooleanField(default=False, editable=False)
    reacted = models.JSONField(
        null=True, editable=False, help_text="Its reactions as they are shown, made anew at each from their rows."
    )
    attached = models.JSONField(
        null=True,
        editable=False,
        help_text="Its attachments as they are shown, made anew from their rows.",
    )
    preview = models.JSONField(
        null=True,
        editable=False,
        help_text="What its first link leads to; an empty object where its author took it off.",
    )
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    delete_reason = models.CharField(max_length=200, blank=True)

    told: dict[str, Any] | None = None
    """What the room was told of it last, where that was just now: its sender gets the same answer."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "seq"], name="message_seq_once_per_room"),
            models.UniqueConstraint(fields=["author", "client_id"], name="message_client_id_once_per_author"),
            models.CheckConstraint(condition=Q(changed_seq__gte=F("seq")), name="message_changes_after_it_was_sent"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["room", "changed_seq"], name="message_log_of_room"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="message_deleted"),
            models.Index(fields=["thread_root", "seq"], condition=Q(thread_root__isnull=False), name="message_thread"),
            models.Index(fields=["reply_to"], condition=Q(reply_to__isnull=False), name="message_answering"),
            models.Index(fields=["forwarded_from"], condition=Q(forwarded_from__isnull=False), name="message_forward"),
            models.Index(fields=["pinned_by"], condition=Q(pinned_by__isnull=False), name="message_pinned_by"),
            models.Index(fields=["deleted_by"], condition=Q(deleted_by__isnull=False), name="message_deleted_by"),
        ]

    def __str__(self) -> str:
        return f"Message {self.seq} in room {self.room_id}"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class SavedMessage(models.Model):
    """A message that somebody keeps for later; nobody else knows."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="saved")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_messages")
    saved_at = models.DateTimeField(default=timezone.now)
    remind_at = models.DateTimeField(null=True, help_text="When to remind of it; empty once that is done.")
    reminded_at = models.DateTimeField(null=True, help_text="When its time came, until somebody takes note of it.")

    objects = SavedMessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "message"], name="saved_once_per_user_and_message"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "saved_at"], name="saved_by_user"),
            models.Index(fields=["user"], name="reminders_that_wait", condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Message {self.message_id}, kept by {self.user_id}"


class Draft(models.Model):
    """What somebody has begun to write in a room, or in one of its threads, the same on all their devices."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    # No foreign key in the database: to make it would hold up whoever writes messages meanwhile.
    thread_root = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        db_constraint=False,
        related_name="+",
        help_text="Where the thread begins that it is written in; none: it is written in the conversation.",
    )
    body = models.TextField()
    reply_to = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    attached = models.JSONField(null=True, editable=False, help_text="Ids of what was uploaded for it.")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Two of them: to a constraint of all three columns, what has no thread would never be the same.
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "room"], condition=Q(thread_root=None), name="draft_once_per_user_and_room"
            ),
            models.UniqueConstraint(
                fields=["user", "room", "thread_root"],
                condition=Q(thread_root__isnull=False),
                name="draft_once_per_user_and_thread",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.user_id} in room {self.room_id}"


class PushMark(models.Model):
    """Up to where somebody was told of a room by push: of those alone who have a device that is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "room"], name="push_once_per_user_and_room")]

    def __str__(self) -> str:
        return f"{self.user_id} was told of room {self.room_id} up to {self.seq}"


class Invitation(models.Model):
    """A way into a private room: for one person (``user``), or a link for whoever has it (``token_hash``)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="invitations")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique if any
    expires_at = models.DateTimeField()
    uses_left = models.PositiveIntegerField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "user"], name="invitation_once_per_room_and_user"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, token_hash__isnull=True)
                | Q(user__isnull=True, token_hash__isnull=False),
                name="invitation_for_a_person_or_a_link",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation to room {self.room_id}"


class Block(models.Model):
    """Somebody wants to hear nothing from somebody else, who is not told."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once_per_pair"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_of_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
