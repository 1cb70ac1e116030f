"""Services for the whole run, and the cast: Alice owns, Bob is a member, Eve is an outsider."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.cookies import access_name, refresh_name
from accounts.models import User
from accounts.tokens import mint_pair
from config.embedded import Services
from config.embedded.services import InUseError
from tests.jobs import forget_jobs
from tests.sessions import session_for
from tests.settings import SERVICES
from tests.threads import wait_for_all_threads

AnyClient = TypeVar("AnyClient", bound=Client)
YOUNG_SECONDS = 60  # a directory this young may be waiting for its services
PASSWORD = "a long and quiet river"


def pytest_configure(config: pytest.Config) -> None:
    """Start the services once, before xdist starts its workers."""
    if not hasattr(config, "workerinput"):
        _delete_leftovers()
        SERVICES.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not hasattr(config, "workerinput"):
        SERVICES.stop()
        _delete(SERVICES)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The whole cluster goes away at the end; dropping a database first would wait for pooled connections."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let tests empty all tables after them, also the audit trail, which refuses that elsewhere."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_is_not_emptied")


@pytest.fixture(autouse=True)
def _threads_are_idle(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty no table under a query that a test left running: one of the two would be the victim of a deadlock."""
    marker = request.node.get_closest_marker("django_db")
    marked = marker is not None and marker.kwargs.get("transaction")
    if not marked and "transactional_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # which empties them, after us
    yield
    wait_for_all_threads()
    forget_jobs()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, made once: a good hasher is slow on purpose."""
    return make_password(PASSWORD)


@pytest.fixture
def make_user(db: None, password_hash: str) -> Callable[[str], User]:
    """A function that makes somebody of that name, who can sign in with PASSWORD."""

    def make(full_name: str) -> User:
        user = User.objects.create_user(
            email=f"{full_name.split()[0].lower()}@example.org", full_name=full_name, password=None
        )
        User.objects.filter(pk=user.pk).update(password=password_hash)
        user.password = password_hash
        return user

    return make


@pytest.fixture
def alice(make_user: Callable[[str], User]) -> User:
    return make_user("Alice Arden")


@pytest.fixture
def bob(make_user: Callable[[str], User]) -> User:
    return make_user("Bob Baker")


@pytest.fixture
def eve(make_user: Callable[[str], User]) -> User:
    return make_user("Eve Evans")


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """A function that gives a browser in which that user is signed in."""
    return lambda user: _sign_in(Client(), user)


@pytest.fixture
def api_for() -> Callable[[User], APIClient]:
    """A function that gives an API client, signed in by the same cookies."""
    return lambda user: _sign_in(APIClient(), user)


def _sign_in(client: AnyClient, user: User) -> AnyClient:
    pair = mint_pair(session_for(user))
    client.cookies[access_name()] = pair.access
    client.cookies[refresh_name()] = pair.refresh
    return client


def _delete_leftovers() -> None:
    # A run that was killed could not clean up; nobody holds the lock of its directory any more.
    for directory in Path(tempfile.gettempdir()).glob("parley-tests-*"):
        with suppress(InUseError, OSError):
            if time.time() - directory.stat().st_mtime > YOUNG_SECONDS:
                _delete(Services(directory, durable=False))


def _delete(services: Services) -> None:
    services.lock()
    services.delete()
    shutil.rmtree(services.places.var, ignore_errors=True)
    services.stop()
