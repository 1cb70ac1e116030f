"""Users and their sessions. A session is one signed-in device; rows are written by `accounts.services`."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.appearance import Contrast, Density, Motion, TextSize, Theme
from accounts.devices import USER_AGENT_LENGTH, describe
from accounts.finding import words_of_people
from accounts.handles import EMAIL_TAKEN, HANDLE_TAKEN, insert_with_free_handle
from accounts.moderation.models import (
    Appeal,
    AuditEntry,
    AuditHead,
    FilterRule,
    FilterVersion,
    Notice,
    PersonNote,
    Sanction,
)
from accounts.names import (
    ABOUT_LENGTH,
    EMOJI_LENGTH,
    FULL_NAME_LENGTH,
    HANDLE_LENGTH,
    STATUS_LENGTH,
    clean_email,
    clean_full_name,
    fold_email,
    initials_of,
)
from accounts.push.models import PushSubscription
from accounts.querysets import SessionQuerySet, UserQuerySet

__all__ = [
    "Appeal",
    "AuditEntry",
    "AuditHead",
    "FilterRule",
    "FilterVersion",
    "Notice",
    "PersonNote",
    "PushSubscription",
    "Sanction",
    "Session",
    "User",
    "UserManager",
]

# As many as the style sheet has avatar colours; 30 degrees of the colour wheel each.
HUES = 12


class BaseManager(BaseUserManager["User"]):
    """Makes users in canonical form, for commands and tests; people come through `services.sign_up`."""

    def create_user(
        self,
        email: str,
        full_name: str,
        password: str | None = None,
        *,
        is_staff: bool = False,
        is_superuser: bool = False,
    ) -> User:
        user = self.model(
            email=clean_email(email),
            full_name=clean_full_name(full_name),
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        user.set_password(password)
        insert_with_free_handle(user)
        return user

    def create_superuser(self, email: str, full_name: str, password: str | None = None) -> User:
        return self.create_user(email, full_name, password, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=fold_email(username or ""))


UserManager = BaseManager.from_queryset(UserQuerySet)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in; or a visitor of another site's page, who has no e-mail address and cannot.

    E-mail and handle are stored in one canonical form, which makes them unique however they are typed.
    """

    # A text to whoever asks: they have somebody with an account before them. Only visitors have none.
    email: models.EmailField[str | None, str] = models.EmailField(  # type: ignore[misc]  # noqa: DJ001 - unique if any
        "e-mail address", max_length=254, null=True
    )
    email_verified_at = models.DateTimeField("address verified", null=True, blank=True, editable=False)
    full_name = models.CharField(max_length=FULL_NAME_LENGTH)
    handle = models.CharField(max_length=HANDLE_LENGTH)
    version = models.BigIntegerField(default=0, editable=False)
    is_visitor = models.BooleanField("visitor of another site", default=False, db_default=False, editable=False)
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    private_reading = models.BooleanField(
        "read in private", default=False, help_text="Nobody is told what this person has read, and they of nobody."
    )
    sends_typing = models.BooleanField("others see when they write", default=True)
    sees_typing = models.BooleanField("they see when others write", default=True)
    shows_previews = models.BooleanField("they see previews of links", default=True, db_default=True)
    invisible = models.BooleanField(default=False, help_text="They are offline to everybody else.")
    status_emoji = models.CharField(max_length=EMOJI_LENGTH, blank=True)
    status_text = models.CharField(max_length=STATUS_LENGTH, blank=True)
    status_until = models.DateTimeField(null=True, blank=True)
    about = models.CharField(max_length=ABOUT_LENGTH, blank=True, default="", db_default="")
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="As Europe/Lisbon.")
    language = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="They write in it, as de; empty: as the pages."
    )
    avatar = models.UUIDField(null=True, editable=False, help_text="Which picture of theirs is shown, if any.")
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM)
    contrast = models.CharField(max_length=6, choices=Contrast, default=Contrast.SYSTEM, db_default=Contrast.SYSTEM)
    text_size = models.CharField(max_length=6, choices=TextSize, default=TextSize.NORMAL, db_default=TextSize.NORMAL)
    density = models.CharField(max_length=8, choices=Density, default=Density.ROOMY, db_default=Density.ROOMY)
    motion = models.CharField(max_length=6, choices=Motion, default=Motion.SYSTEM, db_default=Motion.SYSTEM)
    # What sanctions and notices come to, where it is asked for with each message, sign-in and page.
    muted_until = models.DateTimeField(null=True, blank=True, editable=False)
    banned_until = models.DateTimeField(null=True, blank=True, editable=False)
    unread_notices = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    # Sessions know better when and where somebody signed in.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]  # noqa: RUF012 - Django's name for it, a list by its documentation

    class Meta:
        verbose_name_plural = "people"
        verbose_name = "person"
        ordering = ("full_name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["email"], name=EMAIL_TAKEN, violation_error_message="This e-mail address is taken."
            ),
            models.UniqueConstraint(
                fields=["handle"], name=HANDLE_TAKEN, violation_error_message="This handle is taken."
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_folded"),
            models.CheckConstraint(
                condition=Q(is_visitor=True, email__isnull=True) | Q(is_visitor=False, email__isnull=False),
                name="accounts_user_email_for_all_but_visitors",
            ),
            models.CheckConstraint(
                condition=Q(handle__regex=r"^[a-z0-9_]{2,30}$"), name="accounts_user_handle_canonical"
            ),
            models.CheckConstraint(condition=~Q(full_name=""), name="accounts_user_has_a_name"),
        )
        indexes = (
            GinIndex(words_of_people(), name="user_names", fastupdate=False),
            models.Index(
                fields=["full_name", "id"], name="user_by_name", condition=Q(is_active=True, is_visitor=False)
            ),
            # For lists of the admin: few are any of these, among very many.
            models.Index(fields=["id"], name="user_inactive", condition=Q(is_active=False)),
            models.Index(fields=["id"], name="user_staff", condition=Q(is_staff=True)),
            models.Index(fields=["id"], name="user_muted", condition=Q(muted_until__isnull=False)),
            models.Index(fields=["id"], name="user_banned", condition=Q(banned_until__isnull=False)),
        )

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ", 1)[0]

    @property
    def initials(self) -> str:
        return initials_of(self.full_name)

    @property
    def hue(self) -> int:
        """Colour of the avatar in degrees. The golden angle keeps neighbours by id apart on the wheel."""
        return int(self.pk * 137.508) % 360

    @property
    def hue_class(self) -> str:
        return f"h{self.hue * HUES // 360}"


class Session(models.Model):
    """A device on which somebody is signed in, until it is signed out here or there.

    Tokens are not stored. A pair can be minted again from `id`, `user`, `generation` and `rotated_at`, so
    that several tabs that refresh at once get one and the same pair.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=USER_AGENT_LENGTH, blank=True)
    ip = models.GenericIPAddressField("IP address", null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("-last_used_at",)
        # Neither changes when a device is used, which is often.
        indexes = (
            models.Index(fields=["-created_at", "id"], name="session_by_age"),
            models.Index(fields=["ip", "-created_at"], name="session_of_address"),
        )

    def __str__(self) -> str:
        return self.device

    @property
    def device(self) -> str:
        """The device in words."""
        return describe(self.user_agent)


class AddressChange(models.Model):
    """Somebody wants to sign in with another address: it holds once it is confirmed there, and can be undone from here.

    The row stays while that is so: nobody else gets the old address meanwhile (`accounts.addresses`).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_changes")
    old_email = models.EmailField(max_length=254)
    new_email = models.EmailField(max_length=254)
    was_verified = models.BooleanField(help_text="Whether they had said that the old address is theirs.")
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    called_off_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["old_email"], name="address_changes_from")]

    def __str__(self) -> str:
        return f"Change {self.pk} of the address of {self.user_id}"

    @property
    def is_open(self) -> bool:
        """Whether it may still come to hold; links have their own time."""
        return self.confirmed_at is None and self.called_off_at is None and self.undone_at is None


class Mail(models.Model):
    """A mail to somebody: which, and whether it was sent. What stands in it is written when it is sent, and not kept.

    `address` is where it goes if not to that of the user. `session_id` is the device that it tells of; devices are
    forgotten before mails are, so it is no foreign key. `change` is the change of an address that it is about, `until`
    when the invitation is over that it brings to somebody who is nobody here yet.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="mails")
    kind = models.CharField(max_length=16)
    address = models.EmailField("goes to", max_length=254, blank=True, db_default="", help_text="Empty: to the user's.")
    session_id = models.UUIDField(null=True)
    change = models.ForeignKey("AddressChange", on_delete=models.CASCADE, null=True, related_name="mails")
    until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} to person {self.user_id}" if self.user_id else f"{self.kind} to nobody yet"
