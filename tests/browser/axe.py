"""axe-core in a page, in a world of its own: the policy of the page is neither in its way nor loosened for it."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import CDPSession, Page

SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = """axe.run(document, %s).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
  nodes.map((node) => `${id}: ${help}: ${node.target}: ${node.any.map(({ message }) => message)}`)))"""


class Axe:
    """Looks for what WCAG 2.2 AA forbids, and for what axe's makers advise against, in the document now on a page."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        frame = self._session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = self._session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        self._context: int = world["executionContextId"]
        self._run(SOURCE + ";0")

    def faults(self, *rules: str, but: str = "") -> list[str]:
        """What is wrong, in a line each: by these rules, or by all there are, ``but`` one."""
        wanted = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        options = {"runOnly": wanted, "resultTypes": ["violations"], "rules": {but: {"enabled": False}} if but else {}}
        found: list[str] = self._run(RUN % json.dumps(options))
        return found

    def _run(self, expression: str) -> Any:
        wanted = {"expression": expression, "contextId": self._context, "awaitPromise": True, "returnByValue": True}
        answer = self._session.send("Runtime.evaluate", wanted)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"]["value"]
