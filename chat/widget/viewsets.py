"""REST for the widget on pages of other sites: to be let in, and to read and write in the site's rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.devices import Device
from accounts.serializers import MeSerializer, StrictSerializer, me_card
from chat import limits, services
from chat.api_serializers import MessageSerializer, PageSerializer, RoomSerializer
from chat.media_views import send_attachment
from chat.request_serializers import NumberField, PageQuerySerializer, ReadSerializer, SendSerializer
from chat.serializers import message_data, moment
from chat.services.visitors import KEY_LENGTH, MAX_BODY, check_body
from chat.snapshot import limits_of
from chat.viewsets import ChatViewSet, RoomMessageViewSet, RoomViewSet, checked
from chat.widget.authentication import VisitorAuthentication
from chat.widget.doors import origin_of


class VisitRequestSerializer(StrictSerializer):
    site = serializers.CharField(max_length=32, help_text="The site's public key.")
    token = serializers.CharField(
        required=False,
        help_text="What the site has signed. Without it: as a guest, if the site lets guests in.",
    )
    key = serializers.CharField(
        max_length=KEY_LENGTH, required=False, allow_blank=True, help_text="Of a guest who was here before."
    )
    room = NumberField(required=False)


class VisitSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="For the socket's first frame, and as a bearer token here.")
    expires_at = serializers.DateTimeField()
    user = MeSerializer()
    room = serializers.IntegerField(
        allow_null=True, help_text="Where they talk; null where that is a conversation of their own, not begun yet."
    )
    name = serializers.CharField(
        allow_null=True, help_text="Where visitors have conversations of their own: what theirs is called to them."
    )
    key = serializers.CharField(allow_null=True, help_text="For a new guest to keep and send along the next time.")
    limits = serializers.DictField(child=serializers.IntegerField())
    now = serializers.DateTimeField()


class VisitViewSet(ViewSet):
    """Letting visitors in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="widget_visit", request=VisitRequestSerializer, responses=VisitSerializer)
    def create(self, request: Request) -> Response:
        """Come in by the page of a site that is registered here. The page's origin must be one of the site's."""
        device = Device.of(request._request)
        limits.check(limits.VISITS, device.ip or "unknown")
        fields = checked(VisitRequestSerializer, request.data)
        visit = services.visit(
            site_key=fields["site"],
            origin=origin_of(request._request) if "Origin" in request.headers else "",
            device=device,
            token=fields.get("token"),
            key=fields.get("key", ""),
            room_id=fields.get("room"),
        )
        user = visit.session.user
        return Response(
            {
                "token": visit.token,
                "expires_at": moment(visit.session.expires_at),
                "user": me_card(user),
                "room": visit.room.pk if visit.room else None,
                "name": visit.name,
                "key": visit.key,
                "limits": limits_of(user),
                "now": moment(timezone.now()),
            },
            headers={"Cache-Control": "no-store"},
        )


class ConversationSerializer(StrictSerializer):
    client_id = serializers.UUIDField(help_text="Made before the first try; trying again is the same message.")
    body = serializers.CharField(max_length=MAX_BODY, trim_whitespace=False)


class ConversationViewSet(ChatViewSet):
    """A visitor's own conversation with the site's team."""

    authentication_classes = (VisitorAuthentication,)
    serializer_class = ConversationSerializer
    pagination_class = None

    @extend_schema(operation_id="widget_begin", request=ConversationSerializer, responses={201: MessageSerializer})
    def create(self, request: Request) -> Response:
        """Send a visitor's first message, and make the conversation that it begins."""
        fields = checked(ConversationSerializer, request.data)
        limits.check(limits.VISITOR_SENDS, self.user.pk)
        limits.check(limits.CONVERSATIONS, Device.of(request._request).ip or "unknown")
        return Response(message_data(services.begin_conversation(user=self.user, **fields)), status=201)


class VisitorRoomViewSet(RoomViewSet):
    """The rooms that a visitor is in."""

    authentication_classes = (VisitorAuthentication,)

    @extend_schema(operation_id="widget_room", responses=RoomSerializer)
    def enter(self, request: Request, room_id: int) -> Response:
        """How a room of the site stands; whoever is not in it yet comes in."""
        services.enter_site_room(user=self.user, room_id=room_id)
        return Response(self._summary(room_id))

    @extend_schema(operation_id="widget_read", request=ReadSerializer, responses=RoomSerializer)
    def mark_read(self, request: Request, room_id: int) -> Response:
        """Move the visitor's read mark forward, as `/api/rooms/{room}/read/` does."""
        return self.read(request, room_id)


class VisitorMediaViewSet(ChatViewSet):
    """What is attached to the messages that a visitor may read. No address of it opens anything without the visit."""

    authentication_classes = (VisitorAuthentication,)

    @extend_schema(
        operation_id="widget_media",
        parameters=[OpenApiParameter("attachment_id", UUID, OpenApiParameter.PATH)],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """A file as it was sent."""
        return send_attachment(request._request, self.user, attachment_id, None)

    @extend_schema(
        operation_id="widget_media_width",
        parameters=[OpenApiParameter("attachment_id", UUID, OpenApiParameter.PATH)],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def reduced(self, request: Request, attachment_id: UUID, width: int) -> HttpResponseBase:
        """A picture in one of its widths."""
        return send_attachment(request._request, self.user, attachment_id, width)


class VisitorMessageViewSet(RoomMessageViewSet):
    """The messages in them."""

    authentication_classes = (VisitorAuthentication,)

    @extend_schema(operation_id="widget_messages", parameters=[PageQuerySerializer], responses=PageSerializer)
    def page(self, request: Request, room_id: int) -> Response:
        """A page of messages, as of `/api/rooms/{room}/messages/`."""
        return self.list(request, room_id)

    @extend_schema(operation_id="widget_send", request=SendSerializer, responses={201: MessageSerializer})
    def send(self, request: Request, room_id: int) -> Response:
        """Send a message, of at most 4,000 characters."""
        check_body(checked(SendSerializer, request.data)["body"])
        limits.check(limits.VISITOR_SENDS, self.user.pk)
        return self.create(request, room_id)
