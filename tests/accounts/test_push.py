"""Which devices are told while no page is open, and what is no way to one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import services
from accounts.exceptions import AccountError
from accounts.models import PushSubscription, Session, User
from accounts.push.encoding import from_base64url, is_private_key
from accounts.push.keys import public_key
from accounts.push.subscriptions import subscribe
from accounts.upkeep import forget_dead_sessions
from tests.push_service import Browser
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

PATH = "/api/users/me/push/"
BROWSER = Browser("https://push.example.com/send/1")


def turn_on(api: APIClient, **changes: object) -> dict[str, object]:
    """The answer, which says the status in its first field."""
    response = api.put(PATH, {**BROWSER.says, **changes})
    return {"status": response.status_code, **response.json()}


def test_a_device_says_where_it_is_told_and_whether_that_may_say_what_was_written(
    alice: User, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(alice)
    assert api.get(PATH).json() == {"key": public_key(), "subscribed": False, "text": True}
    assert turn_on(api) == {"status": 200, "key": public_key(), "subscribed": True, "text": True}
    assert turn_on(api, text=False)["text"] is False
    assert turn_on(api, endpoint="https://push.example.com/send/2", text=False)["subscribed"] is True
    [row] = PushSubscription.objects.all()
    assert (row.user, row.endpoint, row.auth) == (alice, "https://push.example.com/send/2", BROWSER.says["auth"])
    # The browser has one address for all who use it: whoever signed in there last is told.
    assert turn_on(api_for(alice), endpoint=row.endpoint)["subscribed"] is True
    assert api.get(PATH).json()["subscribed"] is False
    assert [api.delete(PATH).status_code, PushSubscription.objects.count()] == [204, 1]


def test_turning_it_on_holds_up_nothing_else_of_the_same_person(alice: User) -> None:
    session = session_for(alice)
    with CaptureQueriesContext(connection) as queries:
        subscribe(session=session, text=True, **BROWSER.says)
    locks = [found[0] for each in queries if (found := re.search(r"FOR (NO KEY )?UPDATE.*", each["sql"]))]
    # A message that is being sent holds its author's row, too, but for nobody who changes no key of it.
    assert locks[:2] == ["FOR NO KEY UPDATE", 'FOR NO KEY UPDATE OF "accounts_session"']


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endpoint": "http://push.example.com/1"}, "by https"),
        ({"endpoint": "https://push.example.com:8443/1"}, "public host on port 443"),
        ({"endpoint": "https://user:word@push.example.com/1"}, "public host on port 443"),
        ({"endpoint": "https://127.0.0.1/1"}, "public host on port 443"),
        ({"endpoint": "https://[::ffff:10.0.0.1]/1"}, "public host on port 443"),
        ({"endpoint": "https://169.254.169.254/latest"}, "public host on port 443"),
        ({"endpoint": "https://2130706433/1"}, "public host on port 443"),
        ({"endpoint": "https://0x7f.1/1"}, "public host on port 443"),
        ({"endpoint": "https://postgres/1"}, "public host on port 443"),
        ({"endpoint": "https://[/1"}, "no address of a push service"),
        ({"endpoint": "https://push.example.com/" + "a" * 1000}, "no address of a push service"),
        ({"auth": "AAAA"}, "auth has 3 bytes instead of 16"),
        ({"auth": "what is this?"}, "auth is not base64url"),
        ({"p256dh": "A" * 87}, "not a point of the curve"),
        ({"p256dh": BROWSER.says["auth"]}, "p256dh has 16 bytes instead of 65"),
        ({"keys": {}}, "no such field"),
    ],
)
def test_what_is_no_way_to_a_device_is_refused_with_a_sentence(
    alice: User, api_for: Callable[[User], APIClient], changes: dict[str, object], words: str
) -> None:
    answer = turn_on(api_for(alice), **changes)
    assert (answer["status"], answer["code"]) == (400, "invalid")
    assert words in str(answer["fields"])
    assert not PushSubscription.objects.exists()


def test_it_ends_with_the_sign_in_and_of_many_devices_the_oldest_gives_way(
    alice: User, api_for: Callable[[User], APIClient]
) -> None:
    apis = [api_for(alice) for _ in range(12)]
    for number, api in enumerate(apis):
        assert turn_on(api, endpoint=f"https://push.example.com/{number}")["status"] == 200
    rows = PushSubscription.objects.order_by("created_at")
    assert [row.endpoint.rpartition("/")[2] for row in rows.all()] == [str(number) for number in range(2, 12)]
    apis[2].post("/api/auth/logout/")
    services.revoke_session(user=alice, session_id=rows.all()[0].session_id)
    assert rows.count() == 8
    # One that ran out is told nothing any more (tests/chat/push), and goes with its session.
    Session.objects.filter(push__isnull=False).update(expires_at=timezone.now() - timedelta(days=31))
    assert [forget_dead_sessions(), rows.count()] == [8, 0]
    assert turn_on(api_for(alice))["status"] == 200
    services.deactivate(user=alice)
    assert rows.count() == 0


def test_who_was_signed_out_meanwhile_cannot_turn_it_on_nor_who_does_it_again_and_again(
    alice: User, api_for: Callable[[User], APIClient], settings: Settings
) -> None:
    session = session_for(alice)
    services.sign_out(session=session)
    with pytest.raises(AccountError) as refused:  # the session is that of a request which has begun before
        subscribe(session=session, text=True, **BROWSER.says)
    assert (refused.value.code, PushSubscription.objects.count()) == ("not_authenticated", 0)
    api = api_for(alice)
    assert {turn_on(api)["status"] for _ in range(29)} == {200}
    assert turn_on(api)["code"] == "rate_limited"
    settings.PUSH = False
    assert api.get(PATH).json()["key"] is None
    assert turn_on(api)["code"] == "push_off"


def test_all_machines_have_the_same_key_by_which_push_services_know_us(settings: Settings) -> None:
    settings.SECRET_KEY = "a secret of several machines"
    first = public_key()
    assert len(from_base64url(first)) == 65
    settings.SECRET_KEY = "another secret"
    assert public_key() != first
    # The example of RFC 8291, section 5.
    settings.VAPID_PRIVATE_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
    assert public_key().startswith("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx")
    assert [*map(is_private_key, (settings.VAPID_PRIVATE_KEY, "AAAA", "A" * 43, "not: a key"))] == [
        True,
        False,
        False,
        False,
    ]
