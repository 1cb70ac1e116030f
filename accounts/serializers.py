"""Shapes of accounts in JSON. What comes in is checked for shape only; `accounts.services` does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from rest_framework import serializers

from accounts.appearance import APPEARANCE, Contrast, Density, Motion, TextSize, Theme
from accounts.dependencies import note_person
from accounts.mail.tokens import CONFIRM_WITHIN
from accounts.models import AddressChange, Session, User

UNKNOWN_FIELD = "There is no such field. Check its spelling or leave it out."
NOT_AN_OBJECT = "Send a JSON object."


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields: a misspelt one is not lost in silence, nor a smuggled one obeyed."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": [NOT_AN_OBJECT]})
        writable = {field.field_name for field in self._writable_fields}
        unknown = sorted(str(name) for name in data if name not in writable)
        if unknown:
            raise serializers.ValidationError({name: [UNKNOWN_FIELD] for name in unknown})
        return super().to_internal_value(data)


class SignUpSerializer(StrictSerializer):
    full_name = serializers.CharField(max_length=200)
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)
    time_zone = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="As the browser says it; what is none is left out."
    )
    invitation = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1000,
        help_text="The last part of the link of an invitation, where one is needed: without it 403 `sign_up_closed`.",
    )


class SignInSerializer(StrictSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class ProfileSerializer(StrictSerializer):
    full_name = serializers.CharField(max_length=200, required=False)
    handle = serializers.CharField(max_length=60, required=False)
    about = serializers.CharField(
        max_length=400, allow_blank=True, required=False, help_text="A line about you that others see."
    )
    time_zone = serializers.CharField(
        max_length=200, allow_blank=True, required=False, help_text="As `Europe/Lisbon`; others see your local time."
    )
    language = serializers.CharField(
        max_length=16, allow_blank=True, required=False, help_text="What you write from now on is in it, as `de`."
    )


class SwitchesSerializer(StrictSerializer):
    """What others are told of you; what is left out stays."""

    private_reading = serializers.BooleanField(
        required=False, help_text="Nobody learns what you have read, and you do not learn it of others."
    )
    sends_typing = serializers.BooleanField(required=False, help_text="Others see when you write.")
    sees_typing = serializers.BooleanField(required=False, help_text="You see when others write.")
    shows_previews = serializers.BooleanField(
        required=False, help_text="Pages show you what links lead to, where the operator has turned that on."
    )
    invisible = serializers.BooleanField(required=False, help_text="You are offline to everybody else.")
    status_emoji = serializers.CharField(max_length=60, allow_blank=True, required=False)
    status_text = serializers.CharField(max_length=200, allow_blank=True, required=False)
    status_until = serializers.DateTimeField(allow_null=True, required=False, help_text="When the status ends.")


class AppearanceSerializer(StrictSerializer):
    """How pages look to you, on all devices; what is left out stays."""

    theme = serializers.ChoiceField(choices=Theme.choices, required=False)
    contrast = serializers.ChoiceField(choices=Contrast.choices, required=False)
    text_size = serializers.ChoiceField(choices=TextSize.choices, required=False)
    density = serializers.ChoiceField(choices=Density.choices, required=False)
    motion = serializers.ChoiceField(choices=Motion.choices, required=False)


class MeChangesSerializer(ProfileSerializer, SwitchesSerializer, AppearanceSerializer):
    """Who you are, what others are told of you, and how pages look to you; what is left out stays."""


class ChangeAddressSerializer(StrictSerializer):
    email = serializers.CharField(max_length=254, help_text="The address to sign in with from now on.")
    current_password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class PendingAddressSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    until = serializers.DateTimeField(help_text="When the link in the mail is over.")


class AddressSerializer(serializers.Serializer[Any]):
    """The address one signs in with, and the one that waits to be confirmed."""

    email = serializers.EmailField()
    verified = serializers.BooleanField()
    pending = PendingAddressSerializer(allow_null=True)


class CardSerializer(serializers.Serializer[User]):
    """What everybody may know of a user. Never the e-mail address."""

    id = serializers.IntegerField()
    full_name = serializers.CharField()
    handle = serializers.CharField()
    initials = serializers.CharField()
    hue = serializers.CharField(help_text="One of h0 to h11: the colour of the avatar.")
    avatar = serializers.CharField(
        allow_null=True,
        help_text="Path of their picture, 256 px wide, and with `96/` behind it 96; another one with each picture. "
        "null: their initials stand for them.",
    )


class MeSerializer(CardSerializer):
    email = serializers.EmailField(allow_null=True)
    is_staff = serializers.BooleanField()
    private_reading = serializers.BooleanField()
    sends_typing = serializers.BooleanField()
    sees_typing = serializers.BooleanField()
    shows_previews = serializers.BooleanField()
    invisible = serializers.BooleanField()
    status_emoji = serializers.CharField()
    status_text = serializers.CharField()
    status_until = serializers.DateTimeField(allow_null=True)
    about = serializers.CharField()
    time_zone = serializers.CharField(help_text="Empty where you have told none.")
    language = serializers.CharField(help_text="Empty: that of the pages.")
    theme = serializers.ChoiceField(choices=Theme.choices)
    contrast = serializers.ChoiceField(choices=Contrast.choices)
    text_size = serializers.ChoiceField(choices=TextSize.choices)
    density = serializers.ChoiceField(choices=Density.choices)
    motion = serializers.ChoiceField(choices=Motion.choices)


class SessionSerializer(serializers.Serializer[Session]):
    """A signed-in device of one's own."""

    id = serializers.UUIDField()
    device = serializers.CharField()
    ip = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether it is the one that asks.")


class SessionsSerializer(serializers.Serializer[Any]):
    results = SessionSerializer(many=True)


class CsrfSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField()


class Named(Protocol):
    """A user, or what stands for one where models are too slow."""

    @property
    def pk(self) -> int: ...
    @property
    def full_name(self) -> str: ...
    @property
    def handle(self) -> str: ...
    @property
    def avatar(self) -> UUID | None: ...


def user_card(user: Named) -> dict[str, Any]:
    """What everybody may know of a user; see `CardSerializer`. Plain, as long lists are made of it."""
    note_person(user.pk)
    look = _look(user.pk, user.full_name, user.avatar)
    return {"id": user.pk, "full_name": user.full_name, "handle": user.handle, **look}


@lru_cache(maxsize=10_000)
def _look(user_id: int, full_name: str, avatar: UUID | None) -> dict[str, str | None]:
    """What a card has to say about somebody's looks; it is in every message, and seldom changes."""
    user = User(pk=user_id, full_name=full_name)
    address = f"/avatars/{user_id}/{avatar}/" if avatar else None
    return {"initials": user.initials, "hue": user.hue_class, "avatar": address}


def me_card(user: User) -> dict[str, Any]:
    """What somebody may know of themselves."""
    until = user.status_until
    return {
        **user_card(user),
        "email": user.email,
        "is_staff": user.is_staff,
        "private_reading": user.private_reading,
        "sends_typing": user.sends_typing,
        "sees_typing": user.sees_typing,
        "shows_previews": user.shows_previews,
        "invisible": user.invisible,
        "status_emoji": user.status_emoji,
        "status_text": user.status_text,
        "status_until": until and until.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **{name: getattr(user, name) for name in ("about", "time_zone", "language", *APPEARANCE)},
    }


def address_data(user: User, pending: AddressChange | None) -> dict[str, Any]:
    """The address somebody signs in with; see `AddressSerializer`."""
    waiting = pending and {"email": pending.new_email, "until": pending.asked_at + CONFIRM_WITHIN}
    return {"email": user.email, "verified": user.email_verified_at is not None, "pending": waiting}


def session_data(session: Session, *, current: Session | None) -> dict[str, Any]:
    """A signed-in device of one's own; see `SessionSerializer`."""
    return {
        "id": session.pk,
        "device": session.device,
        "ip": session.ip,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "current": session == current,
    }
