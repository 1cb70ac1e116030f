"""The pictures in `docs/screenshots/` show every screen: none is forgotten, and none is of what is no more."""

import re

from config.env import ROOT
from tests.browser.screens import SCREENS
from tests.browser.screenshots import TARGET, THEMES, WIDTHS
from tests.browser.test_accessibility import NO_SCREEN
from tests.chat import matrix

MOST_BYTES = 3_500_000
TEMPLATES_AT = ROOT / "templates"
INCLUDED = re.compile(r'{% include "([^"]+)"[^%]*%}')
TEMPLATES = ("chat/_templates.html", "chat/_dialogs.html", "chat/_portrait.html")

NO_PICTURE = re.compile(
    r"/admin/.*/(add|delete|history)/$"  # forms and tables of Django's in our dress, as is that of an account
    r"|/admin/(auth|presence|accounts/session|chat/(membership|visitor|site|room))/"  # as people, messages, filters
    r"|/admin/accounts/appeal/$"  # as reports
    r"|/admin/(accounts/auditentry|accounts/filterrule|procrastinate/procrastinatejob)/{object}/"  # as a message
    r"|/admin/({app_label}|{url}|jsi18n|autocomplete|login|r/.*|password_change.*)/?$"  # they lead on, or are no pages
    r"|/admin/.*/{object}/$"  # leads to change/
)


def test_every_page_has_its_picture() -> None:
    pages = {row.address for row in matrix.rows() if row.method == "GET" and not NO_SCREEN.match(row.address)}
    admin = {row.address for row in matrix.rows() if row.address.startswith("/admin/") and row.method != "POST"}
    pages |= {address for address in admin if not NO_PICTURE.match(address)}
    assert pages - {screen.at for screen in SCREENS} == set()
    assert {screen.at for screen in SCREENS if screen.at} <= {row.address for row in matrix.rows()}


def test_everything_that_opens_on_a_page_has_its_picture() -> None:
    opens = set()
    for name in TEMPLATES:
        text = INCLUDED.sub(lambda part: (TEMPLATES_AT / part[1]).read_text(), (TEMPLATES_AT / name).read_text())
        opens |= set(
            re.findall(r'<template id="(t-[a-z]+)">\s*(?:{#.*#}\s*)?<(?:dialog|section|aside class="details")', text)
        )
        opens |= set(re.findall(r'<dialog [^>]*data-slot="([a-z-]+)"', text))
    assert opens - {screen.dialog for screen in SCREENS} == set()


def test_there_is_a_picture_of_every_screen_at_every_width_by_day_and_by_night() -> None:
    files = {f"{screen.name}-{width}-{theme}.webp" for screen in SCREENS for width in WIDTHS for theme in THEMES}
    assert {file.name for file in TARGET.iterdir()} == files
    assert sum(file.stat().st_size for file in TARGET.iterdir()) <= MOST_BYTES
