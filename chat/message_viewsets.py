"""Single messages over REST, and the lists of those that are pinned or kept for later."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import NO_CONTENT
from accounts.zones import zone_of
from chat import limits, services
from chat.api_serializers import (
    KeptReminderSerializer,
    MessageDetailsSerializer,
    MessageSerializer,
    ReactedSerializer,
    ReminderSerializer,
    RevisionSerializer,
    SavedMessageSerializer,
)
from chat.histories import reactions_of, reason_of, revisions_of
from chat.models import Message, Room, SavedMessage
from chat.pagination import SavedPagination
from chat.querysets import MessageQuerySet
from chat.reminding import Reminded, chosen, is_due
from chat.request_serializers import DeleteSerializer, EditSerializer, ForwardSerializer, RemindSerializer
from chat.serializers import message_data, moment
from chat.viewsets import ChatViewSet, checked


class MessageViewSet(ChatViewSet):
    """Single messages in the rooms you are in."""

    serializer_class = MessageSerializer
    pagination_class = None

    def get_queryset(self) -> MessageQuerySet:
        return Message.objects.visible_to(self.user).with_people()

    @extend_schema(responses=MessageDetailsSerializer)
    def retrieve(self, request: Request, message_id: int) -> Response:
        """One message. If a moderator deleted it, its author and the moderators learn why."""
        message = self._message(message_id)
        return Response({**message_data(message), "delete_reason": reason_of(message, reader=self.user)})

    @extend_schema(request=EditSerializer, responses=MessageSerializer)
    def partial_update(self, request: Request, message_id: int) -> Response:
        """Change the text of a message of your own, for a while after sending it. What it said before is kept."""
        fields = checked(EditSerializer, request.data)
        return self._change(services.edit_message, message_id, **fields)

    @extend_schema(request=DeleteSerializer, responses=MessageSerializer)
    def destroy(self, request: Request, message_id: int) -> Response:
        """Take back a message of your own, or, as a moderator, another one. What is left of it keeps its place."""
        fields = checked(DeleteSerializer, request.data)
        return self._change(services.delete_message, message_id, **fields)

    @extend_schema(request=None, responses=MessageSerializer)
    def restore(self, request: Request, message_id: int) -> Response:
        """Undo the deletion of a message of your own, within 10 seconds."""
        return self._change(services.restore_message, message_id)

    @extend_schema(responses=RevisionSerializer(many=True))
    def revisions(self, request: Request, message_id: int) -> Response:
        """What a message said, from the first text to the one that it has now. Nothing, once it is deleted."""
        return Response(revisions_of(self._message(message_id)))

    @extend_schema(responses=ReactedSerializer(many=True))
    def reactions(self, request: Request, message_id: int) -> Response:
        """Who reacted, with what."""
        return Response(reactions_of(self._message(message_id)))

    @extend_schema(request=None, responses=MessageSerializer)
    def react(self, request: Request, message_id: int, emoji: str) -> Response:
        """Put an emoji on a message."""
        return self._change(services.react, message_id, emoji=emoji, on=True)

    @extend_schema(responses=MessageSerializer)
    def take_off(self, request: Request, message_id: int, emoji: str) -> Response:
        """Take your emoji off again."""
        return self._change(services.react, message_id, emoji=emoji, on=False)

    @extend_schema(request=None, responses=MessageSerializer)
    def pin(self, request: Request, message_id: int) -> Response:
        """Pin a message for everybody in its room."""
        return self._change(services.pin_message, message_id, on=True)

    @extend_schema(responses=MessageSerializer)
    def unpin(self, request: Request, message_id: int) -> Response:
        """Take the pin off."""
        return self._change(services.pin_message, message_id, on=False)

    @extend_schema(responses=MessageSerializer)
    def remove_preview(self, request: Request, message_id: int) -> Response:
        """Take off a message of your own what is shown of its link, for everybody."""
        return self._change(services.remove_preview, message_id)

    @extend_schema(request=None, responses={204: NO_CONTENT})
    def played(self, request: Request, message_id: int, attachment_id: UUID) -> Response:
        """You have heard a voice message."""
        self._change(services.mark_played, message_id, attachment_id=attachment_id)
        return Response(status=204)

    @extend_schema(request=ForwardSerializer, responses={201: MessageSerializer})
    def forward(self, request: Request, message_id: int) -> Response:
        """Say in another room what a message says. It stays as it is then, whatever becomes of the first one."""
        fields = checked(ForwardSerializer, request.data)
        limits.check(limits.SENDS, self.user.pk)
        sent = services.forward_message(
            author=self.user, message_id=message_id, room_id=fields["room"], client_id=fields["client_id"]
        )
        return Response(message_data(sent), status=201)

    @extend_schema(responses=MessageSerializer)
    def origin(self, request: Request, message_id: int) -> Response:
        """Where a forwarded message comes from, if you may see that."""
        return Response(message_data(services.origin_of(user=self.user, message_id=message_id)))

    def _message(self, message_id: int) -> Message:
        return get_object_or_404(self.get_queryset(), pk=message_id)

    def _change(self, service: Any, message_id: int, **fields: Any) -> Response:
        limits.check(limits.CHANGES, self.user.pk)
        return Response(message_data(service(actor=self.user, message_id=message_id, **fields)))


class PinViewSet(ChatViewSet):
    """The pinned messages of a room you are in."""

    serializer_class = MessageSerializer
    pagination_class = None

    @extend_schema(responses=MessageSerializer(many=True))
    def list(self, request: Request, room_id: int) -> Response:
        """At most 50, the one that was pinned last first."""
        room = get_object_or_404(Room.objects.visible_to(self.user), pk=room_id)
        pins = Message.objects.filter(room=room).pinned().order_by("-pinned_at")
        return Response([message_data(row) for row in pins.rows()])


class SavedViewSet(ChatViewSet):
    """Messages that you keep for later; nobody else knows."""

    serializer_class = SavedMessageSerializer
    pagination_class = SavedPagination

    def list(self, request: Request) -> Response:
        """Those that you may still see, the one that you kept last first."""
        saved = self.paginate_queryset(Message.objects.saved_by(self.user)) or []
        return self.get_paginated_response([_saved(message) for message in saved])

    @extend_schema(request=None, responses={204: NO_CONTENT})
    def create(self, request: Request, message_id: int) -> Response:
        """Keep a message for later."""
        services.save_message(user=self.user, message_id=message_id, on=True)
        return Response(status=204)

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, message_id: int) -> Response:
        """Keep it no longer."""
        services.save_message(user=self.user, message_id=message_id, on=False)
        return Response(status=204)

    @extend_schema(operation_id="saved_reminder_retrieve", responses=KeptReminderSerializer)
    def reminder(self, request: Request, message_id: int) -> Response:
        """When you are reminded of a message, whether you keep it or not."""
        get_object_or_404(Message.objects.visible_to(self.user), pk=message_id)
        return Response(_reminder(SavedMessage.objects.filter(user=self.user, message_id=message_id).first()))

    @extend_schema(request=RemindSerializer, responses=ReminderSerializer)
    def remind(self, request: Request, message_id: int) -> Response:
        """Be reminded of a message, which is kept for later then. Another time takes the place of the one before."""
        fields = checked(RemindSerializer, request.data)
        limits.check(limits.CHANGES, self.user.pk)
        at = fields.get("at") or chosen(fields["choice"], now=timezone.now(), zone=zone_of(self.user))
        services.set_reminder(user=self.user, message_id=message_id, at=at)
        return Response({"remind_at": moment(at)})

    @extend_schema(responses={204: NO_CONTENT})
    def forget(self, request: Request, message_id: int) -> Response:
        """Be reminded no longer, or take note that you were. The message stays kept."""
        services.drop_reminder(user=self.user, message_id=message_id)
        return Response(status=204)


def _saved(message: Any) -> dict[str, Any]:
    """One of `Message.objects.saved_by`, with the moments that are noted beside it."""
    return {**message_data(message), "saved_at": moment(message.saved_at), **_reminder(message)}


def _reminder(saved: Reminded | None) -> dict[str, Any]:
    if saved is None:
        return {"remind_at": None, "is_due": False}
    return {"remind_at": saved.remind_at and moment(saved.remind_at), "is_due": is_due(saved, now=timezone.now())}
