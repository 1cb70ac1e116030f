"""Threads over REST, where the site has them: a message, and the replies to it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat.api_serializers import ThreadSerializer
from chat.pagination import LIMIT, LIMIT_MAX, ThreadPagination
from chat.serializers import message_data
from chat.threads import count_replies, replies_to, root_of
from chat.viewsets import ChatViewSet

LIMITS = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT}
PARAMETERS = [
    OpenApiParameter("cursor", str, description="`next` of the page before; without it the newest replies."),
    OpenApiParameter("limit", LIMITS, description="Replies on a page."),
]


class ThreadViewSet(ChatViewSet):
    """A message and the replies to it, which stand in the timeline of its room as well."""

    serializer_class = ThreadSerializer
    pagination_class = None

    @extend_schema(parameters=PARAMETERS, responses=ThreadSerializer)
    def retrieve(self, request: Request, message_id: int) -> Response:
        """The thread that a message begins or belongs to. 404 where the site has no threads (`THREADS`)."""
        root = root_of(self.user, message_id)
        pages = ThreadPagination()
        replies = [message_data(reply) for reply in pages.paginate_queryset(replies_to(root), request)]
        page = pages.get_paginated_response(replies).data
        return Response({"root": message_data(root), "count": count_replies(root), **page})
