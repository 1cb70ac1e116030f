"""Rooms of many in REST: what comes in, checked for shape only, and what goes out, for the documentation."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import CardSerializer, StrictSerializer, user_card
from chat.models import Invitation, Membership, Room
from chat.request_serializers import NumberField, TextField
from chat.serializers import moment, picture_address
from chat.services.invitations import DAYS, MOST_DAYS, MOST_USES
from chat.services.members import MOST_ADDED
from chat.services.rooms import SLOWEST_SECONDS
from chat.titles import NAME_LENGTH, TOPIC_LENGTH

_USER = "The id of the person."


class RoomChangesSerializer(StrictSerializer):
    """What may be changed of a room; what is left out stays."""

    name = TextField(required=False, help_text=f"1 to {NAME_LENGTH} characters.")
    topic = TextField(required=False, help_text=f"At most {TOPIC_LENGTH} characters.")
    read_only = serializers.BooleanField(  # type: ignore[assignment]  # a field of ours, not an option of DRF
        required=False, help_text="Only moderators, admins and owners write."
    )
    slow_seconds = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=SLOWEST_SECONDS,
        help_text="How long a member waits between two messages; 0 for not at all.",
    )


class PublicRoomsQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=80, help_text="Words of its name or topic."
    )


class PublicRoomSerializer(serializers.Serializer[Any]):
    """A public room, as anybody may see it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    topic = serializers.CharField()
    picture = serializers.CharField(
        allow_null=True, help_text="Path of its picture, 256 px wide, and with `96/` behind it 96; null: its initials."
    )
    member_count = serializers.IntegerField()
    joined = serializers.BooleanField(help_text="Whether you are in it.")


class AddMembersSerializer(StrictSerializer):
    users = serializers.ListField(
        child=NumberField(),
        min_length=1,
        max_length=MOST_ADDED,
        help_text="The ids of the people. Who is in the room already stays as they are.",
    )


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class NewOwnerSerializer(StrictSerializer):
    user = NumberField(help_text=_USER)


class MemberSerializer(serializers.Serializer[Any]):
    """Somebody in a room."""

    user = CardSerializer()
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    joined_at = serializers.DateTimeField()


class InviteSerializer(StrictSerializer):
    """For one person, or without `user` a link for whoever has it."""

    user = NumberField(required=False, help_text=_USER)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DAYS, help_text="How long it is open.")
    uses = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_USES,
        help_text="How many may come by a link; any number unless given.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "user" in attrs and "uses" in attrs:
            raise serializers.ValidationError({"uses": ["An invitation for one person has no number of uses."]})
        return attrs


class InvitationSerializer(serializers.Serializer[Any]):
    """An open invitation, as the room's moderators see it."""

    id = serializers.IntegerField()
    user = CardSerializer(allow_null=True, help_text="Whom it is for; null for a link.")
    created_by = CardSerializer()
    expires_at = serializers.DateTimeField()
    uses_left = serializers.IntegerField(allow_null=True, help_text="null for any number.")


class NewInvitationSerializer(InvitationSerializer):
    """The same, and once only the token of a link."""

    token = serializers.CharField(allow_null=True, help_text="Of a link. It cannot be asked for again.")


class InvitedRoomSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Room.Kind.choices)
    member_count = serializers.IntegerField()


class ReceivedInvitationSerializer(serializers.Serializer[Any]):
    """An invitation, as the invited see it: where to and by whom, and nothing that was said there."""

    id = serializers.IntegerField()
    room = InvitedRoomSerializer()
    created_by = CardSerializer()
    expires_at = serializers.DateTimeField()


def public_room_data(room: Any) -> dict[str, Any]:
    """Describe a row of ``find_public_rooms``."""
    return {
        "id": room.pk,
        "name": room.name,
        "topic": room.topic,
        "picture": picture_address(room.pk, room.picture),
        "member_count": room.member_count,
        "joined": room.is_mine,
    }


def member_data(seat: Membership) -> dict[str, Any]:
    return {"user": user_card(seat.user), "role": seat.role, "joined_at": moment(seat.joined_at)}


def invitation_data(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.pk,
        "user": user_card(invitation.user) if invitation.user else None,
        "created_by": user_card(invitation.created_by),
        "expires_at": moment(invitation.expires_at),
        "uses_left": invitation.uses_left,
    }


def received_invitation_data(invitation: Invitation) -> dict[str, Any]:
    room = invitation.room
    return {
        "id": invitation.pk,
        "room": {"name": room.name, "kind": room.kind, "member_count": room.member_count},
        "created_by": user_card(invitation.created_by),
        "expires_at": moment(invitation.expires_at),
    }
