"""A page names every module that its script needs, so that the browser fetches them side by side."""

import gzip
import re

import pytest
from django.template import Context, Template, TemplateSyntaxError

from config.bundle import bundle
from config.env import ROOT
from config.storage import ENTRY, smaller
from tests.browser.budgets import SCRIPT_BYTES


def names_in(html: str) -> list[str]:
    return re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', html)


LATER = {
    "js/chat/candidates.js",
    "js/chat/changes.js",
    "js/chat/choosing.js",
    "js/chat/commands.js",
    "js/chat/cropping.js",
    "js/chat/destinations.js",
    "js/chat/draft-sync.js",
    "js/chat/elements/composer-tray.js",
    "js/chat/elements/cropper.js",
    "js/chat/elements/emoji-picker.js",
    "js/chat/elements/destination-search.js",
    "js/chat/elements/forward-picker.js",
    "js/chat/elements/invitation-hint.js",
    "js/chat/elements/keyboard-help.js",
    "js/chat/elements/lightbox.js",
    "js/chat/elements/mark-unread.js",
    "js/chat/elements/mention-warning.js",
    "js/chat/elements/message-changes.js",
    "js/chat/elements/message-keyboard.js",
    "js/chat/elements/message-menu.js",
    "js/chat/elements/message-readers.js",
    "js/chat/elements/page-lightbox.js",
    "js/chat/elements/portrait.js",
    "js/chat/elements/reminder.js",
    "js/chat/elements/sound-choice.js",
    "js/chat/elements/thread-composer.js",
    "js/chat/elements/thread-pane.js",
    "js/chat/elements/thread-reading.js",
    "js/chat/elements/slow-mode.js",
    "js/chat/elements/swipe-reply.js",
    "js/chat/elements/switcher.js",
    "js/chat/elements/visible-height.js",
    "js/chat/elements/voice-player.js",
    "js/chat/elements/voice-recorder.js",
    "js/chat/emoji.js",
    "js/chat/longpoll.js",
    "js/chat/matching.js",
    "js/chat/notifications.js",
    "js/chat/panning.js",
    "js/chat/people.js",
    "js/chat/push.js",
    "js/chat/pushed.js",
    "js/chat/shrink.js",
    "js/chat/sound.js",
    "js/chat/tray.js",
    "js/chat/uploading.js",
    "js/chat/uploads.js",
    "js/chat/voice.js",
}
"""Modules that are imported when something first needs them."""


def preloaded(path: str) -> list[str]:
    return names_in(Template(f'{{% load modules %}}{{% modulepreload "{path}" %}}').render(Context()))


def test_everything_that_is_imported_is_named_once_and_nothing_that_comes_later() -> None:
    names = preloaded("js/chat/index.js")
    assert names[0] == "js/chat/index.js"
    on_disk = {str(path.relative_to(ROOT / "static")) for path in (ROOT / "static/js/chat").rglob("*.js")}
    assert len(names) == len(set(names))
    assert set(names) == on_disk - LATER


def test_a_module_that_is_missing_is_an_error() -> None:
    with pytest.raises(TemplateSyntaxError):
        preloaded("js/chat/nowhere.js")


def test_the_script_of_a_page_stays_small() -> None:
    joined = bundle(ENTRY, lambda name: (ROOT / "static" / name).read_text())[ENTRY]
    assert len(gzip.compress(smaller(ENTRY, joined.encode()))) <= SCRIPT_BYTES
