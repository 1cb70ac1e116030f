"""How drf-spectacular describes our ways to say who is asking."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from accounts.cookies import access_name


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers its subclasses
    target_class = "accounts.authentication.CookieAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": access_name(),
            "description": "Set by signing in. Unsafe methods also need the header X-CSRFToken.",
        }


class DoorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.DoorAuthentication"
    name = "csrf"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        description = "The token of /api/auth/csrf/, together with the cookie that came with it."
        return {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": description}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token."}
