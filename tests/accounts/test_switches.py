"""What others are told of somebody: the switches and the status, by page and by REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.switches import status_data, update_switches
from tests.accounts.devices import MEMBERS_REST

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What goes out on the channel layer."""
    events: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr("accounts.broadcasts.publish", lambda *event: events.append(event))
    return events


def test_nobody_hides_anything_at_first(alice: User, api_for: Any) -> None:
    me = api_for(alice).get(MEMBERS_REST).json()
    told = {name: me[name] for name in ("private_reading", "sends_typing", "sees_typing", "invisible")}
    assert told == {"private_reading": False, "sends_typing": True, "sees_typing": True, "invisible": False}
    assert (me["status_emoji"], me["status_text"], me["status_until"]) == ("", "", None)


def test_they_are_changed_by_rest_together_with_the_name_and_what_is_left_out_stays(alice: User, api_for: Any) -> None:
    api: APIClient = api_for(alice)
    api.patch(MEMBERS_REST, {"invisible": True, "private_reading": True, "full_name": "Alice Ames"})
    me = api.patch(MEMBERS_REST, {"invisible": False, "sees_typing": False}).json()
    assert (me["full_name"], me["private_reading"], me["invisible"], me["sees_typing"]) == (
        "Alice Ames",
        True,
        False,
        False,
    )


def test_a_bad_one_of_two_changes_nothing(alice: User, api_for: Any) -> None:
    answer = api_for(alice).patch(MEMBERS_REST, {"full_name": "Alice Ames", "status_emoji": "no"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["status_emoji"])
    alice.refresh_from_db()
    assert alice.full_name == "Alice Arden"


def test_own_sockets_are_told_once_and_only_of_a_change(
    alice: User, told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        update_switches(user=alice, invisible=True)
        update_switches(user=alice, invisible=True)
    assert told == [(f"user.{alice.pk}", {"type": "hub.event", "kind": "settings", "user": alice.pk})]
    assert User.objects.get(pk=alice.pk).version == 1


def test_a_status_is_told_to_those_who_watch(
    alice: User, told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        update_switches(user=alice, status_emoji="🌴", status_text=" On  holiday ")
    group, event = told[-1]
    assert group == f"presence.{alice.pk}"
    assert event["status"] == {"user": alice.pk, "emoji": "🌴", "text": "On holiday", "until": None}


def test_a_status_is_over_at_its_time(alice: User) -> None:
    update_switches(user=alice, status_text="Lunch", status_until=timezone.now() + timedelta(hours=1))
    assert status_data(alice)["text"] == "Lunch"
    alice.status_until = timezone.now() - timedelta(seconds=1)
    assert status_data(alice) == {"user": alice.pk, "emoji": "", "text": "", "until": None}


def test_no_status_has_no_end(alice: User) -> None:
    update_switches(user=alice, status_text="Lunch", status_until=timezone.now() + timedelta(hours=1))
    assert update_switches(user=alice, status_text="").status_until is None


@pytest.mark.parametrize(
    "change",
    [
        {"status_text": "x" * 101},
        {"status_text": "a\u202eb"},
        {"status_text": "a\x00b"},
        {"status_emoji": "ok"},
        {"status_emoji": "🙂🙂🙂🙂" * 9},
        {"status_emoji": "\u200d"},
        {"status_until": "2001-01-01T00:00:00Z"},
        {"status_until": "soon"},
        {"invisible": "perhaps"},
    ],
)
def test_what_cannot_be_gets_a_sentence(alice: User, api_for: Any, change: dict[str, Any]) -> None:
    answer = api_for(alice).patch(MEMBERS_REST, change)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(change))
    assert answer.json()["fields"][next(iter(change))][0].endswith(".")


def test_the_switches_are_boxes_on_the_page(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    response = client.post("/settings/privacy/", {"invisible": "on", "sends_typing": "on"}, follow=True)
    assert b"What others are told is changed." in response.content
    alice.refresh_from_db()
    assert [alice.private_reading, alice.sends_typing, alice.sees_typing, alice.invisible] == [False, True, False, True]
    page = client.get("/settings/privacy/").content.decode()
    assert page.count(" checked") == 2


def test_the_status_has_a_form_and_its_end_is_chosen_in_hours(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    fields = {"status_emoji": "🍵", "status_text": "Tea", "hours": "4"}
    assert b"Your status is saved." in client.post("/settings/status/", fields, follow=True).content
    alice.refresh_from_db()
    assert alice.status_until is not None
    assert timedelta(hours=3.9) < alice.status_until - timezone.now() <= timedelta(hours=4)
    assert b"It ends on" in client.get("/settings/").content
    refused = client.post("/settings/status/", fields | {"status_emoji": "tea"})
    assert refused.status_code == 400
    assert b"Choose an emoji, or none." in refused.content
    for path in ("/settings/privacy/", "/settings/status/"):
        assert client.get(path).status_code == 200
