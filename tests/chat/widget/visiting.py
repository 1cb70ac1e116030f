"""How visitors of another site come in and ask for something."""

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from django.test import Client

from accounts.models import User
from chat.models import Site
from chat.widget.signing import secret_of

SHOP = "https://shop.example"
ClientFor = Callable[[User], Client]
VISITS = "/api/widget/visits/"


def signed(site: Site, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """What the server of the site makes of somebody who is signed in there, but for what ``claims`` say."""
    now = int(time.time())
    said = {"sub": "u-17", "name": "Vera Voss", "iat": now, "exp": now + 600, "aud": site.key} | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, secret_of(site) if secret is None else secret, algorithm=algorithm)


def ask(site: Site, *, origin: str = SHOP, **fields: Any) -> Any:
    body = json.dumps({"site": site.key, **fields})
    return Client().post(VISITS, body, content_type="application/json", headers={"Origin": origin})


def visit(site: Site, **fields: Any) -> dict[str, Any]:
    answer = ask(site, **({"token": signed(site)} | fields))
    assert answer.status_code == 200, answer.content
    came: dict[str, Any] = answer.json()
    return came


def call(token: str, method: str, address: str, origin: str | None = SHOP, **fields: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Origin": origin} if origin else {})
    body = json.dumps(fields) if fields else ""
    return Client().generic(method, address, body, content_type="application/json", headers=headers)
