"""The head of an answer as ASGI has it, for answers that are handed out a second time."""

from __future__ import annotations

import re

from django.http.response import HttpResponseBase

from config.csp import HEADER

Headers = list[tuple[bytes, bytes]]

_POLICY = HEADER.lower().encode()
_NONCE = re.compile(rb"(?<='nonce-)[\w-]+(?=')")


def headers_of(response: HttpResponseBase) -> Headers:
    """All but the length, which is that of one answer only, and the cookies, which Django keeps apart."""
    named = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    return [(name, value) for name, value in named if name != b"content-length"]


def with_nonce(headers: Headers, nonce: str) -> Headers:
    """The same with another nonce in the policy, if that has one."""
    new = nonce.encode()
    return [(name, _NONCE.sub(new, value) if name == _POLICY else value) for name, value in headers]
