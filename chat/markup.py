"""What our messages add to Markdown: people and the room called by ``@handle`` and ``@room``, emoji by ``:name:``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from chat.emoji import SHORTCODES

EVERYBODY = "room"
"""``@room`` calls all members; nobody can have it as a handle."""

_CALL = re.compile(r"(?<![\w@/.+-])@([A-Za-z0-9_]{2,30})(?![A-Za-z0-9_@])")
_SHORTCODE = re.compile(r":([a-z0-9_]{1,24}|[+-]1):")
_NAMED = "named"


@dataclass(slots=True)
class Named:
    """Who may be named in a text, by handle, and who is."""

    people: Mapping[str, int]
    found: dict[int, None] = field(default_factory=dict)  # each once, in order
    room: bool = False


def handles_in(body: str) -> set[str]:
    """What looks like a handle in a text. Code and links are not told apart, so there may be more than in the end."""
    return {match[1].lower() for match in _CALL.finditer(body)} if "@" in body else set()


def plugin(markdown: MarkdownIt) -> None:
    markdown.inline.ruler.before("emphasis", "mention", _mention)
    markdown.inline.ruler.before("emphasis", "shortcode", _shortcode)
    markdown.add_render_rule("mention", _render_mention)


def env_of(named: Named | None) -> dict[str, Any]:
    return {} if named is None else {_NAMED: named}


def _mention(state: StateInline, silent: bool) -> bool:
    named: Named | None = state.env.get(_NAMED)
    match = _CALL.match(state.src, state.pos) if named and state.src[state.pos] == "@" else None
    if match is None or named is None:
        return False
    handle = match[1].lower()
    user_id = named.people.get(handle)
    if user_id is None and handle != EVERYBODY:
        return False
    if not silent:
        token = state.push("mention", "span", 0)
        token.content = handle
        token.meta = {"user": user_id}
        if user_id is None:
            named.room = True
        else:
            named.found[user_id] = None
    state.pos = match.end()
    return True


def _render_mention(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    user_id = token.meta["user"]
    whom = "data-room" if user_id is None else f'data-user="{user_id}"'
    return f'<span class="mention" {whom}>@{token.content}</span>'


def _shortcode(state: StateInline, silent: bool) -> bool:
    match = _SHORTCODE.match(state.src, state.pos) if state.src[state.pos] == ":" else None
    emoji = match and SHORTCODES.get(match[1])
    if not match or not emoji:
        return False
    if not silent:
        state.append_pending(emoji)
    state.pos = match.end()
    return True
