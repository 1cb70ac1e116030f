"""From what somebody typed to what everybody sees: cleaning, and a safe subset of Markdown, rendered once at write."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt

from chat import markup
from chat.exceptions import ChatError
from chat.protocol import MAX_BODY

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)

# One line of words and simple punctuation: most of what people say. It has no markup, no link, nothing to escape; to
# parse and sanitise it would cost a hundred times as much and change nothing (a test holds that).
_PLAIN = re.compile("[^\\W\\d_](?:[^\\W_]| (?! )|[,;!?'\"](?! *$)|:(?![a-z\\d_]| *$)|[.!?](?= |$))*")

_IN_LANGUAGE = re.compile('<div lang="([A-Za-z-]+)">')  # nobody else's: no Markdown makes a div

_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "typographer": False})
    .enable(["linkify", "strikethrough"])
    .disable(["image", "heading", "lheading", "hr", "html_block", "html_inline", "reference"])
    .use(markup.plugin)
)

_sanitiser = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote", "span"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "span": {"data-user", "data-room"}},
    allowed_classes={"span": {"mention"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow ugc",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def clean_body(body: str, *, may_be_empty: bool = False) -> str:
    r"""Bring a message's text into the form that is stored; raises ``ChatError`` for what cannot be a message.

    NFC, line ends as ``\n``, no control or direction-override characters, no blank lines around it; 1 to 10,000
    characters, or none where something else is in the message.
    """
    if _UNSTORABLE.search(body):
        raise ChatError("invalid", "The message has a character that cannot be stored. Remove it and send again.")
    body = unicodedata.normalize("NFC", body).replace("\r\n", "\n").replace("\r", "\n")
    body = _BIDI_OVERRIDES.sub("", _CONTROLS.sub("", body)).strip("\n").rstrip()
    if not _INVISIBLE.sub("", body):
        if may_be_empty:
            return ""
        raise ChatError("empty", "The message is empty. Write something first.")
    if len(body) > MAX_BODY:
        raise ChatError(
            "too_long", f"The message has {len(body):,} characters; at most {MAX_BODY:,} can be sent at once."
        )
    return body


class Rendered(NamedTuple):
    """What a text came to, and whom it names: people by id, each once, and perhaps the whole room."""

    html: str
    mentioned: Sequence[int] = ()
    mentions_room: bool = False


def render(body: str) -> str:
    """Render cleaned text to HTML that may be put into any page as it is; names in it are words like others."""
    return compose(body).html


def in_language(html: str, language: str) -> str:
    """Say of rendered text which language it is in, by its tag; an empty one says nothing."""
    return f'<div lang="{language}">{html}</div>' if language and html else html


def language_of(html: str) -> str:
    """The language that this text says it is in, by its tag; an empty one where it says nothing."""
    said = _IN_LANGUAGE.match(html)
    return said[1] if said else ""


def compose(body: str, people: Mapping[str, int] | None = None) -> Rendered:
    """Render cleaned text in which these people, by handle, and the room may be named. None: nobody may."""
    if not body:
        return Rendered("")
    if _PLAIN.fullmatch(body):
        return Rendered(f"<p>{body}</p>")
    named = None if people is None else markup.Named(people)
    html = _sanitiser.clean(_markdown.render(body, markup.env_of(named))).strip()
    return Rendered(html, list(named.found), named.room) if named else Rendered(html)
