"""Errors as people and scripts meet them: pages in our look with one thing to do, JSON under /api/."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest
from django.test import Client, override_settings
from django.urls import path

from accounts.models import User
from config import errors, urls

CASES = [
    (SuspiciousOperation("odd"), 400, "malformed", b"This address cannot be read"),
    (PermissionDenied(), 403, "permission_denied", b"This is not yours to open"),
    (Http404(), 404, "not_found", b"Nothing at this address"),
    (ValueError("a defect"), 500, "broken", b"Something broke on our side"),
]


def fail(request: HttpRequest, number: int) -> Any:
    raise CASES[number][0]


urlpatterns = [path("fail/<int:number>/", fail), path("api/fail/<int:number>/", fail), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.parametrize("number", range(len(CASES)))
@override_settings(ROOT_URLCONF="tests.config.test_errors")
def test_every_error_is_a_page_for_people_and_json_for_scripts(number: int) -> None:
    _, status, code, heading = CASES[number]
    client = Client(raise_request_exception=False)
    page = client.get(f"/fail/{number}/")
    assert (page.status_code, heading in page.content) == (status, True)
    assert page.content.count(b'class="button button--primary"') == 1
    answer = client.get(f"/api/fail/{number}/")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".")


@pytest.mark.django_db
def test_an_address_that_only_takes_forms_says_so_to_who_opens_it(alice: User, client_for: Any) -> None:
    page = client_for(alice).get("/settings/sessions/sign-out-others/")
    assert (page.status_code, page.headers["Allow"]) == (405, "POST")
    assert b"There is nothing to see at this address" in page.content
    assert client_for(alice).delete("/api/auth/csrf/").json()["code"] == "method_not_allowed"


def test_the_page_for_a_defect_needs_nobody(rf: Any) -> None:
    """Whatever broke: neither the database nor who is signed in is asked."""
    request = rf.get("/rooms/")
    assert errors.server_error(request).status_code == 500
