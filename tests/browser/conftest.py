"""Real browsers, a real server, and the cast: Alice, Bob and Carol, each with a device of their own."""

import os
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import CHROMIUM, launch
from tests.browser.database import Database
from tests.browser.network import Network
from tests.browser.people import PASSWORD, Device, Person, email_of, troubles_of
from tests.browser.server import Server
from tests.browser.static import collect
from tests.settings import SERVICES

PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)

NewDevice = Callable[..., Device]
NewPerson = Callable[..., Person]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the server said when a test failed."""
    report = yield
    if report.failed and isinstance(server := item.funcargs.get("server"), Server):
        report.sections.append(("server", server.said()))
    return report


@pytest.fixture(scope="session")
def database() -> Database:
    """The server's database, which is not the one of the other tests of this process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return Database.create(SERVICES.database_url, name=f"browser_{worker}")


@pytest.fixture(scope="session")
def server(database: Database) -> Iterator[Server]:
    """The server of this process, started when the first test needs it."""
    name = database.name.replace("_", "-")
    static = SERVICES.places.var / "static"
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "STATIC_ROOT": str(static),
        "DATABASE_URL": database.url,
        "ALLOWED_HOSTS": "",
        "ALLOWED_ORIGINS": "",
        "REDIS_PREFIX": name,
    }
    server = Server(env=env, log=SERVICES.places.log / f"{name}.log")
    collect(server, static)
    server.migrate()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this directory; its event loop must be gone before the tests of another one begin."""
    if not CHROMIUM.exists():
        reason = f"There is no {CHROMIUM}. Install Debian's chromium, or set CHROMIUM."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def new_device(chromium: Browser, network: Network, server: Server, database: Database) -> Iterator[NewDevice]:
    """A function that gives somebody a device. In the end no device has seen trouble, and everybody is forgotten."""
    devices: list[Device] = []

    def new(**options: Any) -> Device:
        link = network.link(server.port)
        # What tests let go wrong on the way, the service worker would answer from what it keeps.
        context = chromium.new_context(base_url=link.url, **({"service_workers": "block"} | options))
        context.set_default_timeout(PATIENCE_MS)
        devices.append(Device(context, link))
        return devices[-1]

    yield new
    for device in devices:
        device.link.expect_trouble()  # tabs hand the socket on while they close one after the other
        device.context.close()
        device.link.close()
    database.forget_everybody()
    assert troubles_of(devices) == []


@pytest.fixture
def new_person(new_device: NewDevice) -> NewPerson:
    """A function that signs somebody up, on a desktop."""

    def new(name: str, **options: Any) -> Person:
        device = new_device(**options)
        me = device.call("POST", "auth/signup/", full_name=name, email=email_of(name), password=PASSWORD)
        return Person(name, device, user=me["id"])

    return new


@pytest.fixture
def alice(new_person: NewPerson) -> Person:
    return new_person("Alice Arden")


@pytest.fixture
def bob(new_person: NewPerson) -> Person:
    return new_person("Bob Baker")


@pytest.fixture
def carol(new_person: NewPerson) -> Person:
    return new_person("Carol Cole")


@pytest.fixture
def room(alice: Person, bob: Person) -> int:
    """The conversation of Alice and Bob, empty and not open anywhere."""
    return open_room(alice, bob)


@pytest.fixture
def talking(alice: Person, bob: Person, room: int) -> int:
    """The same, open in front of both, who see that the other is here, and are told what happens."""
    for person in (alice, bob):
        person.opens(f"/rooms/{room}/")
    for person in (alice, bob):
        person.is_linked()
        expect(person.page.locator(".room__sub")).to_have_text("Here now")
    return room


def open_room(one: Person, other: Person) -> int:
    room: int = one.device.call("POST", "rooms/", kind="direct", user=other.user)["id"]
    return room
