"""Pictures of people and of rooms over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.serializers import MeSerializer, StrictSerializer, me_card
from accounts.viewsets import NO_CONTENT
from chat import limits, services
from chat.api_serializers import RoomSerializer
from chat.services.faces import Crop
from chat.viewsets import ChatViewSet, RoomViewSet, checked

LARGEST = 100_000


class FaceSerializer(StrictSerializer):
    """A picture, and which square of it; without one, its middle."""

    file = serializers.FileField(allow_empty_file=True)
    x = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    y = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    size = serializers.IntegerField(
        min_value=1, max_value=LARGEST, required=False, help_text="Of the square, in pixels of the upright picture."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        square = [attrs.pop(name, None) for name in ("x", "y", "size")]
        if square == [None] * 3:
            return attrs
        if None in square:
            raise serializers.ValidationError("Give all of x, y and size, or none of them.")
        return {**attrs, "crop": Crop(*square)}


def take_in(request: Request, user_id: int) -> dict[str, Any]:
    """The picture that comes with a request, counted as an upload."""
    limits.check(limits.UPLOADS, user_id)
    fields = checked(FaceSerializer, request.data)
    limits.check_bytes(user_id, fields["file"].size)
    return fields


class AvatarViewSet(ChatViewSet):
    """Your own picture."""

    serializer_class = MeSerializer
    pagination_class = None

    @extend_schema(request={"multipart/form-data": FaceSerializer}, responses=MeSerializer)
    def update(self, request: Request) -> Response:
        """Show another picture of yourself, everywhere and at once."""
        services.set_avatar(user=self.user, **take_in(request, self.user.pk))
        return Response(me_card(self.user))

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request) -> Response:
        """Show your initials again."""
        services.drop_avatar(user=self.user)
        return Response(status=204)


class RoomPictureViewSet(RoomViewSet):
    """The picture of a room. Its admins and owners change it."""

    @extend_schema(request={"multipart/form-data": FaceSerializer}, responses=RoomSerializer)
    def update(self, request: Request, room_id: int) -> Response:
        """Show another picture of the room."""
        services.set_picture(actor=self.user, room_id=room_id, **take_in(request, self.user.pk))
        return Response(self._summary(room_id))

    @extend_schema(responses=RoomSerializer)
    def destroy(self, request: Request, room_id: int) -> Response:
        """Show the room's initials again."""
        services.drop_picture(actor=self.user, room_id=room_id)
        return Response(self._summary(room_id))
