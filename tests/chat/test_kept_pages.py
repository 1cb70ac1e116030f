"""A page that was kept equals the page that would be made now: for everybody, after everything that anybody changes."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from inspect import isfunction
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.fixtures import Settings
from redis import Redis

from accounts.models import User
from accounts.switches import update_switches
from accounts.threads import in_thread
from chat import once, services
from chat.hub import stop_hub
from chat.templatetags import drawing
from config.handler import Pages
from config.kept.front import KeptPages
from tests.asgi import Browser, essence
from tests.chat.account_acts import ACCOUNT_ACTS, DOORS, MODULES, SILENT
from tests.chat.acts import ACTS, Stage

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN = Pages()
MEGABYTE = 1024 * 1024
SCENES = ACTS | ACCOUNT_ACTS


def a_worker() -> KeptPages:
    """A worker with nothing in its memory."""
    return KeptPages(PLAIN, most_bytes=16 * MEGABYTE)


@pytest.fixture(autouse=True)
async def worker(settings: Settings) -> AsyncIterator[None]:
    settings.DEBUG = False  # what looks the same is drawn once, as in production
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "searches": "100000/minute"}
    yield
    await stop_hub()


@pytest.fixture(autouse=True)
def nobody_is_here() -> Iterator[None]:
    yield
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()


@pytest.fixture
def stage(alice: User, bob: User, eve: User, make_user: Callable[[str], User]) -> Stage:
    return Stage(alice, bob, make_user("Carol Clay"), eve)


def addresses(on: Stage) -> list[str]:
    """What is kept, of what the stage has."""
    harbour, direct = on.harbour.pk, on.direct.pk
    return [
        f"/rooms/{harbour}/",
        f"/rooms/{direct}/?around=5",
        "/api/rooms/",
        f"/api/rooms/{harbour}/messages/",
        "/search/?q=e",
        "/api/search/?q=hello",
    ]


class Readers:
    """Everybody's browser, and two workers: one is asked again after each act, the other only at the end of a scene."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.browsers = {name: Browser.of(user) for name, user in stage.people.items()}
        self.near, self.far = a_worker(), a_worker()

    async def load(self, application: Any) -> dict[str, Any]:
        """Load all pages, by address and reader."""
        return {
            f"{address} for {name}": essence(await browser.ask(application, address))
            for name, browser in self.browsers.items()
            for address in addresses(self.stage)
        }

    async def compare(self, worker: KeptPages, what: str, *, whole: bool = False) -> None:
        """Hold what a worker answers out of its memory against what is made without one.

        ``whole``: and without the parts of pages that were made before.
        """
        kept = await self.load(worker)
        if whole:
            once.forget()
            drawing._drawn.cache_clear()
        for page, made in (await self.load(PLAIN)).items():
            assert kept[page] == made, f"{page} after {what}"


def people() -> dict[int, tuple[int, dict[str, Any]]]:
    """Everybody's version, and all else that is known of them."""
    return {row.pop("id"): (row.pop("version"), row) for row in User.objects.values()}


@pytest.mark.parametrize("scene", SCENES)
async def test_a_kept_page_is_the_page_that_would_be_made_now(scene: str, stage: Stage) -> None:
    readers = await in_thread(Readers)(stage)
    await readers.load(readers.near)
    await readers.load(readers.far)
    await readers.compare(readers.near, "nothing at all")
    for number, act in enumerate(SCENES[scene], 1):
        asked = await in_thread(act.ask)(stage)
        if act.late:
            await readers.load(readers.near)  # what is to be mended has been broken just now
        before = await in_thread(people)()
        await in_thread(act.service)(**asked)
        what = f"{number}. {act.service.__name__}"
        await readers.compare(readers.near, what)
        for pk, (version, rest) in (await in_thread(people)()).items():
            assert version > before[pk][0] or rest == before[pk][1], f"{what}: other devices of user {pk} do not notice"
    await readers.compare(readers.far, "all of it", whole=True)


@pytest.mark.parametrize("later", [timedelta(seconds=11), timedelta(hours=2), timedelta(days=1), timedelta(days=6)])
async def test_time_alone_makes_no_kept_page_wrong(
    later: timedelta, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours pass, windows close and midnight comes; and nobody changes a row."""
    now = timezone.now
    until = now() + timedelta(hours=1)
    await in_thread(update_switches)(user=stage.bob, status_emoji="🏖", status_text="until one", status_until=until)
    await in_thread(services.delete_message)(actor=stage.carol, message_id=stage.first.pk)
    readers = await in_thread(Readers)(stage)
    await readers.load(readers.near)
    monkeypatch.setattr(timezone, "now", lambda: now() + later)
    await readers.compare(readers.near, f"{later} more")


def test_everything_that_changes_people_is_done_here() -> None:
    """Of the services of the chat, `test_snapshots` holds that."""
    done = {act.service for acts in ACCOUNT_ACTS.values() for act in acts}
    public = {each for module in MODULES for each in vars(module).values() if _is_service_of(module, each)}
    missing = sorted(each.__name__ for each in public - done - SILENT - DOORS)
    assert not missing, (
        f"Nothing here tells whether a kept page follows {', '.join(missing)}. Add an Act for each to ACCOUNT_ACTS in "
        "tests/chat/account_acts.py, or to SILENT there if it changes nothing that a page shows."
    )


def _is_service_of(module: Any, each: Any) -> bool:
    return isfunction(each) and each.__module__ == module.__name__ and not each.__name__.startswith("_")
