"""A network that lets no socket through."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Request, WebSocketRoute

from config.embedded.process import wait_until
from tests.browser.people import Device


class Wall:
    """Lets everything through but sockets, as the firewalls of some offices do, and counts what is asked instead."""

    def __init__(self, device: Device) -> None:
        self.stands = True
        self.passed = 0
        self.questions: list[str] = []
        device.link.expect_trouble()
        device.context.route_web_socket(re.compile(r"/ws/(widget/)?$"), self._on_socket)
        device.context.on("request", self._on_request)

    def _on_socket(self, socket: WebSocketRoute) -> None:
        if self.stands:
            socket.close()
        else:
            self.passed += 1
            socket.connect_to_server()

    def _on_request(self, request: Request) -> None:
        if request.url.endswith("/sync/") and '"wait":25' in (request.post_data or ""):
            self.questions.append(request.url)


def wait_in(tab: Page, condition: Callable[[], bool]) -> None:
    """Wait for what playwright tells us of, which it does only while we wait in a page."""

    def told() -> bool:
        tab.evaluate("0")
        return condition()

    assert wait_until(told, seconds=30)
