"""What accounts do while the database is away."""

import logging
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from accounts.tokens import mint_pair
from tests.accounts.devices import MEMBERS_PAGE, MEMBERS_REST, hold
from tests.accounts.sockets import who_is_behind
from tests.sessions import session_for


def _away(_accesses: Sequence[str]) -> None:
    raise OperationalError("the connection is lost\nmore about it")


@pytest.mark.django_db
@pytest.mark.parametrize("path", [MEMBERS_PAGE, MEMBERS_REST])
def test_members_are_told_that_the_database_is_away_and_keep_their_cookies(
    alice: User, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = mint_pair(session_for(alice))
    client = hold(Client(), access=pair.access, refresh=pair.refresh)
    monkeypatch.setattr("accounts.services.find_sessions", _away)
    response = client.get(path)
    assert response.status_code == 503
    assert not response.cookies
    monkeypatch.undo()
    assert client.get(path).status_code == 200


@pytest.mark.django_db(transaction=True)  # its database thread may have a connection to give back
async def test_sockets_are_refused_with_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("accounts.services.find_sessions", _away)
    with caplog.at_level(logging.WARNING):
        assert await who_is_behind("some-token") == (AnonymousUser(), None)
    assert [record.getMessage() for record in caplog.records] == [
        "A socket was refused, the database is away: the connection is lost"
    ]
    assert caplog.records[0].exc_info is None
