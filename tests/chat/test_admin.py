"""The moderators' tool: who may see and do what in it, what it costs, and that what is done there is done for all."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Appeal, AuditEntry, Notice, PersonNote, Sanction, User
from accounts.moderation import appeals, sanctions
from accounts.moderation.audit import verify
from chat import broadcasts, services
from chat.models import Report, Room
from chat.services import moderation
from tests.factories import direct_room, group_room, say
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_for: Callable[[User], Client], mona: User) -> Client:
    return client_for(mona)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


def act(browser: Client, path: str, name: str, **fields: Any) -> Any:
    return browser.post(path, {"act": name, "reason": "It has to be", **fields}, follow=True)


# Who sees what: tests/chat/matrix_admin.txt


def test_what_two_people_say_and_that_they_do_is_on_no_page(browser: Client, alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    secret = say(bob, room, "canary")
    for path in (f"message/{secret.pk}/change/", f"room/{room.pk}/change/"):
        assert browser.get(f"/admin/chat/{path}").status_code == 302, path
    for path in ("message/", "message/?q=canary", "room/", "membership/", f"membership/?q={bob.handle}"):
        page = browser.get(f"/admin/chat/{path}").content.decode()
        assert "canary</a>" not in page
        assert f"room {room.pk}" not in page
        assert 'class="empty"' in page, path


def test_moderators_see_no_addresses_and_cannot_set_passwords(browser: Client, bob: User) -> None:
    form = f"/admin/accounts/user/{bob.pk}/change/"
    for path in ("/admin/accounts/user/", form, f"/admin/accounts/user/{bob.pk}/person/"):
        assert bob.email.encode() not in browser.get(path).content
    assert browser.post(form, {"full_name": "Robert", "new_password": "another long river"}).status_code == 403


# What is found


def test_a_search_asks_the_index_and_finds_what_was_deleted(
    browser: Client, alice: User, bob: User, room: Room
) -> None:
    kept, doomed = say(alice, room, "a canary"), say(bob, room, "another canary")
    say(bob, room, "nothing of that kind")
    say(bob, direct_room(alice, bob), "secret canary")
    services.delete_message(actor=bob, message_id=doomed.pk)
    shown = _found(browser, "canary")
    assert shown == {kept.pk, doomed.pk}
    assert _found(browser, f"@{bob.handle} canary") == {doomed.pk}
    assert _found(browser, "an") == {kept.pk, doomed.pk}  # too short for the index


def _found(browser: Client, words: str) -> set[int]:
    page = browser.get("/admin/chat/message/", {"q": words}).content.decode()
    return {int(pk) for pk in re.findall(r"/admin/chat/message/(\d+)/change/", page)}


# What is done


def test_a_report_is_decided_where_it_is_read(
    browser: Client,
    mona: User,
    alice: User,
    bob: User,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    bad = say(bob, room, "<b>canary</b>")
    report = moderation.report_message(reporter=alice, message_id=bad.pk, reason="spam", comment="look & see")
    path = f"/admin/chat/report/{report.pk}/change/"
    assert "&lt;b&gt;canary&lt;/b&gt;" in browser.get("/admin/").content.decode()
    page = browser.get(path).content.decode()
    assert "&lt;b&gt;canary&lt;/b&gt;" in page
    assert "look &amp; see" in page
    refused = browser.post(path, {"act": "delete", "reason": " "})
    assert refused.status_code == 400
    assert "Say why" in refused.content.decode()
    told: list[str] = []
    monkeypatch.setattr(broadcasts, "publish", lambda group, event: told.append(group))
    with django_capture_on_commit_callbacks(execute=True):
        done = act(browser, path, "delete", close="on")
    assert "The message is deleted for everybody." in done.content.decode()
    assert broadcasts.room_group(room.pk) in told
    bad.refresh_from_db()
    report.refresh_from_db()
    assert (bad.is_deleted, bad.delete_reason, report.state) == (True, "It has to be", "resolved")
    assert "It has to be" in act(browser, path, "restore").content.decode()
    bad.refresh_from_db()
    assert not bad.is_deleted
    assert [entry.action for entry in AuditEntry.objects.order_by("number")] == [
        "message.deleted",
        "report.resolved",
        "message.restored",
    ]


def test_all_that_is_offered_on_a_report_does_what_it_says(
    browser: Client, mona: User, alice: User, bob: User, room: Room
) -> None:
    bad = say(bob, room, "canary")
    report = moderation.report_message(reporter=alice, message_id=bad.pk, reason="spam")
    path = f"/admin/chat/report/{report.pk}/change/"
    for name, fields in {
        "take": {},
        "warn": {},
        "mute": {"mute_for": 3600},
        "unmute": {},
        "lock": {},
        "slow": {"slow_for": 60},
        "remove": {},
        "ban": {"ban_for": 0},
        "unban": {},
        "dismiss": {},
    }.items():
        done = act(browser, path, name, **fields)
        assert 'class="success"' in done.content.decode(), name
    room.refresh_from_db()
    report.refresh_from_db()
    bob.refresh_from_db()
    assert (room.read_only, room.slow_seconds, bob.muted_until, bob.banned_until) == (True, 60, None, None)
    assert (report.state, report.assignee_id) == ("dismissed", mona.pk)
    assert AuditEntry.objects.count() == 10
    assert verify().problem == ""


def test_a_person_has_a_page_with_notes_devices_and_acts(browser: Client, mona: User, bob: User, room: Room) -> None:
    device, path = session_for(bob), f"/admin/accounts/user/{bob.pk}/person/"
    assert "Harbour" in browser.get(path).content.decode()
    browser.post(path, {"act": "note", "note": "Talks to himself."})
    assert PersonNote.objects.get().author == mona
    assert "Talks to himself." in browser.get(path).content.decode()
    browser.post(path, {"device": str(device.pk)})
    device.refresh_from_db()
    assert device.revoked_at is not None
    act(browser, path, "ban", ban_for=86_400)
    assert Sanction.objects.get().is_open
    assert "Lift the ban" in browser.get(path).content.decode()
    mine = act(browser, f"/admin/accounts/user/{mona.pk}/person/", "warn")
    assert "Ask another moderator" in mine.content.decode()


def test_appeals_are_decided(browser: Client, mona: User, bob: User) -> None:
    sanctions.ban(actor=mona, user_id=bob.pk, reason="spam")
    made = appeals.appeal(user=bob, notice_id=Notice.objects.get().pk, text="My <i>cat</i> did it.")
    path = f"/admin/accounts/appeal/{made.pk}/change/"
    assert "My &lt;i&gt;cat&lt;/i&gt; did it." in browser.get(path).content.decode()
    act(browser, path, "grant")
    bob.refresh_from_db()
    assert bob.banned_until is None
    assert Appeal.objects.get().granted


def test_moments_are_by_the_clock_of_who_reads_and_in_utc_for_programs(
    browser: Client, mona: User, alice: User, bob: User, room: Room
) -> None:
    User.objects.filter(pk=mona.pk).update(time_zone="Asia/Tokyo")
    said = say(bob, room, "canary")
    moderation.report_message(reporter=alice, message_id=said.pk, reason="spam")
    Report.objects.update(opened_at=datetime(2026, 3, 1, 20, 5, tzinfo=UTC))
    page = browser.get("/admin/chat/report/").content.decode()
    assert "2 Mar 2026, 05:05" in page
    assert "Times are in Asia/Tokyo." in page
    status = {"status_text": "Tea", "status_until": "2040-01-01T10:00:00"}
    kept = browser.patch("/api/users/me/", status, content_type="application/json").json()
    assert kept["status_until"] == "2040-01-01T10:00:00.000Z"


def test_an_empty_list_says_so_and_leads_on(browser: Client) -> None:
    for path, sentence, lead in (
        ("report/", "No reports. All quiet.", "?queue=decided"),
        ("report/?queue=decided", "Nothing of this kind.", "?"),
        ("message/?q=zzz", "Nothing found for “zzz”.", "?"),
    ):
        page = browser.get(f"/admin/chat/{path}").content.decode()
        (empty,) = re.findall(r'<p class="empty">(.*?)</p>', page)
        assert (sentence in empty, f'href="{lead}"' in empty, "0 re" in page) == (True, True, False), path


def test_it_has_a_strict_policy_and_an_action_that_is_none_is_refused(browser: Client, bob: User) -> None:
    path = f"/admin/accounts/user/{bob.pk}/person/"
    answer = browser.get(path)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(rb"<script(?! src)|<style|style=|\son\w+=", answer.content)
    assert browser.post(path, {"act": "crown", "reason": "long live"}).status_code == 400
    assert browser.post("/admin/accounts/user/0/person/").status_code == 404
