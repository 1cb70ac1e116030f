"""A site of somebody else, on an origin of its own, with a strict content policy: what shows the widget."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

KINDS = {"css": "text/css", "js": "text/javascript"}
POLICY = "default-src 'self' {ours} {socket}; require-trusted-types-for 'script'; trusted-types parley"

# Notes what runs by itself in a page, so that a test can see that nothing does any more.
WATCH = """
window.running = new Set();
for (const [begin, end] of [["setTimeout", "clearTimeout"], ["setInterval", "clearInterval"]]) {
  const [set, clear] = [window[begin], window[end]];
  window[begin] = (work, ...rest) => {
    const id = set((...args) => {
      if (begin === "setTimeout") running.delete(`${begin} ${id}`);
      return work(...args);
    }, ...rest);
    running.add(`${begin} ${id}`);
    return id;
  };
  window[end] = (id) => (running.delete(`${begin} ${id}`), clear(id));
}
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
};
window.heard = [];
for (const name of ["open", "close", "message", "unread", "error"]) {
  addEventListener(`chat-${name}`, ({ detail }) => heard.push([name, detail.code ?? detail.count ?? ""]));
}
"""


class HostSite:
    """Pages by address; `ours` is where they find our server. The policy allows that and nothing else."""

    def __init__(self, ours: str) -> None:
        self.pages: dict[str, str] = {}
        self.ours = ours
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = host.pages.get(self.path.partition("?")[0])
                content = {"/watch.js": WATCH}.get(self.path, body)
                self.send_response(200 if content is not None else 404)
                kind = (
                    "text/css"
                    if self.path.endswith(".css")
                    else "text/javascript"
                    if self.path.endswith(".js")
                    else "text/html"
                )
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                policy = POLICY.format(ours=host.ours, socket=host.ours.replace("http", "ws", 1))
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write((content or "").encode())

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, path: str, body: str, *, attributes: str = 'lang="en"', head: str = "") -> None:
        """Write a page that shows what is in `body`."""
        self.pages[path] = (
            f'<!doctype html><html {attributes}><head><title>Boats</title><meta name="viewport" '
            f'content="width=device-width"><link rel="icon" href="/icon.js"><script src="/watch.js"></script>{head}'
            f'<script type="module" async src="{self.ours}/widget.js"></script></head><body><main>'
            f"<h1>Boats and ropes</h1><p>Everything for the sea.</p></main>{body}</body></html>"
        )
