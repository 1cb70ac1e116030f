"""What pages are put together from: partials that are drawn once, and data that cannot end its element."""

import json
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from pytest_django import Settings

from chat.templatetags import drawing
from chat.templatetags.data import json_data
from chat.timeline import THEIRS, Day, Unread

EVIL = '</script><script>alert("&")</script>\u2028'


@pytest.fixture(autouse=True)
def _in_production(settings: Settings) -> None:
    """Where partials do not change while the worker runs."""
    settings.DEBUG = False
    drawing._drawn.cache_clear()


def drawn(item: Any) -> str:
    return Template('{% load drawing %}{% drawn "chat/_unread.html" item=item %}').render(Context({"item": item}))


def included(item: Any) -> str:
    template = '{% include "chat/_unread.html" with item=item only %}'
    return Template(template).render(Context({"item": item, "other": "not seen"}))


def test_a_partial_is_drawn_as_it_is_included() -> None:
    for label in ("3 new", "<b>& more</b>", mark_safe("<b>& more</b>")):
        assert drawn({"label": label}) == included({"label": label})


def test_the_same_is_drawn_once_and_anything_else_anew() -> None:
    for label in ("3 new", "4 new", "3 new", "3 new"):
        assert label in drawn({"label": label})
    assert drawing._drawn.cache_info().misses == 2


def test_many_are_drawn_as_one_by_one() -> None:
    day, unread = Day("2026-11-20", "Today"), Unread("3 new")
    template = '{% load drawing %}{% drawn_each "chat/_unread.html" item=items %}'
    assert Template(template).render(Context({"items": [unread, unread]})) == included(unread) * 2
    template = '{% load drawing %}{% drawn_timeline items %}|{% include "chat/_day.html" with item=items.0 only %}'
    timeline, plain_day = Template(template).render(Context({"items": [day, unread, THEIRS]})).split("|")
    message = '{% include "chat/_message.html" with entry=entry only %}'
    assert timeline == plain_day + included(unread) + Template(message).render(Context({"entry": THEIRS}))


def test_text_is_not_taken_for_the_same_words_as_html() -> None:
    assert "<b>" in drawn({"label": mark_safe("<b>3</b>")})
    assert "<b>" not in drawn({"label": "<b>3</b>"})


def test_what_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError, match="no plain data"):
        drawn(object())


def test_data_in_a_page_cannot_end_its_element_and_comes_out_as_it_went_in() -> None:
    data = {"rooms": [{"name": EVIL, "unread": 3, "other": None}]}
    element = json_data(data, "parley-rooms")
    content = element.removeprefix('<script id="parley-rooms" type="application/json">').removesuffix("</script>")
    assert not set("<>&") & set(content)
    assert json.loads(content) == data
