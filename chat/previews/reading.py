"""What a page says of itself in its head: title, description, site, and a picture.

No parser builds a tree of what strangers send: the few elements are looked for by patterns that never go back.
"""

from __future__ import annotations

import re
import unicodedata
from codecs import lookup
from collections.abc import Mapping
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from chat.previews.fetching import Fetched

TITLE_LENGTH, DESCRIPTION_LENGTH, SITE_LENGTH = 160, 280, 60

# No element reaches into the next one: where many are begun and none is ended, each is looked at once.
_META = re.compile(r"""<meta\b((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:_-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>=]++))""")
_TITLE = re.compile(r"<title\b[^<>]*+>([^<]*+)", re.IGNORECASE)
_BODY = re.compile(r"<body\b|</head>", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*+=\s*+["']?([a-zA-Z0-9_-]++)""", re.IGNORECASE)
LONGEST_ELEMENT = 4000
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})


class Reading(NamedTuple):
    """What is known of a page. ``picture`` is the address of one, or empty."""

    title: str
    description: str
    site: str
    picture: str


def read(page: Fetched) -> Reading | None:
    """Read the head of a page; None if it says nothing that could be shown."""
    head = _head(page)
    known = _metas(head)
    found = _TITLE.search(head)
    title = _first(known, "og:title", "twitter:title") or (found[1] if found else "")
    title = clean(title, TITLE_LENGTH)
    if not title:
        return None
    site = clean(_first(known, "og:site_name"), SITE_LENGTH) or (urlsplit(page.url).hostname or "").removeprefix("www.")
    description = clean(_first(known, "og:description", "twitter:description", "description"), DESCRIPTION_LENGTH)
    picture = _first(known, "og:image:secure_url", "og:image", "twitter:image").strip()
    return Reading(title, description, site, urljoin(page.url, unescape(picture)) if picture else "")


def clean(text: str, longest: int) -> str:
    """One line of text as it may stand on our pages: nothing invisible, nothing that turns other text around."""
    text = unicodedata.normalize("NFC", unescape(text))
    line = "".join(" " if char.isspace() else char for char in text)
    line = " ".join("".join(char for char in line if unicodedata.category(char) not in _REFUSED).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _head(page: Fetched) -> str:
    named = _CHARSET.search(page.content[:2048])
    charset = page.charset or (named[1].decode("ascii") if named else "utf-8")
    try:
        lookup(charset)
        text = page.content.decode(charset, "replace")
    except (LookupError, ValueError):
        text = page.content.decode("utf-8", "replace")
    end = _BODY.search(text)
    return text[: end.start()] if end else text


def _metas(head: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for element in _META.finditer(head):
        if len(element[1]) > LONGEST_ELEMENT:
            continue
        attributes = {name.lower(): one or two or three for name, one, two, three in _ATTRIBUTE.findall(element[1])}
        name = attributes.get("property") or attributes.get("name") or ""
        if content := attributes.get("content", ""):
            known.setdefault(name.lower(), content)
    return known


def _first(known: Mapping[str, str], *names: str) -> str:
    return next((known[name] for name in names if known.get(name, "").strip()), "")
