"""Who is asking at the widget's doors: a visitor, by the token of the visit. Cookies are not looked at."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.authentication import CHALLENGE
from accounts.models import Session, User
from chat.widget.doors import origin_of, visit_of


class VisitorAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token of the visit>`, from a page of the visitor's site."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        kind, _, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        session = visit_of(token.strip().decode("latin-1"), origin_of(request._request))
        if session is None:
            raise AuthenticationFailed("This visit is over. Ask for a new one.", code="not_authenticated")
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class VisitorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers its subclasses
    target_class = "chat.widget.authentication.VisitorAuthentication"
    name = "visit"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The token of a visit."}
