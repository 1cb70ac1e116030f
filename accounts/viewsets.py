"""Accounts over REST. Each action is shape, one service call, answer."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.middleware.csrf import get_token, rotate_token
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import addresses, cookies, services
from accounts.appearance import APPEARANCE, update_appearance
from accounts.authentication import BearerAuthentication, DoorAuthentication
from accounts.devices import Device
from accounts.models import Session, User
from accounts.serializers import (
    AddressSerializer,
    ChangeAddressSerializer,
    CsrfSerializer,
    MeChangesSerializer,
    MeSerializer,
    SessionsSerializer,
    SignInSerializer,
    SignUpSerializer,
    StrictSerializer,
    address_data,
    me_card,
    session_data,
)
from accounts.switches import update_switches

NO_CONTENT = OpenApiResponse(description="Done; the answer has no body.")


class AuthViewSet(ViewSet):
    """Signing up, in and out. Tokens travel in HttpOnly cookies; scripts may send one as a bearer."""

    authentication_classes = (DoorAuthentication, BearerAuthentication)
    permission_classes = (AllowAny,)

    @extend_schema(responses=CsrfSerializer)
    def csrf(self, request: Request) -> Response:
        """Set the CSRF cookie and answer the token to send back as `X-CSRFToken`."""
        return Response({"csrf_token": get_token(request._request)})

    @extend_schema(request=SignUpSerializer, responses={201: MeSerializer})
    def signup(self, request: Request) -> Response:
        """Make an account and sign this device in.

        Where this server takes only whom it invites, or addresses of some domains, the others get 403
        `sign_up_closed`. An invitation that was used, is too old, or not from here is 410 `link_stale`.
        """
        fields = _fields(SignUpSerializer, request)
        return _welcome(request, services.sign_up(**fields, device=Device.of(request._request)), status=201)

    @extend_schema(request=SignInSerializer, responses=MeSerializer)
    def login(self, request: Request) -> Response:
        """Sign this device in."""
        fields = _fields(SignInSerializer, request)
        device, replaces = Device.of(request._request), _session(request)
        return _welcome(request, services.sign_in(**fields, device=device, replaces=replaces))

    @extend_schema(request=None, responses={204: NO_CONTENT})
    def logout(self, request: Request) -> Response:
        """Sign this device out. Its sockets close."""
        if session := _session(request):
            services.sign_out(session=session)
        return _goodbye()

    @extend_schema(request=None, responses=MeSerializer)
    def refresh(self, request: Request) -> Response:
        """Exchange the refresh cookie for a new pair of cookies."""
        session, pair = services.refresh(token=request.COOKIES.get(cookies.refresh_name(), ""))
        response = Response(me_card(session.user))
        cookies.set_cookies(response, pair)
        return response


class MeViewSet(ViewSet):
    """One's own account."""

    @extend_schema(responses=MeSerializer)
    def retrieve(self, request: Request) -> Response:
        return Response(me_card(_me(request)))

    @extend_schema(request=MeChangesSerializer, responses=MeSerializer)
    def partial_update(self, request: Request) -> Response:
        """Change who you are, what others are told of you, and how pages look to you."""
        fields = _fields(MeChangesSerializer, request)
        profile = {name: fields.pop(name) for name in services.PROFILE if name in fields}
        looks = {name: fields.pop(name) for name in APPEARANCE if name in fields}
        with transaction.atomic():
            user = services.update_profile(user=_me(request), **profile)
            user = update_appearance(user=user, **looks)
            return Response(me_card(update_switches(user=user, **fields)))


class AddressViewSet(ViewSet):
    """The address one signs in with."""

    @extend_schema(operation_id="users_me_address_retrieve", responses=AddressSerializer)
    def retrieve(self, request: Request) -> Response:
        user = _me(request)
        return Response(address_data(user, addresses.pending_change(user)))

    @extend_schema(
        operation_id="users_me_address_ask", request=ChangeAddressSerializer, responses={202: AddressSerializer}
    )
    def ask(self, request: Request) -> Response:
        """Mail a link to another address, by which it becomes yours. Until then nothing changes.

        The answer is the same whether the address has an account or not; a mail to it says so.
        """
        fields, session = _fields(ChangeAddressSerializer, request), cast("Session", request.auth)
        change = addresses.ask_for_change(user=_me(request), session=session, **fields)
        return Response(address_data(_me(request), change), status=202)

    @extend_schema(operation_id="users_me_address_call_off", responses={204: NO_CONTENT})
    def call_off(self, request: Request) -> Response:
        """Leave the address as it is: the link in the mail opens nothing any more."""
        addresses.call_off(user=_me(request))
        return Response(status=204)


class SessionViewSet(ViewSet):
    """One's own signed-in devices."""

    @extend_schema(operation_id="users_me_sessions_list", responses=SessionsSerializer)
    def list(self, request: Request) -> Response:
        sessions = Session.objects.of(_me(request)).live()
        current = _session(request)
        return Response({"results": [session_data(session, current=current) for session in sessions]})

    @extend_schema(operation_id="users_me_sessions_destroy_others", responses={204: NO_CONTENT})
    def destroy_others(self, request: Request) -> Response:
        """Sign out every device but this one."""
        services.revoke_sessions(user=_me(request), keep=_session(request))
        return Response(status=204)

    @extend_schema(responses={204: NO_CONTENT})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Sign out one device, perhaps this one."""
        current = _session(request)
        services.revoke_session(user=_me(request), session_id=pk)
        return _goodbye() if current is not None and pk == current.pk else Response(status=204)


def _fields(serializer_class: type[StrictSerializer], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)


def _session(request: Request) -> Session | None:
    """What our authentication classes put there, annotated."""
    return cast("Session | None", request.auth)


def _me(request: Request) -> User:
    return cast("User", request.user)


def _welcome(request: Request, signed_in: services.SignedIn, status: int = 200) -> Response:
    """The answer to who just came in. A new CSRF token keeps one planted before from being worth anything."""
    session, pair = signed_in
    rotate_token(request._request)
    response = Response(me_card(session.user), status=status)
    cookies.set_cookies(response, pair)
    return response


def _goodbye() -> Response:
    response = Response(status=204)
    cookies.delete_cookies(response)
    return response
