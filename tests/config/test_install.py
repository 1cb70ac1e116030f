"""What makes the site an app: the same for everybody, and with nobody's data in it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from config import install


def test_the_manifest_names_icons_that_are_there() -> None:
    response = Client().get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    content = response.json()
    assert (content["start_url"], content["scope"], content["display"]) == ("/rooms/", "/", "standalone")
    assert {icon["purpose"] for icon in content["icons"]} == {"any", "maskable"}
    for icon in content["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_the_worker_may_serve_all_pages_and_is_asked_for_again_each_time() -> None:
    response = Client().get("/worker.js")
    assert response.headers["Content-Type"] == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    shell = re.findall(r'"(/static/[^"]+)"', response.content.decode())
    assert "/static/js/chat/index.js" in shell
    assert "/static/js/worker.js" not in shell
    for path in shell:
        assert finders.find(path.removeprefix("/static/"))


def test_the_worker_is_another_one_when_any_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = install._worker()
    assert install._worker() == before
    monkeypatch.setattr(install, "static", lambda name: f"/static/{name}?changed")
    after = install._worker()
    assert re.findall(r'VERSION = "(\w+)"', before) != re.findall(r'VERSION = "(\w+)"', after)


@pytest.mark.django_db
def test_the_page_for_times_without_a_network_is_nobodys(alice: User, client_for: Any) -> None:
    page = client_for(alice).get("/offline/").content.decode()
    assert "You are offline" in page
    assert "Alice" not in page
    assert "data-theme" not in page
    assert "csrf" not in page


def test_pages_say_that_they_can_be_installed() -> None:
    head = Client().get("/login/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in head
    assert Path(finders.find(re.findall(r'apple-touch-icon" href="/static/([^"]+)"', head)[0]) or "").exists()
