"""The door before Django: asks whether a kept answer still holds, and hands it out; else has one made.

Those who ask at the same time are looked up together, by one statement and one command to Redis (`accounts.rounds`):
so a busy worker pays for a fraction of a query, and an idle one answers at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from redis.exceptions import RedisError

from accounts.rounds import in_rounds
from accounts.threads import in_thread
from chat.exceptions import ChatError
from chat.hub import get_hub
from chat.stamps import stamps
from config.csp import new_nonce
from config.handler import Pages, in_request_thread
from config.headers import with_nonce
from config.kept.drawing import Answer, Proof, draw
from config.kept.questions import Question, question_in
from config.kept.store import Store
from presence.services import statuses

ASKED_AT_ONCE = 50

Send = Callable[[dict[str, Any]], Awaitable[None]]


class KeptPages:
    """Hands out what is kept, at most ``most_bytes`` of it; everything else is for ``pages`` to answer."""

    def __init__(self, pages: Pages, *, most_bytes: int) -> None:
        self._pages = pages
        self.store: Store[Answer] = Store(most_bytes)
        self._is_on = most_bytes > 0

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        question = question_in(scope) if self._is_on else None
        answer = None
        if question is not None:
            with suppress(OperationalError, InterfaceError):  # there is a page for that
                answer = await self._answer(question, scope)
        if question is None or answer is None:
            await self._pages(scope, receive, send)
        else:
            await _send(answer, question, send)

    async def _answer(self, question: Question, scope: Any) -> Answer | None:
        kept = self.store.get(question.key)
        if kept and kept.proof and kept.proof.lasts() and await _holds(kept.proof) and await _counted(kept, question):
            return kept
        answer = await in_request_thread(draw, self._pages, question, scope)
        if answer is None or answer.proof is None:
            self.store.drop(question.key)
        else:
            self.store.put(question.key, answer)
        return answer


def _hold(proofs: Sequence[Proof]) -> list[bool]:
    """Whether what these prove is still so, and their readers are signed in."""
    here = _statuses({pk for proof in proofs for pk in proof.noted.statuses})
    present = stamps([proof.asked for proof in proofs], visit=True)
    return [
        stamp == proof.stamp and all(here.get(pk) == status for pk, status in proof.noted.statuses.items())
        for stamp, proof in zip(present, proofs, strict=True)
    ]


def _statuses(people: set[int]) -> dict[int, str]:
    """Who is here. While Redis is away nobody knows: what shows it is made anew, without."""
    try:
        return dict(statuses(people))
    except RedisError:
        return {}


_hold_in_thread = in_thread(_hold)
_holds_by_rows = in_rounds(_hold_in_thread, most=ASKED_AT_ONCE)
_holds_by_presence = in_rounds(_hold_in_thread, most=ASKED_AT_ONCE)
"""Apart: whoever need not ask Redis shall not wait for it."""


async def _holds(proof: Proof) -> bool:
    return await (_holds_by_presence if proof.noted.statuses else _holds_by_rows)(proof)


async def _counted(answer: Answer, question: Question) -> bool:
    """Count what is limited; False if it is too much, which the view says in its own words."""
    limit = question.route.scope.limit
    if limit is None:
        return True
    try:
        await (await get_hub()).allowance.spend(limit, answer.user_id)
    except ChatError:
        return False
    return True


async def _send(answer: Answer, question: Question, send: Send) -> None:
    status, headers, body = answer.status, answer.headers, b""
    if answer.tag and answer.tag in question.tag:
        status, headers = 304, [(name, value) for name, value in headers if not name.startswith(b"content-")]
    else:
        nonce = new_nonce()
        body = answer.body.fill(_fillings(nonce, question.csrf))
        if answer.proof:  # else it is as Django made it, with its own
            headers = with_nonce(headers, nonce)
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _fillings(nonce: str, csrf: str) -> dict[str, Callable[[], bytes]]:
    return {
        "nonce": nonce.encode,
        "csrf": cache(partial(_token, csrf)),
        "client_id": lambda: str(uuid4()).encode(),
    }


def _token(secret: str) -> bytes:
    """A CSRF token for the forms of one answer: the secret of the reader's cookie behind a mask of its own."""
    request = HttpRequest()
    request.META["CSRF_COOKIE"] = secret
    return get_token(request).encode()
