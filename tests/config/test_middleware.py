"""What config adds to every response: the policy, health, and a sentence where a service is away."""

import re
from typing import Any

import pytest
import redis
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts.models import User
from config.csp import csp_middleware, nonce_context
from config.outages import DETAIL, OutageMiddleware

POLICY = "Content-Security-Policy"


def directives(response: Any) -> dict[str, str]:
    parts = [part.partition(" ") for part in response.headers[POLICY].split("; ")]
    return {name: sources for name, _, sources in parts}


def test_pages_allow_nothing_but_our_own(client: Client) -> None:
    policy = directives(client.get("/login/"))
    nonce = re.fullmatch(r"'self' 'nonce-([\w-]{16,})'", policy.pop("script-src"))
    assert nonce
    assert policy == {
        "default-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": "'self' ws://testserver",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "parley",
    }


def test_only_what_explains_errors_to_developers_goes_without_a_policy(client: Client, settings: Settings) -> None:
    for debug in (False, True):
        settings.DEBUG = debug
        assert client.get("/login/").has_header(POLICY)
        assert client.get("/nothing/at/all/").has_header(POLICY) is not debug


def test_templates_get_the_nonce_of_their_response() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template("{{ csp_nonce }}").render(Context(nonce_context(request))))

    responses = [csp_middleware(view)(RequestFactory().get("/")) for _ in range(2)]
    nonces = [response.content.decode() for response in responses if isinstance(response, HttpResponse)]
    assert [
        f"'nonce-{nonce}'" in directives(response)["script-src"]
        for nonce, response in zip(nonces, responses, strict=True)
    ]
    assert nonces[0] != nonces[1]


def test_only_the_api_docs_may_style_inline(client: Client) -> None:
    loose = [
        path
        for path in ("/login/", "/admin/", "/api/docs/", "/api/nothing/")
        if "unsafe-inline" in client.get(path).headers[POLICY]
    ]
    assert loose == ["/api/docs/"]
    assert "unsafe" not in directives(client.get("/api/docs/"))["script-src"]


def test_the_api_docs_have_no_inline_script(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)
    assert scripts
    assert all("src=" in attributes for attributes in scripts)


@pytest.mark.django_db
def test_ready_with_all_services(client: Client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ok"


@pytest.mark.django_db
def test_not_ready_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["missing"]) == (503, ["redis"])

    monkeypatch.setattr("config.health._ask_database", _away)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["missing"]) == (503, ["database", "redis"])
    assert client.get("/livez").status_code == 200


def test_health_is_told_to_probes_that_come_by_address(client: Client) -> None:
    assert client.get("/livez", headers={"host": "10.0.0.7"}).status_code == 200


def _away(*_: Any, **__: Any) -> None:
    raise OperationalError("the connection is lost\nand more about it")


def _redis_away(*_: Any, **__: Any) -> None:
    raise redis.ConnectionError("no socket")


@pytest.mark.django_db
@pytest.mark.parametrize("outage", [_away, _redis_away])
def test_pages_and_rest_say_that_a_service_is_away_and_heal(
    outage: Any, alice: User, client_for: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for(alice)
    with monkeypatch.context() as away:
        away.setattr("chat.querysets.RoomQuerySet.visible_to", outage)
        away.setattr("chat.summaries.fetch", outage)
        page, api = client.get("/rooms/"), client.get("/api/rooms/")
    assert (page.status_code, api.status_code) == (503, 503)
    assert DETAIL in page.content.decode()
    assert api.json() == {"code": "unavailable", "detail": DETAIL}
    assert page.headers["Retry-After"] == api.headers["Retry-After"] == "5"
    assert "and more about it" not in caplog.text
    assert client.get("/rooms/").status_code == 200


def test_other_failures_are_not_called_an_outage() -> None:
    middleware = OutageMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("a defect")) is None


def test_an_unknown_address_of_the_api_is_json(client: Client) -> None:
    response = client.get("/api/nothing/here/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_pages_and_answers_travel_compressed(client: Client) -> None:
    plain = client.get("/login/")
    packed = client.get("/login/", headers={"Accept-Encoding": "gzip"})
    assert not plain.has_header("Content-Encoding")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
