"""Making an answer to keep: Django's own, out of one state of the database, and the stamp of that state.

Everything is read in one REPEATABLE READ transaction, the stamp too: so the two belong together whatever others commit
meanwhile. It is READ ONLY as well, for what is answered from memory would not be written a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http.response import HttpResponse, HttpResponseBase
from django.utils import timezone

from accounts.dependencies import Dependencies, noting
from accounts.middleware import KNOWN_SESSION
from accounts.models import Session
from accounts.services import note_use
from chat.stamps import Asked, stamps
from config.handler import Pages
from config.headers import Headers, headers_of
from config.kept.bodies import Body, body_of
from config.kept.questions import Question

_CSRF_SECRET = re.compile(r"[a-zA-Z0-9]{32}")


class Proof(NamedTuple):
    """By what one finds out whether an answer still holds: who and what is asked about, and what was said then."""

    asked: Asked
    stamp: bytes
    noted: Dependencies

    def lasts(self) -> bool:
        """Whether it has not come to an end by itself."""
        return self.noted.ends is None or timezone.now() < self.noted.ends


class Answer(NamedTuple):
    """What is sent. ``tag`` names its content if nothing in it is made anew.

    Without a ``proof`` nobody gets it a second time.
    """

    status: int
    headers: Headers
    body: Body
    tag: bytes
    user_id: int
    proof: Proof | None

    @property
    def size(self) -> int:
        people = len(self.proof.noted.people) if self.proof else 0
        return self.body.size + sum(len(name) + len(value) + 100 for name, value in self.headers) + 100 * people + 2_000


def draw(pages: Pages, question: Question, scope: Mapping[str, Any]) -> Answer | None:
    """Answer a question, with the proof if the answer may be kept.

    None where it must be answered as any other request: nobody is signed in, or something went wrong on the way.
    """
    try:
        with _snapshot():
            session = Session.objects.all().live_with_users([question.session_id]).get(question.session_id)
            if session is None:
                return None
            with noting() as noted, _reading() as tables:
                asked_for = question.scope_for(scope) | {KNOWN_SESSION: session}
                response = pages.answer(asked_for, BytesIO())
            if response.status_code >= 500:
                return None
            proof = None
            if tables <= question.route.scope.tables and _may_be_kept(response, question, noted):
                proof = _proof(question, noted)
        note_use([(session.pk, session.last_used_at)])
    finally:
        connection.close()
    return _answer(response, question, session.user_id, proof)


@contextmanager
def _snapshot() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _reading() -> Iterator[set[str]]:
    """Collect the names of the tables that are read."""
    tables: set[str] = set()

    def look(execute: Any, sql: Any, *rest: Any) -> Any:
        tables.update(_tables_in(str(sql)))
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield tables


@lru_cache(500)
def _tables_in(statement: str) -> frozenset[str]:
    return frozenset(_table_names().findall(statement))


@cache
def _table_names() -> re.Pattern[str]:
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return re.compile(rf"\b(?:{'|'.join(sorted(names, key=len, reverse=True))})\b")


def _may_be_kept(response: HttpResponseBase, question: Question, noted: Dependencies) -> bool:
    if response.status_code != 200 or response.streaming or not noted.is_certain:
        return False
    # Whoever has no CSRF cookie gets one, and who has one gets it again, to live on: but nothing else may be set.
    set_again = {settings.CSRF_COOKIE_NAME: question.csrf} if _CSRF_SECRET.fullmatch(question.csrf) else {}
    cookies = {name: morsel.value for name, morsel in response.cookies.items()}
    return cookies.items() <= set_again.items()


def _proof(question: Question, noted: Dependencies) -> Proof | None:
    offline = [pk for pk, status in noted.statuses.items() if status == "offline"]
    scope, room_id = question.route
    people = sorted(noted.people)
    asked = Asked(question.session_id, scope.listing, scope.searching, room_id, people, sorted(offline))
    [stamp] = stamps([asked])
    return None if stamp is None else Proof(asked, stamp, noted)


def _answer(response: HttpResponseBase, question: Question, user_id: int, proof: Proof | None) -> Answer:
    assert isinstance(response, HttpResponse)  # nothing that is marked is streamed
    body = body_of(response.content, is_gzip=question.is_gzip, has_holes=proof is not None)
    tag = b""
    if proof and not body.has_holes:
        tag = b'"%s%s"' % (sha256(response.content).hexdigest()[:32].encode(), b"-gzip" if body.is_gzip else b"")
    headers = headers_of(response)
    headers += [(b"set-cookie", cookie.OutputString().encode("latin-1")) for cookie in response.cookies.values()]
    headers += [(b"content-encoding", b"gzip")] if body.is_gzip else []
    headers += [(b"etag", tag)] if tag else []
    return Answer(response.status_code, headers, body, tag, user_id, proof)
