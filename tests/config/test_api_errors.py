from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers

from accounts.exceptions import ParleyError
from config.api import exception_handler


def answer(exception: Exception) -> tuple[int, dict[str, Any]]:
    response = exception_handler(exception, {})
    assert response is not None
    return response.status_code, response.data


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (ParleyError("slow_down", "Wait a little.", status=429), 429, "slow_down"),
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.PermissionDenied("No.", code="csrf_failed"), 403, "csrf_failed"),
        (exceptions.PermissionDenied(), 403, "permission_denied"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.ParseError("JSON parse error"), 400, "malformed"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (OperationalError("gone"), 503, "unavailable"),
    ],
)
def test_every_refusal_has_a_code_and_a_sentence(exception: Exception, status: int, code: str) -> None:
    got_status, body = answer(exception)
    assert (got_status, body["code"]) == (status, code)
    assert body["detail"].endswith(".")


def test_a_defect_of_ours_is_not_dressed_up() -> None:
    assert exception_handler(ValueError("a defect"), {}) is None


def test_a_wait_is_told_in_whole_seconds() -> None:
    response = exception_handler(ParleyError("slow_down", "Wait.", status=429, retry_after=0.2), {})
    assert response is not None
    assert response.headers["Retry-After"] == "1"


def test_one_wrong_field_is_named_in_the_sentence() -> None:
    status, body = answer(serializers.ValidationError({"email": ["Enter a valid email address."]}))
    assert status == 400
    assert body == {
        "code": "invalid",
        "detail": "email: Enter a valid email address.",
        "fields": {"email": ["Enter a valid email address."]},
    }


def test_nested_errors_become_one_list_of_fields() -> None:
    detail: Any = {"name": ["Too long."], "members": [{}, {"id": ["Not a number."]}]}
    _, body = answer(serializers.ValidationError(detail))
    assert body["detail"] == "Some fields need another look."
    assert body["fields"] == {"name": ["Too long."], "members.1.id": ["Not a number."]}


def test_an_error_of_no_field_speaks_for_itself() -> None:
    _, body = answer(serializers.ValidationError("A room needs somebody."))
    assert body["detail"] == "A room needs somebody."
    assert body["fields"] == {"non_field_errors": ["A room needs somebody."]}
