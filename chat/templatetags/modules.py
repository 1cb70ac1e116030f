"""The modules of the client, so that a page can ask for all of them at once.

Where `config.storage` has collected them, the first has all that it needs in itself.
"""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

IMPORT = re.compile(r"""^(?:import|export)\b[^"'();]*["'](\.[^"']+)["'];""", re.MULTILINE)
"""What a module cannot start without; ``import("…")`` comes when it is needed."""


@register.simple_tag
def modulepreload(path: str) -> SafeString:
    """Link to the module at ``path`` and all that it needs: found one by one, each level would cost a round trip."""
    return _links(path) if settings.DEBUG else _links_once(path)


def _links(path: str) -> SafeString:
    names = [path] if getattr(staticfiles_storage, "bundles", False) else _needed(path)
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', ((static(name),) for name in names))


def _needed(path: str) -> list[str]:
    names = [path]
    for name in names:
        imports = IMPORT.findall(Path(_file_of(name)).read_text())
        targets = [normpath(join(dirname(name), target)) for target in imports]
        names += [target for target in targets if target not in names]
    return names


def _file_of(name: str) -> str:
    file = finders.find(name)
    if file is None:
        raise template.TemplateSyntaxError(f"There is no module {name}.")
    return file


_links_once = cache(_links)
