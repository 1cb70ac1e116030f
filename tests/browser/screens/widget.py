"""The widget: on our own page that shows it, and on a page of somebody else."""

import re

from playwright.sync_api import Page, expect

from tests.browser.host import HostSite
from tests.browser.screens.screen import Screen, Stage, goes

PAGE = """<!doctype html>
<html lang="en">
<head>
  <title>Boats &amp; Ropes</title>
  <meta name="viewport" content="width=device-width">
  <meta name="color-scheme" content="light dark">
  <link rel="stylesheet" href="/shop.css">
  <script type="module" async src="{url}/widget.js"></script>
</head>
<body>
  <h1>Boats &amp; Ropes</h1>
  <p>Everything that floats, and everything that keeps it where it is. By the harbour since 1906.</p>
  <ul>
    <li>Dinghies, blue and white</li>
    <li>Hemp rope by the metre</li>
    <li>Lanterns for one night</li>
    <li>Gloves for wet cables</li>
  </ul>
  <chat-widget site="{site}"></chat-widget>
</body>
</html>"""
SHEET = """
body { margin: 0 auto; max-width: 60rem; padding: 3rem 1.5rem; font: 1.0625rem/1.6 "Liberation Serif", serif; }
h1 { margin: 0 0 1rem; font-size: 2.5rem; line-height: 1.15; }
p { max-width: 34rem; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem; padding: 0; }
li { padding: 1.25rem; border: 1px solid #8886; list-style: none; }
"""


def furnish(shop: HostSite, site: str) -> None:
    """Make the page of somebody else, which shows the widget of this site."""
    shop.pages |= {"/": PAGE.format(url=shop.ours, site=site), "/shop.css": SHEET, "/favicon.ico": ""}


def at_the_shop(stage: Stage, page: Page) -> None:
    page.goto(stage.places["shop"])
    expect(page.get_by_role("button", name=re.compile("^Chat"))).to_be_visible()


def opened(stage: Stage, page: Page) -> None:
    """A guest who has asked something."""
    at_the_shop(stage, page)
    page.get_by_role("button", name=re.compile("^Chat")).click()
    box = page.get_by_role("textbox", name="Write a message")
    expect(box).to_be_enabled()
    if page.locator(".message--mine").count() == 0:
        box.fill("Is the blue dinghy still there?")


SCREENS = (
    Screen("embed", goes("/embed/demo/"), "/embed/demo/", ""),
    Screen("widget-open", opened, who=""),
)
