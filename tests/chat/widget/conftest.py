"""What the tests of the widget share: a site, its room and who administers, and limits that nobody has come to yet."""

from collections.abc import Callable

import pytest
from django.conf import settings as configured
from redis import Redis

from accounts.models import User
from chat import services
from chat.models import Room, Site
from tests.chat.widget.visiting import SHOP
from tests.factories import group_room


@pytest.fixture(autouse=True)
def _nobody_has_come_yet() -> None:
    with Redis.from_url(configured.REDIS_URL) as redis:
        redis.flushdb()


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def admin(make_user: Callable[[str], User]) -> User:
    user = make_user("Ada Admin")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return user


@pytest.fixture
def site(room: Room) -> Site:
    return services.create_site(name="Shop", origins=[SHOP], rooms=[room.pk])
