"""Search over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import limits
from chat.keeping import OF_SEARCH, kept
from chat.search_results import results_data, search
from chat.search_serializers import ResultsSerializer, SearchQuerySerializer
from chat.viewsets import ChatViewSet, checked


class SearchViewSet(ChatViewSet):
    """Messages in the rooms you are in."""

    serializer_class = ResultsSerializer
    pagination_class = None

    @kept(OF_SEARCH)
    @extend_schema(operation_id="search", parameters=[SearchQuerySerializer], responses=ResultsSerializer)
    def list(self, request: Request) -> Response:
        """Find messages, newest first. What makes no sense is answered with a sentence that says what to write."""
        fields = checked(SearchQuerySerializer, request.query_params)
        limits.check(limits.SEARCHES, self.user.pk)
        return Response(results_data(search(self.user, fields["q"], cursor=fields["cursor"], limit=fields["limit"])))
