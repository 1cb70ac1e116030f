"""What is kept no longer goes: by command, and each night."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Session, User
from chat import background, services
from chat.models import Draft, Message, Report, Revision, SearchText
from chat.services import moderation
from tests.commands import answered
from tests.factories import direct_room, group_room, say_many, superuser
from tests.jobs import run_jobs
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


def test_purging_throws_away_what_the_settings_say_and_nothing_else(settings: Settings, alice: User, bob: User) -> None:
    settings.MESSAGES_KEPT_DAYS, settings.REVISIONS_KEPT_DAYS = 90, 7
    room = direct_room(alice, bob)
    old, edited, deleted, taken_back, newest = say_many(alice, room, 5)
    services.edit_message(actor=alice, message_id=edited.pk, body="twice")
    services.edit_message(actor=alice, message_id=deleted.pk, body="a secret that was said otherwise")
    for message in (deleted, taken_back):
        services.delete_message(actor=alice, message_id=message.pk)
    now = timezone.now()
    # The last thing that happened in the room was done to an old message: that one stays until there is more.
    Message.objects.filter(pk__in=[old.pk, taken_back.pk]).update(created_at=now - timedelta(days=91))
    Message.objects.filter(pk=deleted.pk).update(deleted_at=now - timedelta(days=31))
    Revision.objects.filter(message=edited).update(written_at=now - timedelta(days=8))
    Draft.objects.create(user=alice, room=group_room(bob), body="of a room that she has left")
    Draft.objects.create(user=alice, room=room, body="in a thread", thread_root_id=10**9)
    Draft.objects.create(user=alice, room=room, body="in a thread that is there", thread_root=newest)
    Draft.objects.create(user=alice, room=room, body="here")
    SearchText.objects.create(pk=10**9, room_id=room.pk, at=now, text="", terms=[])
    ended = session_for(bob)
    Session.objects.filter(pk=ended.pk).update(revoked_at=now - timedelta(days=31))

    case = moderation.report_message(reporter=bob, message_id=newest.pk, reason="spam", comment="a secret")
    moderation.decide_report(moderator=superuser("Root"), report_id=case.pk, resolved=False, reason="harmless")
    moderation.report_message(reporter=bob, message_id=newest.pk, reason="spam", comment="still open")
    Report.objects.filter(pk=case.pk).update(decided_at=now - timedelta(days=91))

    would_go = answered("purge", "--dry-run")["gone"]
    each = dict.fromkeys(("messages", "deleted", "revisions", "reports", "search", "sessions"), 1)
    assert would_go == {**each, "drafts": 2}
    assert Message.objects.filter(pk=old.pk).exists()
    assert answered("purge")["gone"] == would_go
    assert set(answered("purge")["gone"].values()) == {0}

    assert not Message.objects.filter(pk=old.pk).exists()
    assert not SearchText.objects.filter(pk=old.pk).exists()
    assert set(Draft.objects.values_list("body", flat=True)) == {"in a thread that is there", "here"}
    deleted.refresh_from_db()
    assert (deleted.body, deleted.html, deleted.is_deleted) == ("", "", True)
    assert not Revision.objects.exists()
    bodies = Report.objects.order_by("pk").values_list("body", "complaints__comment", "answer")
    assert list(bodies) == [("", "", "harmless"), (newest.body, "still open", "")]
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.actor_id, entry.after["reports"]) == ("report.forgotten", None, [case.pk])
    taken_back.refresh_from_db()
    assert taken_back.body  # moderators may still read it
    room.refresh_from_db()
    assert room.last_message == newest
    assert answered("verify_delivery")["ok"]


def test_a_worker_purges_each_night_in_small_pieces_unless_told_not_to(
    settings: Settings, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PURGE_SECONDS", 0.0)
    Draft.objects.create(user=alice, room=group_room(bob), body="of a room that she has left")
    ended = session_for(bob)
    Session.objects.filter(pk=ended.pk).update(revoked_at=timezone.now() - timedelta(days=31))
    settings.PURGE_NIGHTLY = False
    background.purge_nightly.call()
    assert run_jobs() == 0
    settings.PURGE_NIGHTLY = True
    background.purge_nightly.call()
    background.purge_nightly.call()
    assert run_jobs() == 3  # one for each of the two, and one that finds nothing
    assert not Draft.objects.exists()
    assert not Session.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() != ("0",)
