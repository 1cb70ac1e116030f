"""A small web on loopback, and a fetcher that may go there."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from accounts.internet import is_public
from chat.previews.fetching import Fetcher

HTML = ("text/html",)
PAGE = """<!doctype html><html><head><title>Plain title</title>
<meta property="og:title" content="A &quot;quiet&quot; river"><meta name='description' content='It flows.'>
<meta property="og:site_name" content="Rivers\u202e of the world"><meta property="og:image" content="/river.png">
</head><body><title>Not this</title></body></html>"""


class Web(ThreadingHTTPServer):
    """A site whose pages are functions of a handler."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients go away in the middle, that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']} {self.path}")
        page = self.server.pages[self.path]
        if callable(page):
            page(self)
        else:
            self.say(200, page.encode())

    def say(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Type": "text/html; charset=utf-8"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass


def on_loopback(**more: Any) -> Fetcher:
    """A fetcher that may go where the servers of these tests are, and nowhere else that ours may not."""
    allowed = lambda address: address.is_loopback or is_public(address)  # noqa: E731
    return Fetcher(**{"allowed": allowed, "ports": lambda scheme, port: True, **more})


def redirect(to: str) -> Any:
    return lambda handler: handler.say(302, Location=to)
