"""What sites are told and given: the code that signs, the script that they load, and the demo."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from chat import demo
from chat.models import Site
from chat.widget.signing import read_identity, secret_of
from config.env import ROOT
from tests.chat.widget.visiting import SHOP, VISITS
from tests.documents import code_in

pytestmark = pytest.mark.django_db


PROGRAMS = {"python": sys.executable, "js": "node", "php": "php"}


@pytest.mark.parametrize("language", [each for each, program in PROGRAMS.items() if shutil.which(program)])
def test_the_code_that_is_documented_signs_what_is_read_here(site: Site, language: str) -> None:
    code, who = code_in("docs/widget.md", language), (site.key, secret_of(site), "u-17", "Zoë O'Brien")
    if language == "python":
        scope: dict[str, Any] = {}
        exec(code, scope)  # noqa: S102 - it is ours
        token = scope["chat_token"](*who)
    else:
        command = [PROGRAMS[language], *SAY[language](code, who)]
        token = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    identity = read_identity(site, token.strip())
    assert (identity.subject, identity.name) == ("u-17", "Zoë O'Brien")


SAY: dict[str, Callable[[str, Any], list[str]]] = {
    "js": lambda code, who: [
        *("--input-type=module", "--eval"),
        f"{code.replace('export function', 'function')}\nconsole.log(chatToken(...{json.dumps(who)}));",
    ],
    "php": lambda code, who: [
        "-r",
        f"{code.removeprefix('<?php')} echo chat_token(...json_decode({json.dumps(json.dumps(who))}));",
    ],
}


def test_the_words_that_are_documented_are_ours() -> None:
    written = (
        *(ROOT / "static/js").rglob("*.js"),
        *(ROOT / "templates/chat").rglob("*.html"),
        *(ROOT / "chat").rglob("*.py"),
    )
    as_is = "\n".join(path.read_text() for path in written)
    blanked = re.sub(r"\$?\{[^{}]*\}", "{}", as_is)

    def is_ours(words: str) -> bool:
        text = re.escape(words.replace("{n}", "{}"))
        return bool(re.search(rf"""[>}}"'`]{text}["'`{{<]""", blanked if "{" in words else as_is))

    assert [words for words in json.loads(code_in("docs/widget.md", "json")) if not is_ours(words)] == []


def test_the_loader_is_the_same_for_everybody_and_names_its_parts(settings: Settings) -> None:
    got = Client().get("/widget.js", headers={"Origin": SHOP})
    assert got.headers["Content-Type"] == "text/javascript"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cache-Control"] == "public, max-age=300"
    assert not got.cookies
    packed = {Client().get("/widget.js", headers={"Accept-Encoding": "gzip"}).content for _ in range(3)}
    assert [gzip.decompress(each) for each in packed] == [got.content], "no padding: there is no secret in it"
    tag = got.headers["ETag"]
    assert Client().get("/widget.js", headers={"If-None-Match": tag}).status_code == 304
    version = tag.strip('"')
    kept = Client().get(f"/widget-{version}.js")
    assert kept.content == got.content
    assert "immutable" in kept.headers["Cache-Control"]
    assert Client().get("/widget-0123456789ab.js").status_code == 404
    begin = re.match(r"const PARTS ?= ?({[^}]*})", got.content.decode())
    assert begin
    parts = json.loads(begin[1])
    assert finders.find(parts["core"].removeprefix("/static/"))
    for name in ("html", "css"):
        part = Client().get(parts[name])
        assert part.headers["Access-Control-Allow-Origin"] == "*"
        assert not re.search(r"(?<![\w.])\d+rem", re.sub(r"@media[^{]*", "", part.content.decode()))
        assert "csrfmiddlewaretoken" not in part.content.decode()


def test_the_demo_has_a_site_to_try_out(settings: Settings) -> None:
    settings.DEBUG = True
    assert b"There is no site to show here" in Client().get("/embed/demo/").content
    demo.create(with_files=False)
    page = Client().get("/embed/demo/").content.decode()
    assert '<chat-widget site="demo">' in page
    came = Client().post(
        VISITS, '{"site": "demo"}', content_type="application/json", headers={"Origin": "http://testserver"}
    )
    assert came.status_code == 200
    assert demo.remove()
    assert not User.objects.exists()
    assert not Site.objects.exists()
