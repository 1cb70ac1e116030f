"""Icons that stand in the markup itself, where a page may not fetch the drawing with all of them."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_SYMBOL = re.compile(r'<symbol id="([\w-]+)" (viewBox="[^"]+")>(.*?)</symbol>', re.DOTALL)


@register.simple_tag
def inline_icon(name: str) -> SafeString:
    box, content = _icons()[name]
    return mark_safe(f'<svg class="icon" aria-hidden="true" {box}>{content}</svg>')  # noqa: S308 - a drawing of ours


@cache
def _icons() -> dict[str, tuple[str, str]]:
    path = finders.find("img/icons.svg")
    assert path is not None
    return {name: (box, content) for name, box, content in _SYMBOL.findall(Path(path).read_text())}
