"""Rooms, messages and people over REST: the door for scripts, and for browsers without a socket.

Each action is shape, one service call or one read, answer. Rows come from `visible_to`, so what belongs to others is
as missing as what is not there.
"""

from typing import Any, cast

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.serializers import user_card
from accounts.switches import status_of
from chat import limits, services
from chat.api_serializers import DirectoryEntrySerializer, MessageSerializer, PageSerializer, RoomSerializer
from chat.keeping import OF_LIST, OF_ROOM, kept
from chat.models import Room
from chat.once import message_json
from chat.pagination import PeoplePagination, RoomPagination
from chat.querysets import RoomQuerySet
from chat.request_serializers import (
    OpenRoomSerializer,
    PageQuerySerializer,
    PeopleQuerySerializer,
    ReadSerializer,
    SendSerializer,
)
from chat.scrollback import read_page
from chat.serializers import message_data
from chat.summaries import summaries, summary
from chat.threads import reply_counts


class ChatViewSet(GenericViewSet[Any]):
    """What all have in common: somebody asks."""

    @property
    def user(self) -> User:
        return cast("User", self.request.user)


class RoomViewSet(ChatViewSet):
    """The rooms you are in."""

    serializer_class = RoomSerializer
    pagination_class = RoomPagination

    def get_queryset(self) -> RoomQuerySet:
        return Room.objects.visible_to(self.user).listed_for(self.user)

    @kept(OF_LIST)
    def list(self, request: Request) -> Response:
        """Your rooms by last activity, newest first, each with its last message and what you have not read."""
        rooms = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(summaries(self.user, [room.pk for room in rooms]))

    def retrieve(self, request: Request, room_id: int) -> Response:
        return Response(self._summary(room_id))

    @extend_schema(
        request=OpenRoomSerializer,
        responses={200: OpenApiResponse(RoomSerializer, "It was there already."), 201: RoomSerializer},
    )
    def create(self, request: Request) -> Response:
        """Open the direct room with somebody, of which there is one for each pair, or make a room that you own."""
        fields = checked(OpenRoomSerializer, request.data)
        if fields["kind"] == Room.Kind.DIRECT:
            room, created = services.open_direct_room(user=self.user, other_id=fields["user"])
        else:
            limits.check(limits.GROUPS, self.user.pk)
            room, created = services.create_room(user=self.user, **fields), True
        return Response(self._summary(room.pk), status=201 if created else 200)

    @extend_schema(request=ReadSerializer, responses=RoomSerializer)
    def read(self, request: Request, room_id: int) -> Response:
        """Move your read mark forward. The others in the room see it, and your other devices."""
        seq = checked(ReadSerializer, request.data)["seq"]
        services.mark_read(user=self.user, room_id=room_id, read_seq=seq)
        return Response(self._summary(room_id))

    def _summary(self, room_id: int) -> dict[str, Any]:
        if (found := summary(self.user, room_id)) is None:
            raise Http404
        return found


class RoomMessageViewSet(ChatViewSet):
    """The messages of one room you are in."""

    serializer_class = MessageSerializer
    pagination_class = None

    @kept(OF_ROOM)
    @extend_schema(parameters=[PageQuerySerializer], responses=PageSerializer)
    def list(self, request: Request, room_id: int) -> Response:
        """A page of messages, oldest first: the newest ones, or those before, after or around a seq."""
        wanted = checked(PageQuerySerializer, request.query_params)
        if (page := read_page(user_id=self.user.pk, room_id=room_id, **wanted)) is None:
            raise Http404
        results = [message_json(message) for message in page.messages]
        answer: dict[str, Any] = {"results": results, "has_before": page.has_before, "has_after": page.has_after}
        return Response({**answer, "replies": reply_counts(page)} if settings.THREADS else answer)

    @extend_schema(request=SendSerializer, responses={201: MessageSerializer})
    def create(self, request: Request, room_id: int) -> Response:
        """Send a message. Trying again with the same `client_id` gives the same message and the same answer."""
        fields = checked(SendSerializer, request.data)
        limits.check(limits.SENDS, self.user.pk)
        return Response(message_data(services.send_message(author=self.user, room_id=room_id, **fields)), status=201)


class PeopleViewSet(ChatViewSet):
    """People to talk to."""

    serializer_class = DirectoryEntrySerializer
    pagination_class = PeoplePagination

    @extend_schema(parameters=[PeopleQuerySerializer], operation_id="users_list")
    def list(self, request: Request) -> Response:
        """Everybody active but you, by name; with `q`, those whose name or handle has words that begin so."""
        q = checked(PeopleQuerySerializer, request.query_params)["q"]
        people = self.paginate_queryset(services.find_people(user=self.user, q=q)) or []
        return self.get_paginated_response([_entry(person) for person in people])


def _entry(person: User) -> dict[str, Any]:
    more = {"status": status_of(person), "about": person.about, "time_zone": person.time_zone}
    return {**user_card(person), **more}


def checked(serializer_class: type[BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """The fields of a request in the right shape; refuses it otherwise."""
    serializer = serializer_class(data={} if data is None else data)  # `null` says nothing, like an empty body
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)
