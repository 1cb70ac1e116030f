"""Warnings, mutes and bans: what they do, how they end, what people are told, and who may impose them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.exceptions import AccountError
from accounts.models import Appeal, AuditEntry, Notice, Sanction, Session, User
from accounts.moderation import appeals, roles, sanctions
from accounts.moderation.audit import verify
from tests.commands import answered
from tests.commands import told as told_by
from tests.conftest import PASSWORD
from tests.factories import appoint, superuser
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
def password_hash(settings: Settings) -> str:
    """Of a quick kind: here people sign in often."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_password(PASSWORD)


@pytest.fixture
def mona(make_user: Callable[[str], User]) -> User:
    user = make_user("Mona Moderator")
    appoint(user, roles.MODERATORS)
    return User.objects.get(pk=user.pk)


def sign_in(user: User) -> Any:
    return Client().post("/login/", {"email": user.email, "password": PASSWORD})


def test_who_is_banned_is_out_at_once_and_is_told_why_when_he_comes_again(
    mona: User, bob: User, told: set[tuple[int, UUID]], django_capture_on_commit_callbacks: Any
) -> None:
    session = session_for(bob)
    with django_capture_on_commit_callbacks(execute=True):
        sanctions.ban(actor=mona, user_id=bob.pk, reason="spam <everywhere>", until=timezone.now() + IN_AN_HOUR)
    assert told == {(bob.pk, session.pk)}
    assert not Session.objects.of(bob).live().exists()
    page = sign_in(bob)
    assert page.status_code == 403
    assert b"You are banned from" in page.content
    assert b"spam &lt;everywhere&gt;" in page.content
    assert b'href="/appeal/"' in page.content
    wrong = Client().post("/login/", {"email": bob.email, "password": "not this one"})
    assert wrong.status_code == 401
    assert b"banned" not in wrong.content
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action, entry.target_id) == ("Mona Moderator", "ban.imposed", bob.pk)
    assert (entry.before["banned_until"], entry.reason) == (None, "spam <everywhere>")
    assert entry.after["banned_until"]


def test_a_ban_ends_by_itself_and_one_for_good_does_not(mona: User, bob: User) -> None:
    sanctions.ban(actor=mona, user_id=bob.pk, reason="spam", until=timezone.now() + IN_AN_HOUR)
    User.objects.filter(pk=bob.pk).update(banned_until=timezone.now())
    assert sign_in(bob).status_code == 302
    sanctions.ban(actor=mona, user_id=bob.pk, reason="spam again")
    assert b"for good" in sign_in(bob).content
    assert Sanction.objects.filter(user=bob, ended_at=None).count() == 1
    sanctions.lift(actor=mona, user_id=bob.pk, kind="ban", reason="forgiven")
    assert sign_in(bob).status_code == 302
    assert sanctions.lift(actor=mona, user_id=bob.pk, kind="ban", reason="again") == 0
    assert [notice.text[:20] for notice in Notice.objects.filter(user=bob)] == [
        "You are no longer ba",
        "You are banned for g",
        "You are banned until",
    ]
    assert verify().count == 3


def test_who_is_banned_appeals_by_his_password_and_is_let_in(mona: User, bob: User) -> None:
    sanctions.ban(actor=mona, user_id=bob.pk, reason="spam")
    door = {"email": bob.email, "password": PASSWORD, "text": "It was my cat."}
    assert Client().post("/appeal/", door | {"password": "wrong"}).status_code == 401
    assert Client().post("/appeal/", door).headers["Location"] == "/login/"
    assert Client().post("/appeal/", door).status_code == 404  # once
    made = Appeal.objects.get()
    appeals.decide(actor=mona, appeal_id=made.pk, granted=True, answer="Cats happen.")
    assert sign_in(bob).status_code == 302
    with pytest.raises(AccountError, match="decided already"):
        appeals.decide(actor=mona, appeal_id=made.pk, granted=False, answer="No.")
    assert [entry.action for entry in AuditEntry.objects.order_by("number")] == [
        "ban.imposed",
        "ban.lifted",
        "appeal.granted",
    ]


def test_notices_are_read_on_a_page_and_appealed_there(mona: User, bob: User, client_for: Any) -> None:
    sanctions.warn(actor=mona, user_id=bob.pk, reason="<b>mind</b> your words")
    bob.refresh_from_db()
    assert bob.unread_notices == 1
    browser = client_for(bob)
    assert b"The moderators have told you something." in browser.get("/rooms/").content
    page = browser.get("/notices/").content.decode()
    assert "A moderator warns you. The reason: &lt;b&gt;mind&lt;/b&gt; your words" in page
    bob.refresh_from_db()
    assert bob.unread_notices == 0
    notice = Notice.objects.get()
    assert (
        b"Write a few words first." in browser.post(f"/notices/{notice.pk}/appeal/", {"text": " "}, follow=True).content
    )
    browser.post(f"/notices/{notice.pk}/appeal/", {"text": "I did mind them."})
    appeals.decide(actor=mona, appeal_id=Appeal.objects.get().pk, granted=False, answer="Not quite.")
    page = browser.get("/notices/").content.decode()
    assert "I did mind them." in page
    assert "Not quite." in page


def test_moderators_act_on_people_and_not_on_each_other(mona: User, bob: User, eve: User) -> None:
    root, admin = superuser("Root"), eve
    appoint(admin, roles.ADMINISTRATORS)
    admin = User.objects.get(pk=admin.pk)
    refused = [(bob, mona), (mona, mona), (mona, admin), (mona, root), (admin, root), (admin, admin)]
    for actor, other in refused:
        with pytest.raises(AccountError) as refusal:
            sanctions.warn(actor=actor, user_id=other.pk, reason="spam")
        assert refusal.value.status == 403
    for actor, other in [(mona, bob), (admin, mona), (root, admin)]:
        sanctions.warn(actor=actor, user_id=other.pk, reason="spam")
    sanctions.warn(actor=None, user_id=root.pk, reason="spam")
    assert AuditEntry.objects.count() == 4


@pytest.mark.parametrize("words", [{"reason": "  "}, {"reason": "x" * 501}, {"until": timezone.now()}])
def test_what_makes_no_sense_is_refused_and_changes_nothing(mona: User, bob: User, words: dict[str, Any]) -> None:
    with pytest.raises(AccountError):
        fields: dict[str, Any] = {"reason": "spam", "until": timezone.now() + IN_AN_HOUR} | words
        sanctions.mute(actor=mona, user_id=bob.pk, **fields)
    assert not Sanction.objects.exists()


def test_operators_ban_and_unban(bob: User) -> None:
    assert "signed out everywhere" in told_by("ban", bob.email, "--reason", "spam", "--days", "7")
    assert sign_in(bob).status_code == 403
    assert answered("unban", f"@{bob.handle}", "--reason", "enough")["lifted"] is True
    assert answered("unban", f"@{bob.handle}", "--reason", "enough")["lifted"] is False
    assert sign_in(bob).status_code == 302
    with pytest.raises(CommandError, match="There is no account"):
        call_command("ban", "nobody@example.org", "--reason", "spam")
    assert {entry.actor_name for entry in AuditEntry.objects.all()} == {"the command line"}
