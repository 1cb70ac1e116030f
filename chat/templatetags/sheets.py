"""Links to the style sheets."""

from collections.abc import Collection
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chat.sheets import BUNDLE, ON_CONDITION, SHEETS, file_of

register = template.Library()

CHOICES = {"contrast": ("contrast", "more"), "still": ("motion", "less")}
"""Which choice of the reader's a sheet belongs to."""


@register.simple_tag
def stylesheets(reader: Any) -> SafeString:
    """Link to all sheets: to the one that `config.storage` has made of them, or where nothing is collected to each.

    ``reader``, who may be nobody, gets the sheets of what they have chosen whatever their system says.
    """
    chosen = [sheet for sheet, (name, value) in CHOICES.items() if getattr(reader, name, "") == value]
    if getattr(staticfiles_storage, "bundles", False):
        links = [(static(BUNDLE), ""), *((static(file_of(sheet)), "") for sheet in chosen)]
    else:
        links = [(static(file_of(sheet)), _media(sheet, chosen)) for sheet in (*SHEETS, *ON_CONDITION)]
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}"{}>', links)


def sheet_names() -> list[str]:
    """All files that pages may link to."""
    bundled = getattr(staticfiles_storage, "bundles", False)
    always = [BUNDLE] if bundled else [file_of(sheet) for sheet in SHEETS]
    return [*always, *(file_of(sheet) for sheet in ON_CONDITION)]


def _media(sheet: str, chosen: Collection[str]) -> str:
    condition = "" if sheet in chosen else ON_CONDITION.get(sheet, "")
    return format_html(' media="{}"', condition) if condition else ""
