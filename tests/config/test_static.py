"""Static files as in production: hashed names, cached for ever, and modules that find each other by them."""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from chat.sheets import BUNDLE, ON_CONDITION, SHEETS
from config.env import ROOT
from config.static import StaticFiles
from config.storage import ENTRY, StaticFilesStorage, smaller

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
OF_ONE_PAGE = {"admin", "embed", "protocol", "widget"}
"""Sheets of pages for few."""
STORAGES = {
    "staticfiles": {
        "BACKEND": "config.storage.StaticFilesStorage",
        "OPTIONS": {"support_js_module_import_aggregation": True},
    }
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The manifest: source name to hashed name."""
    root: Path = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=STORAGES, STATIC_ROOT=root, STATIC_COLLECTED=True, DEBUG=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield json.loads((root / "staticfiles.json").read_text())["paths"]


@cache
def _files(root: Path) -> StaticFiles:
    """It looks through its directory once."""
    return StaticFiles(_not_found)


async def fetch(path: str) -> httpx.Response:
    transport = httpx.ASGITransport(_files(settings.STATIC_ROOT))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.get(f"/static/{path}")


async def _not_found(scope: object, receive: object, send: object) -> None:
    raise AssertionError("a static file was not found")


def test_no_script_has_a_text_in_a_text_of_which_the_smaller_one_loses_the_blanks() -> None:
    said, nested = "`${one ? `${two} people` : three} here`", re.compile(r"\$\{[^{}`]*`")
    assert nested.search(said)
    assert smaller("any.js", said.encode()) != said.encode(), "if it does not any more, this test may go"
    scripts = [*(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "tests" / "js").rglob("*.js")]
    found = [f"{path.relative_to(ROOT)}: {each[0]}" for path in scripts for each in nested.finditer(path.read_text())]
    assert found == []


async def test_every_module_is_served_and_imports_hashed_names_that_exist(collected: dict[str, str]) -> None:
    modules = {str(path.relative_to(ROOT / "static")) for path in (ROOT / "static" / "js").rglob("*.js")}
    made = {name for name in collected if name.endswith((".core.js", ".panel.js", ".settings.js"))}  # of the bundles
    assert modules and made and modules | made <= collected.keys()
    for name in modules | made:
        response = await fetch(collected[name])
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/javascript")
        for specifier in IMPORT.findall(COMMENT.sub("", response.text)):
            target = normpath(join(dirname(name), specifier))
            assert target in collected.values(), f"{name} imports {specifier}"


def test_an_import_is_found_behind_a_regular_expression_with_a_backtick(tmp_path: Path) -> None:
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/", support_js_module_import_aggregation=True)
    token = 'const SIGN = /[`]/;\nconst later = () => import("./later.js");\nconst MARK = "`";\n'
    texts = {"token.js": token, "later.js": "1;\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    done = super(StaticFilesStorage, storage).post_process({name: (storage, name) for name in texts})
    names = {name: hashed for name, hashed, _ in done}
    assert f'import("./{names["later.js"]}")' in (tmp_path / names["token.js"]).read_text()


async def test_hashed_files_are_kept_for_ever_and_never_sniffed(collected: dict[str, str]) -> None:
    response = await fetch(next(hashed for name, hashed in collected.items() if name.endswith(".css")))
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_all_style_sheets_are_one_file_of_which_nothing_is_missing(collected: dict[str, str]) -> None:
    sheets = {path.stem for path in (ROOT / "static" / "css").glob("*.css")} - OF_ONE_PAGE
    assert sheets == {*SHEETS, *ON_CONDITION}
    bundle = (await fetch(collected[BUNDLE])).text
    for rule in ("@layer reset,", ".message__body", ".settings__link", "@media (prefers-contrast:more){@layer tokens"):
        assert rule in bundle
    for name in re.findall(r"url\(\"?(\.\./[^)\"]+)", bundle):
        assert normpath(join("css", name)) in collected.values()
    assert len(gzip.compress(bundle.encode())) <= 20 * 1024


async def test_what_the_client_needs_at_once_is_one_module(collected: dict[str, str]) -> None:
    entry = (await fetch(collected[ENTRY])).text
    assert re.search(r"^import\b", entry, re.MULTILINE) is None
    assert "class ParleyChat" in entry
    late = (await fetch(collected["js/chat/elements/message-menu.js"])).text
    assert f'from"../{Path(collected[ENTRY]).name}"' in late


async def test_texts_travel_compressed(collected: dict[str, str]) -> None:
    for name in (ENTRY, BUNDLE, "img/icons.svg"):
        response = await fetch(collected[name])
        assert response.headers["content-encoding"] == "gzip"
        assert int(response.headers["content-length"]) < len(response.content) / 2
        assert "accept-encoding" in response.headers["vary"].lower()


@pytest.mark.parametrize("path", ["../settings.py", "%2e%2e/manage.py", "css/", "js/../../manage.py"])
async def test_nothing_else_can_be_fetched(collected: dict[str, str], path: str) -> None:
    with pytest.raises(AssertionError, match="not found"):
        await fetch(path)
