"""Draws the icons of the installed app from the mark: `python -m tests.browser.icons`, or `make icons`."""

from __future__ import annotations

import re

from playwright.sync_api import Page, sync_playwright

from config.env import ROOT
from tests.browser.chromium import launch

IMAGES = ROOT / "static" / "img"
GROUND, MARK = "#007a7a", "#fefdfb"
#: File, pixels, the mark's part of the width, the corners' part: systems that mask an icon cut up to a tenth off each
#: side, and the corners as they like.
ICONS = (
    ("icon-192", 192, 0.6, 0.22),
    ("icon-512", 512, 0.6, 0.22),
    ("icon-maskable-512", 512, 0.48, 0),
    ("icon-apple-180", 180, 0.56, 0),
)
PAGE = """<style>body {{ margin: 0 }}</style><svg width="{size}" height="{size}" viewBox="0 0 100 100">
<rect width="100" height="100" rx="{corner}" fill="{ground}"/>
<svg x="{x}" y="{y}" width="{width}" height="{width}" viewBox="2.5 1.5 20 20">
<path fill="{mark}" fill-rule="evenodd" d="{path}"/></svg></svg>"""


def main() -> None:
    path = re.findall(r' d="([^"]+)"', (IMAGES / "favicon.svg").read_text())[0]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        for name, size, share, corner in ICONS:
            _draw(page, name, size=size, share=share, corner=corner, path=path)
        browser.close()


def _draw(page: Page, name: str, *, size: int, share: float, corner: float, path: str) -> None:
    width = share * 100
    start = (100 - width) / 2
    drawing = {"size": size, "corner": corner * 100, "x": start, "y": start + 1, "width": width, "path": path}
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(PAGE.format(ground=GROUND, mark=MARK, **drawing))
    page.screenshot(path=IMAGES / f"{name}.png", omit_background=True)


if __name__ == "__main__":
    main()
