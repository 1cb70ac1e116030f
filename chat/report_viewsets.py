"""Reporting messages and people to the moderators, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import NO_CONTENT
from chat import limits
from chat.request_serializers import ReportSerializer
from chat.services import moderation
from chat.viewsets import ChatViewSet, checked


class ReportViewSet(ChatViewSet):
    """What the moderators should look at. When they have decided, they tell you."""

    serializer_class = ReportSerializer
    pagination_class = None

    @extend_schema(responses={204: NO_CONTENT})
    def report_message(self, request: Request, message_id: int) -> Response:
        """Report a message that you can see. Again changes nothing."""
        fields = checked(ReportSerializer, request.data)
        limits.check(limits.REPORTS, self.user.pk)
        moderation.report_message(reporter=self.user, message_id=message_id, **fields)
        return Response(status=204)

    @extend_schema(responses={204: NO_CONTENT})
    def report_person(self, request: Request, user_id: int) -> Response:
        """Report somebody. Again changes nothing."""
        fields = checked(ReportSerializer, request.data)
        limits.check(limits.REPORTS, self.user.pk)
        moderation.report_person(reporter=self.user, user_id=user_id, **fields)
        return Response(status=204)
