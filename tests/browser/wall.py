"""A network that lets no socket through."""

import re

from playwright.sync_api import Request, WebSocketRoute

from tests.browser.people import Device


class Wall:
    """Lets everything through but sockets, as the firewalls of some offices do, and counts what is asked instead.

    `passed` are the sockets that got through, `used` those in which the page has answered the server.
    """

    def __init__(self, device: Device) -> None:
        self.stands = True
        self.passed = 0
        self.used = 0
        self.questions: list[str] = []
        device.link.expect_trouble()
        device.context.route_web_socket(re.compile(r"/ws/(widget/)?$"), self._on_socket)
        device.context.on("request", self._on_request)

    def _on_socket(self, socket: WebSocketRoute) -> None:
        if self.stands:
            socket.close()
            return
        self.passed += 1
        server = socket.connect_to_server()
        heard: list[str] = []

        def on_heard(frame: str | bytes) -> None:
            heard.append(str(frame))
            socket.send(frame)

        def on_said(frame: str | bytes) -> None:
            if heard:
                self.used += 1
            server.send(frame)

        server.on_message(on_heard)
        socket.on_message(on_said)

    def _on_request(self, request: Request) -> None:
        if request.url.endswith("/sync/") and '"wait":25' in (request.post_data or ""):
            self.questions.append(request.url)
