"""REST under /api/: the one place where errors become answers."""

import math
from typing import Any

import redis
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.urls import re_path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

import accounts.urls
import chat.api_urls
from accounts.exceptions import ParleyError
from config.outages import DETAIL, RETRY_AFTER

NON_FIELD = "non_field_errors"
NOT_FOUND = {"code": "not_found", "detail": "There is nothing here, or it is not yours to see."}

urlpatterns = [
    *accounts.urls.api_urlpatterns,
    *chat.api_urls.api_urlpatterns,
    re_path(r"^.*/$", lambda request: JsonResponse(NOT_FOUND, status=404)),
]


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Return `{"code", "detail", "fields"?}` for what a view raised; None for a defect of ours (a 500)."""
    answer = _answer(exception)
    if answer is not None:
        set_rollback()
    return answer


def _answer(exception: Exception) -> Response | None:
    match exception:
        case ParleyError():
            wait = exception.retry_after
            return _response(exception.status, exception.code, exception.detail, exception.fields, wait)
        case OperationalError() | InterfaceError() | redis.ConnectionError() | redis.TimeoutError():
            return _response(503, "unavailable", DETAIL, retry_after=RETRY_AFTER)
        case Http404() | exceptions.NotFound():
            return _response(404, NOT_FOUND["code"], NOT_FOUND["detail"])
        case exceptions.ValidationError():
            fields = _fields(exception.detail)
            return _response(400, "invalid", _summary(fields), fields)
        case exceptions.ParseError():
            return _response(400, "malformed", "The body is not valid JSON.")
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            answer = _response(401, "not_authenticated", str(exception.detail))
            if challenge := getattr(exception, "auth_header", None):  # scripts are told how to ask
                answer["WWW-Authenticate"] = challenge
            return answer
        case exceptions.PermissionDenied():
            return _response(403, str(exception.get_codes()), str(exception.detail))
        case PermissionDenied():
            return _response(403, "permission_denied", "You may not do that.")
        case exceptions.APIException():
            code = str(exception.get_codes())
            return _response(exception.status_code, code, str(exception.detail), None, getattr(exception, "wait", None))
        case _:
            return None


def _response(
    status: int,
    code: str,
    detail: str,
    fields: dict[str, list[str]] | None = None,
    retry_after: float | None = None,
) -> Response:
    body: dict[str, Any] = {"code": code, "detail": detail}
    if fields:
        body["fields"] = fields
    headers = {} if retry_after is None else {"Retry-After": str(math.ceil(retry_after))}
    return Response(body, status=status, headers=headers)


def _fields(detail: Any, name: str = NON_FIELD) -> dict[str, list[str]]:
    """Flatten the framework's nested errors to sentences by field: `members.0: …`."""
    if isinstance(detail, dict):
        prefix = "" if name == NON_FIELD else f"{name}."
        nested = [_fields(value, f"{prefix}{key}") for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        nested = [_fields(item, f"{name}.{index}") for index, item in enumerate(detail) if item]
    else:
        return {name: [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]}
    return {key: sentences for fields in nested for key, sentences in fields.items()}


def _summary(fields: dict[str, list[str]]) -> str:
    sentences = [sentence for problems in fields.values() for sentence in problems]
    if len(sentences) == 1:
        name = next(iter(fields))
        return sentences[0] if name == NON_FIELD else f"{name}: {sentences[0]}"
    return "Some fields need another look."
