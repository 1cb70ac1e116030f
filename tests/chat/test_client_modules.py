"""The client's modules in a real browser: the files of `tests/js/`, which node can run as well."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest
from playwright.sync_api import Page, sync_playwright

from chat import attached, protocol
from chat.emoji import SHORTCODES
from config.storage import smaller
from tests.browser.chromium import CHROMIUM, launch

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted(path.name for path in (ROOT / "tests/js").glob("*.test.js"))


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def log_message(self, *args: Any) -> None:
        """Say nothing: the outcome is what counts."""


@pytest.fixture(scope="module", params=["as written", "as collected"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the loopback, for the files of this checkout or for what production makes of them."""
    root = ROOT
    if request.param == "as collected":
        root = tmp_path_factory.mktemp("collected")
        for path in [*(ROOT / "static/js").rglob("*.js"), *(ROOT / "tests/js").rglob("*.*")]:
            copy = root / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(smaller(path.name, path.read_bytes()))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium_page() -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.fail(f"There is no {CHROMIUM}. Install Debian's chromium.")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("name", TESTS)
def test_client_modules(name: str, chromium_page: Page, address: str) -> None:
    chromium_page.goto(f"{address}/tests/js/browser/index.html?file={name}")
    chromium_page.wait_for_function("window.outcome")
    outcome = chromium_page.evaluate("window.outcome")
    assert outcome, "The file has no tests."
    failed = [f"{test['name']}\n{test['error']}" for test in outcome if test["error"]]
    assert not failed, "\n\n".join(failed)


def test_every_module_loads(chromium_page: Page, address: str) -> None:
    """The whole client without its page: nothing that it imports is missing or misspelt."""
    wrong: list[str] = []
    chromium_page.on("pageerror", lambda error: wrong.append(str(error)))
    chromium_page.on("response", lambda response: wrong.append(response.url) if response.status >= 400 else None)
    chromium_page.goto(f"{address}/tests/js/browser/index.html?file=../../static/js/chat/index.js")
    chromium_page.wait_for_function("window.outcome")
    assert wrong == []
    assert chromium_page.evaluate("customElements.whenDefined('parley-chat').then(() => true)")


# The rules of two sheets, as the browser understands them, where they differ by more than blanks at commas and colons.
COMPARED = """([before, after]) => {
  const rules = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return [...sheet.cssRules].map(({ cssText }) => cssText.replaceAll(/(?<=[,:]) /g, "").replaceAll(" *:", " :"));
  };
  const [one, other] = [rules(before), rules(after)];
  return one.length === other.length ? one.filter((rule, n) => rule !== other[n]) : ["rules are missing"];
}"""


def test_sheets_that_were_made_smaller_say_the_same(chromium_page: Page) -> None:
    chromium_page.goto("about:blank")
    for path in sorted((ROOT / "static/css").glob("*.css")):
        texts = [path.read_text(), smaller(path.name, path.read_bytes()).decode()]
        assert chromium_page.evaluate(COMPARED, texts) == [], path.name


def test_the_client_speaks_the_same_protocol(chromium_page: Page, address: str) -> None:
    """The names and numbers of `protocol.js` are those of `chat/protocol.py`."""
    chromium_page.goto(f"{address}/tests/js/browser/index.html")
    client = chromium_page.evaluate("import('/static/js/chat/protocol.js').then((module) => ({ ...module }))")
    frames = get_args(protocol.AnyClientFrame)
    assert client["CLIENT_FRAMES"] == [frame.__struct_config__.tag for frame in frames]
    assert client["SERVER_FRAMES"] == [frame.__struct_config__.tag for frame in protocol.ServerFrame.__subclasses__()]
    assert client["CLOSE"] == {name: code for name, code in vars(protocol.Close).items() if name.isupper()}
    assert client["LIMITS"] == {"body": protocol.MAX_BODY, "frame": protocol.MAX_FRAME_BYTES}
    assert client["WATCH_LIMIT"] == protocol.MAX_WATCHED
    assert client["SUBPROTOCOL"] == protocol.SUBPROTOCOL


def test_the_client_knows_the_same_emoji(chromium_page: Page, address: str) -> None:
    """The names in `emoji.js` are those that `chat/emoji.py` turns into emoji."""
    chromium_page.goto(f"{address}/tests/js/browser/index.html")
    names = chromium_page.evaluate("import('/static/js/chat/emoji.js').then(({ EMOJI }) => [...EMOJI])")
    assert dict(names) == dict(SHORTCODES)


PICTURE = {"kind": "picture", "name": "a.webp", "alt": "", "animated": False, "duration": None, "url": "/l/"}
SOURCES = [{"width": 320, "url": "/s/"}, {"width": 640, "url": "/m/"}]
ATTACHED: list[list[dict[str, Any]]] = [
    [PICTURE | {"width": 4000, "height": 3001, "sources": SOURCES}],
    [
        PICTURE | {"width": 500, "height": 90, "sources": SOURCES[:1]},
        PICTURE | {"width": 7, "height": 9, "sources": []},
    ],
    [PICTURE | {"width": 640, "height": 480, "sources": [], "animated": True}],
    [PICTURE | {"kind": "voice", "duration": 59.5}],
    [PICTURE | {"kind": "voice", "duration": None}, PICTURE | {"kind": "file"}],
    [PICTURE | {"kind": "file", "name": "a.tar.gz"}],
    [PICTURE | {"kind": "video"}, PICTURE | {"kind": "video"}],
    [],
]
SAY = """async ([all, sizes]) => {
  const { describe } = await import("/static/js/chat/attachments.js");
  const { ending, look, weight } = await import("/static/js/chat/attachment-sizes.js");
  return {
    words: all.map(describe),
    looks: all.flat().filter(({ sources }) => sources).map((each) => look(each, true)),
    ends: all.flat().map(({ name }) => ending(name)),
    weights: sizes.map(weight),
  };
}"""


def test_the_client_describes_and_measures_attachments_as_the_server_does(chromium_page: Page, address: str) -> None:
    chromium_page.goto(f"{address}/tests/js/browser/index.html")
    sizes = [0, 999, 1_000, 999_499, 999_500, 26_214_400]
    each = [one for many in ATTACHED for one in many]
    assert chromium_page.evaluate(SAY, [ATTACHED, sizes]) == {
        "words": [attached.described(many) for many in ATTACHED],
        "looks": [attached.look(one, alone=True) for one in each if "sources" in one],
        "ends": [attached.ending(one["name"]) for one in each],
        "weights": [attached.weight(size) for size in sizes],
    }
