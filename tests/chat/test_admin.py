"""The admin: what moderators see, and what they can do."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from chat import broadcasts, services
from chat.models import Message, Room
from presence.services import record_last_seen
from tests.factories import direct_room, people, say, say_many

LISTS = ["chat/room", "chat/membership", "chat/message", "presence/lastseen"]


@pytest.fixture
def moderator(make_user: Callable[[str], User]) -> User:
    user = make_user("Mona Moderator")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def browser(client_for: Callable[[User], Client], moderator: User) -> Client:
    return client_for(moderator)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.mark.parametrize("listing", LISTS)
def test_a_list_costs_the_same_however_long_it_is(
    browser: Client, alice: User, listing: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for others in (people(2), _more_people(30)):
        for other in others:
            taken_down, _ = say_many(other, direct_room(alice, other), 2)
            services.delete_message(actor=other, message_id=taken_down.pk)
        record_last_seen({other.pk: datetime.now(UTC) for other in others})
        with django_assert_num_queries(3):  # session; number of rows; rows
            assert browser.get(f"/admin/{listing}/").status_code == 200


@pytest.mark.parametrize("listing", LISTS)
def test_nothing_can_be_added_or_erased(browser: Client, listing: str, alice: User, room: Room) -> None:
    say(alice, room)
    record_last_seen({alice.pk: datetime.now(UTC)})
    assert browser.get(f"/admin/{listing}/add/").status_code == 403
    [pk] = [_first_of(listing).pk]
    assert browser.get(f"/admin/{listing}/{pk}/change/").status_code == 200
    assert browser.post(f"/admin/{listing}/{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("listing", LISTS)
def test_it_is_closed_to_everybody_else(client_for: Callable[[User], Client], alice: User, listing: str) -> None:
    answer = client_for(alice).get(f"/admin/{listing}/")
    assert answer.status_code in (302, 403)


def test_a_moderator_takes_a_message_down_and_everybody_hears_of_it(
    browser: Client,
    room: Room,
    alice: User,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    doomed = say(alice, room, "canary")
    told: list[str] = []
    monkeypatch.setattr(broadcasts, "publish", lambda group, event: told.append(group))
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(
            "/admin/chat/message/", {"action": "take_down", "_selected_action": [doomed.pk]}, follow=True
        )
    assert "1 deleted for everybody." in answer.content.decode()
    assert told == [broadcasts.room_group(room.pk)]
    message = Message.objects.get(pk=doomed.pk)
    assert message.is_deleted
    assert message.changed_seq == 2
    assert "canary" in answer.content.decode()  # moderators still see the text


def test_a_moderator_finds_messages_by_text_and_sees_deleted_ones(browser: Client, room: Room, alice: User) -> None:
    doomed = say(alice, room, "canary")
    say(alice, room, "other")
    services.delete_message(actor=alice, message_id=doomed.pk)
    page = browser.get("/admin/chat/message/", {"q": "canary"}).content.decode()
    assert "canary" in page
    assert ">other<" not in page
    assert "canary" in browser.get(f"/admin/chat/message/{doomed.pk}/change/").content.decode()


def test_a_room_is_told_apart_by_its_people(browser: Client, room: Room) -> None:
    assert "Alice Arden, Bob Baker" in browser.get("/admin/chat/room/").content.decode()


def _first_of(listing: str) -> Any:
    app, model = listing.split("/")
    return apps.get_model(app, model)._default_manager.first()


def _more_people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"more{number}@example.org", full_name=f"More {number}", handle=f"more{number}")
        for number in range(count)
    )
