"""The device that asks, and whether it is told while no page is open. Each action is shape, one call, answer."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.models import Session
from accounts.push import subscriptions
from accounts.push.serializers import PushSerializer, SubscribeSerializer
from accounts.viewsets import NO_CONTENT


class PushViewSet(ViewSet):
    """Notifications on this device by Web Push, also while no page is open. They end with its sign-in."""

    @extend_schema(responses=PushSerializer)
    def retrieve(self, request: Request) -> Response:
        """Whether this device is told, and the key to subscribe with."""
        return Response(subscriptions.push_data(cast("Session", request.auth)))

    @extend_schema(request=SubscribeSerializer, responses=PushSerializer)
    def update(self, request: Request) -> Response:
        """Tell this device from now on. You can have ten; the one that has wanted it longest gives way."""
        serializer = SubscribeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        session = cast("Session", request.auth)
        subscriptions.subscribe(session=session, **serializer.validated_data)
        return Response(subscriptions.push_data(session))

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request) -> Response:
        """Tell this device only while a page is open."""
        subscriptions.unsubscribe(session=cast("Session", request.auth))
        return Response(status=204)
