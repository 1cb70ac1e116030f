"""Over REST, what is somebody's own: how they have a room, what they have begun to write, and whom they block."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.serializers import CardSerializer, user_card
from accounts.viewsets import NO_CONTENT
from chat import limits, services
from chat.api_serializers import ReadersSerializer, RoomSerializer
from chat.models import Block, Message
from chat.pagination import PeoplePagination
from chat.readers import readers_of
from chat.request_serializers import DraftQuerySerializer, DraftSerializer, PreferencesSerializer, UnreadSerializer
from chat.viewsets import ChatViewSet, RoomViewSet, checked
from presence.viewsets import PresenceViewSet


class OwnRoomViewSet(RoomViewSet):
    """A room as you have it; all of it concerns you alone, and your other devices hear of it."""

    @extend_schema(request=UnreadSerializer, responses=RoomSerializer)
    def mark_unread(self, request: Request, room_id: int) -> Response:
        """Count the messages from `seq` on as unread again. Nobody else learns of it; reading on takes it back."""
        seq = checked(UnreadSerializer, request.data)["seq"]
        services.mark_unread(user=self.user, room_id=room_id, seq=seq)
        return Response(self._summary(room_id))

    @extend_schema(request=PreferencesSerializer, responses=RoomSerializer)
    def partial_update(self, request: Request, room_id: int) -> Response:
        """Change what you are told of, whether the room is muted, and whether it stands on top of your list."""
        fields = checked(PreferencesSerializer, request.data)
        services.set_preferences(user=self.user, room_id=room_id, **fields)
        return Response(self._summary(room_id))

    @extend_schema(request=DraftSerializer, responses=RoomSerializer)
    def save_draft(self, request: Request, room_id: int) -> Response:
        """Keep what you have written so far for your other devices. An empty one is forgotten."""
        fields = checked(DraftSerializer, request.data)
        limits.check(limits.DRAFTS, self.user.pk)
        services.save_draft(user=self.user, room_id=room_id, **fields)
        return Response(self._summary(room_id))

    @extend_schema(parameters=[DraftQuerySerializer], responses={204: NO_CONTENT})
    def drop_draft(self, request: Request, room_id: int) -> Response:
        """Forget what you had written."""
        services.drop_draft(user=self.user, room_id=room_id, **checked(DraftQuerySerializer, request.query_params))
        return Response(status=204)


class ReadersViewSet(ChatViewSet):
    """Who has received and read a message."""

    serializer_class = ReadersSerializer

    @extend_schema(operation_id="messages_readers", responses=ReadersSerializer)
    def retrieve(self, request: Request, message_id: int) -> Response:
        """By name and with the time in rooms of up to 100 people, in numbers above; reading in private stays so."""
        messages = Message.objects.visible_to(self.user).select_related("room")
        return Response(readers_of(get_object_or_404(messages, pk=message_id), asker=self.user))


class AcquaintancePresenceViewSet(PresenceViewSet):
    """Presence, but between people of whom one blocks the other."""

    def get_people(self) -> QuerySet[User]:
        either = Q(blocker=self.request.user, blocked=OuterRef("pk")) | Q(
            blocked=self.request.user, blocker=OuterRef("pk")
        )
        return super().get_people().exclude(Exists(Block.objects.filter(either)))


class BlockViewSet(ChatViewSet):
    """People you want to hear nothing from."""

    serializer_class = CardSerializer
    pagination_class = PeoplePagination

    @extend_schema(operation_id="blocks_list")
    def list(self, request: Request) -> Response:
        """The people you block, by name."""
        people: Any = self.paginate_queryset(services.blocked_by(user=self.user)) or []
        return self.get_paginated_response([user_card(person) for person in people])

    @extend_schema(request=None, responses={204: NO_CONTENT})
    def create(self, request: Request, user_id: int) -> Response:
        """Block somebody: neither of you can write to the other, or sees where the other is. They are not told."""
        services.block(user=self.user, other_id=user_id)
        return Response(status=204)

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, user_id: int) -> Response:
        """Unblock somebody."""
        services.unblock(user=self.user, other_id=user_id)
        return Response(status=204)
