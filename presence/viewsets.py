"""`GET /api/presence/?users=1,2`: who of these is here."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.models import User
from presence.serializers import PresenceListSerializer, PresenceQuerySerializer
from presence.services import snapshot


class PresenceViewSet(ViewSet):
    """Presence for scripts, and for browsers without a socket; with one, `presence.watch` tells changes as well."""

    def get_people(self) -> QuerySet[User]:
        """Those of whom the asker may know whether they are here."""
        return User.objects.active()

    @extend_schema(
        operation_id="presence_list",
        parameters=[PresenceQuerySerializer],
        responses=PresenceListSerializer,
        summary="Who is here",
    )
    def list(self, request: Request) -> Response:
        """Status of each user asked about, in that order. Users who are not active, or do not exist, are left out."""
        query = PresenceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked: list[int] = query.validated_data["users"]
        known = set(self.get_people().filter(pk__in=asked).values_list("pk", flat=True))
        return Response({"results": snapshot(pk for pk in asked if pk in known)})
