"""Who may do what: reads `matrix.txt`, finds every door there is, and says what came of knocking at one.

A door is a method and an address, or a frame of the socket. The note behind an address, `(own)`, tells rows of the same
door apart: `matrix_requests.py` says what each asks for.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

from django.contrib.messages import ERROR, get_messages
from django.core.files.base import File
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from chat import protocol

TABLE = Path(__file__).with_name("matrix.txt")
COLUMNS = (
    *("nobody", "banned", "stranger", "staff", "invited", "removed", "blocked", "reader", "shelved"),
    *("member", "muted", "moderator", "admin", "owner"),
)
ADMIN_TABLE = TABLE.with_name("matrix_admin.txt")
ADMIN_COLUMNS = ("nobody", "member", "mona", "ada", "staff")
TABLES = {TABLE: COLUMNS, ADMIN_TABLE: ADMIN_COLUMNS}
OUTCOMES = {"ok", "in", "no", "400", "401", "403", "404", "409"}
ANY = "ANY"
"""In the table: GET and POST alike."""

NOT_OFFERED = "No action selected."
"""What Django says of an act on a list that somebody may not do."""

FRAME = "SAY"
IMPLIED = {"HEAD", "OPTIONS"}
"""HEAD is GET, and what OPTIONS tells is no secret."""

POLLS = ("/api/sync/", "/api/widget/sync/")
OUTSIDE = {"GET /livez", "GET /readyz", "GET /metrics"} | {f"{way} {poll}" for way in ("GET", "POST") for poll in POLLS}
"""Doors that Django's resolver does not know."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a door, perhaps one of several ways to use it, and what comes of it for whom."""

    section: str
    method: str
    address: str
    note: str
    outcomes: dict[str, str]

    @property
    def door(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def name(self) -> str:
        return f"{self.door} ({self.note})" if self.note else self.door

    @property
    def pattern(self) -> bool:
        """Whether it stands for all doors of this form that have no row of their own."""
        return "*" in self.address or self.method == ANY


_LINE = re.compile(r"(?P<method>[A-Z]+) +(?P<address>\S+)(?: \((?P<note>[^)]+)\))? {2,}(?P<cells>\S.*)")


@cache
def rows() -> list[Row]:
    """The tables. A line that begins with ## begins a section; other lines with # are for readers."""
    return [row for table in TABLES for row in _read(table)]


def _read(table: Path) -> Iterator[Row]:
    section = ""
    for line in table.read_text().splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.strip() and not line.startswith(("#", " ")):
            yield _row(section, line, table)


def _row(section: str, line: str, table: Path) -> Row:
    match, columns = _LINE.fullmatch(line.strip()), TABLES[table]
    assert match, f"This line of {table.name} cannot be read: {line}"
    cells = match["cells"].split()
    assert len(cells) == len(columns), f"{len(cells)} cells for {len(columns)} columns in {table.name}: {line}"
    assert OUTCOMES.issuperset(cells), f"{table.name} knows {sorted(OUTCOMES)}, and not all that is here: {line}"
    return Row(section, match["method"], match["address"], match["note"] or "", dict(zip(columns, cells, strict=True)))


def line(row: Row, found: dict[str, str]) -> str:
    """The row as it should be written if what was found is right."""
    note = f" ({row.note})" if row.note else ""
    cells = " ".join(f"{found.get(column, '?'):{len(column)}}" for column in row.outcomes)
    return f"{row.method:6} {row.address + note:66}  {cells}"


# Doors


def addresses() -> dict[str, Any]:
    """Every address of the site, as `/rooms/{room}/`, with what answers there. Of two alike the first one counts."""
    found: dict[str, Any] = {}
    for address, view in _walk(get_resolver().url_patterns, "/"):
        found.setdefault(address, view)
    return found


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        address = before + _plain(each)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, address)
        else:
            yield address, each.callback


def _plain(each: URLPattern | URLResolver) -> str:
    text = str(each.pattern)
    if isinstance(each.pattern, RegexPattern):
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", text.strip("^$")).replace(".*", "{anything}")
    return re.sub(r"<(?:\w+:)?(\w+?)(?:_id)?>", r"{\1}", text)


def methods(address: str, view: Any, client: Client) -> list[str]:
    """The methods that may be tried: what the view itself says when it is asked for another one.

    Some do not look at the method; and a redirection takes them all. They are asked with GET and POST.
    """
    if actions := getattr(view, "actions", None):
        return sorted({method.upper() for method in actions} - IMPLIED)
    path = re.sub(r"{(?:session|attachment|version|batch)}", str(UUID(int=1)), address)
    path = re.sub(r"{\w+}", "1", path)
    allow = client.generic("PURGE", path).headers.get("Allow", "GET, POST")
    allowed = set(allow.split(", ")) - IMPLIED
    return sorted(allowed if len(allowed) <= 2 else {"GET", "POST"})


def frames() -> list[str]:
    return [f"{FRAME} {struct.__struct_config__.tag}" for struct in get_args(protocol.AnyClientFrame)]


def row_for(door: str) -> Row | None:
    """The first row of a door itself, else the first pattern that it is of."""
    return next((row for row in rows() if row.door == door), None) or next(
        (row for row in rows() if row.pattern and re.fullmatch(_expression(row.door), door)), None
    )


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(ANY, "(GET|POST)")


# Knocking


def knock(client: Client, cookies: dict[str, str], method: str, path: str, body: dict[str, Any]) -> str:
    """Ask with nothing but these cookies; answers one of the outcomes."""
    client.cookies = SimpleCookie(cookies)
    if method == "GET":
        response: Any = client.get(path, body)
    elif any(isinstance(value, File) for value in body.values()):
        response = client.generic(method, path, encode_multipart(BOUNDARY, body), content_type=MULTIPART_CONTENT)
    elif path.startswith("/api/"):
        response = client.generic(method, path, json.dumps(body), content_type="application/json")
    else:
        response = client.generic(method, path, _form(body), content_type="application/x-www-form-urlencoded")
    return outcome(response)


def _form(body: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    return urlencode(body)


def outcome(response: Any) -> str:
    """What an answer means: see the head of the table."""
    status: int = response.status_code
    if 200 <= status < 300:
        return "ok"
    if not 300 <= status < 400:
        return str(status)
    if response.headers["Location"].startswith(("/login/", "/admin/login/")):
        return "in"
    said = list(get_messages(response.wsgi_request))
    refused = any(message.level == ERROR or str(message) == NOT_OFFERED for message in said)
    return "no" if refused else "ok"
