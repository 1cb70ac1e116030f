"""Uploads over REST: in before the message, then sent with it by their ids."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import NO_CONTENT
from chat import limits, services
from chat.api_serializers import AttachmentSerializer
from chat.exceptions import ChatError
from chat.media.shapes import attachment_data
from chat.models import Attachment
from chat.upload_serializers import AttachmentsSerializer, DescribeSerializer, UploadSerializer
from chat.viewsets import ChatViewSet, checked

LISTED = 100


class FormParser(MultiPartParser):
    """A form with a file in it; says in a sentence what is wrong with one that cannot be read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError:
            raise ChatError("malformed", "The form broke off on its way. Send the file once more.") from None


class UploadViewSet(ChatViewSet):
    """What you have uploaded and not sent yet."""

    serializer_class = AttachmentSerializer
    pagination_class = None

    @extend_schema(responses=AttachmentsSerializer)
    def list(self, request: Request) -> Response:
        """What you have uploaded and not sent yet, the newest first; drafts name it by its id."""
        unsent = Attachment.objects.unsent(self.user).order_by("-created_at")[:LISTED]
        return Response({"results": [attachment_data(each) for each in unsent]})

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer})
    def create(self, request: Request) -> Response:
        """Upload one file. Pictures are made anew, as WebP without anything else in them; the answer comes then."""
        limits.check(limits.UPLOADS, self.user.pk)
        fields = checked(UploadSerializer, request.data)
        file = fields.pop("file")
        limits.check_bytes(self.user.pk, file.size)
        uploaded = services.upload(owner=self.user, file=file, name=file.name, **fields)
        return Response(attachment_data(uploaded), status=201)

    @extend_schema(request=DescribeSerializer, responses=AttachmentSerializer)
    def partial_update(self, request: Request, attachment_id: UUID) -> Response:
        """Say in words what it shows."""
        alt = checked(DescribeSerializer, request.data)["alt"]
        described = services.describe_upload(owner=self.user, attachment_id=attachment_id, alt=alt)
        return Response(attachment_data(described))

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, attachment_id: UUID) -> Response:
        """Throw it away."""
        services.discard_upload(owner=self.user, attachment_id=attachment_id)
        return Response(status=204)
