"""Signing in with another address: nothing changes before it is confirmed, and its old owner can take it back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.mail.delivery import deliver, forget_old
from accounts.models import AddressChange, AuditEntry, Mail, Session, User
from tests.accounts.post_office import Smtp, link_in, part
from tests.conftest import PASSWORD
from tests.jobs import run_jobs
from tests.sessions import session_for
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db

REST = "/api/users/me/address/"
NEW = "ada@example.net"


@pytest.fixture
def password_hash(settings: Settings) -> str:
    """Of PASSWORD, by a hasher that is quick: passwords are asked for all the time here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_password(PASSWORD)


@pytest.fixture
def ada(alice: User) -> User:
    """Alice, who has said that her address is hers."""
    User.objects.filter(pk=alice.pk).update(email_verified_at=timezone.now())
    alice.refresh_from_db()
    return alice


def ask(client: Client, email: str = NEW, password: str = PASSWORD) -> Any:
    fields = {"email": email, "current_password": password}
    return client.post("/settings/account/address/", fields, follow=True)


def mailed(smtp: Smtp) -> dict[str, str]:
    """The texts of the mails that went out now, by address."""
    smtp.mails.clear()
    run_jobs()
    return {mail["To"]: part(mail, "plain") for mail in smtp.mails}


def sign_in(email: str, password: str = PASSWORD) -> int:
    return Client().post("/login/", {"email": email, "password": password}).status_code


def test_an_address_changes_once_it_is_confirmed_and_not_before(ada: User, smtp: Smtp, client_for: Any) -> None:
    client: Client = client_for(ada)
    assert b"This is not your current password." in ask(client, password="wrong").content
    assert b"This is your address already." in ask(client, email=" Alice@Example.org").content
    assert b"A mail is on its way to ada@example.net." in ask(client, email="Ada@Example.net ").content
    texts = mailed(smtp)
    assert "as ada@example.net, and no longer as alice@example.org" in texts["alice@example.org"]
    assert "Alice" not in texts[NEW]  # a stranger may live there
    assert "alice@example.org" not in texts[NEW]
    for mail in smtp.mails:
        assert link_in(part(mail, "plain")) in part(mail, "html")
    link = link_in(texts[NEW])

    assert b"Is this your new address?" in Client().get(link).content
    assert (sign_in(NEW), sign_in("alice@example.org")) == (401, 302)  # to look at a link is not yet to say yes
    assert Client().post(link).headers["Location"] == "/login/"
    assert (sign_in(NEW), sign_in("alice@example.org")) == (302, 401)
    assert client.get("/settings/account/").status_code == 200  # no device is signed out
    assert [Client().post(link).status_code, Client().get(link).status_code] == [404, 404]
    ada.refresh_from_db()
    assert ada.email_verified_at is not None
    assert [entry.action for entry in AuditEntry.objects.filter(target_id=ada.pk)] == ["address.changed"]


def test_who_is_in_by_a_domain_keeps_to_it(
    ada: User, bob: User, smtp: Smtp, client_for: Any, api_for: Any, settings: Settings
) -> None:
    settings.SIGN_UP, settings.SIGN_UP_DOMAINS = "domain", ["example.org", "example.com"]
    client, words = client_for(ada), "Choose an address at example.org or example.com, or ask whoever runs this server"
    assert words in ask(client).content.decode()
    answer = api_for(ada).post(REST, {"email": NEW, "current_password": PASSWORD})
    assert (answer.status_code, answer.json()["code"], words in str(answer.json()["fields"])) == (400, "invalid", True)
    assert not AddressChange.objects.exists()
    assert b"A mail is on its way" in ask(client, email="Ada@Example.com").content
    # Who was invited from elsewhere is in whatever the domain.
    User.objects.filter(pk=bob.pk).update(email="bob@example.net")
    bob.refresh_from_db()
    assert b"A mail is on its way" in ask(client_for(bob), email="bob@example.info").content


def test_who_did_not_ask_takes_the_account_back(ada: User, smtp: Smtp, client_for: Any) -> None:
    thief: Client = client_for(ada)
    ask(thief)
    texts = mailed(smtp)
    Client().post(link_in(texts[NEW]))
    ask(thief, email="hidden@example.net")  # and further away
    later = mailed(smtp)
    undo = link_in(texts["alice@example.org"])
    User.objects.filter(pk=ada.pk).update(email_verified_at=timezone.now())

    fields = {"full_name": "Mallory", "email": "alice@example.org", "password": PASSWORD}
    assert b"There is an account with this e-mail address already." in Client().post("/signup/", fields).content
    victim = Client()
    assert b"Was that somebody else?" in victim.get(undo).content
    answer = victim.post(undo)
    assert not Session.objects.of(ada).live().exists()
    assert [sign_in(email) for email in ("alice@example.org", NEW)] == [401, 401]  # the password was known
    assert victim.post(answer["Location"], {"new_password": "a slow and narrow brook"})["Location"] == "/login/"
    assert sign_in("alice@example.org", "a slow and narrow brook") == 302
    for link in (undo, link_in(later[NEW]), link_in(later["hidden@example.net"])):
        assert Client().post(link).status_code == 404  # whatever the thief was mailed is worth nothing
    ada.refresh_from_db()
    assert ada.email == "alice@example.org"
    assert AuditEntry.objects.filter(target_id=ada.pk, action="address.restored").exists()


def test_before_it_is_confirmed_too_the_account_is_taken_back(ada: User, smtp: Smtp, client_for: Any) -> None:
    thief: Client = client_for(ada)
    ask(thief)
    texts = mailed(smtp)
    thief.post("/settings/account/address/call-off/")  # to cover the tracks
    assert Client().get(link_in(texts[NEW])).status_code == 404
    assert Client().post(link_in(texts["alice@example.org"])).status_code == 302
    assert not Session.objects.of(ada).live().exists()
    assert sign_in("alice@example.org") == 401


def test_nobody_learns_whether_an_address_has_an_account(
    ada: User, bob: User, smtp: Smtp, client_for: Any, api_for: Any
) -> None:
    answers = []
    for email in ("bob@example.org", "rob@example.org"):
        page = re.sub(r"nonce-?[^ >]*|csrf\w+\W+value=\S+", "", ask(client_for(ada), email).content.decode())
        json = api_for(ada).get(REST).json()
        assert json.pop("pending")["email"] == email
        answers.append((page.replace(email, ""), json, [mail.kind for mail in Mail.objects.order_by("-pk")[:1]]))
    assert answers[0] == answers[1]
    assert [len(Mail.objects.filter(address=email)) for email in ("bob@example.org", "rob@example.org")] == [1, 1]
    texts = mailed(smtp)
    assert "there is an account with this address already" in texts["bob@example.org"]
    assert "/address/" not in texts["bob@example.org"]
    assert "/address/" in texts["rob@example.org"]


def test_links_are_over_when_something_newer_was_done(ada: User, smtp: Smtp, client_for: Any, make_user: Any) -> None:
    client: Client = client_for(ada)
    ask(client)
    first = link_in(mailed(smtp)[NEW])
    ask(client, email="lovelace@example.net")
    second = link_in(mailed(smtp)["lovelace@example.net"])
    assert b"a newer one was asked for" in Client().post(first).content
    make_user("Lovelace Young")
    User.objects.filter(full_name="Lovelace Young").update(email="lovelace@example.net")
    assert b"has an account of its own by now, so yours stays as it was" in Client().post(second).content
    User.objects.filter(full_name="Lovelace Young").update(email="young@example.net")
    session = session_for(ada)
    client.post("/settings/password/", {"current_password": PASSWORD, "new_password": "a slow and narrow brook"})
    assert not Session.objects.of(ada).live().filter(pk=session.pk).exists()
    assert Client().post(second).status_code == 404
    ada.refresh_from_db()
    assert ada.email == "alice@example.org"


def test_links_are_over_after_a_day_and_a_week(ada: User, smtp: Smtp, client_for: Any) -> None:
    ask(client_for(ada))
    for hours, statuses in ((23, [200, 200]), (25, [404, 200]), (6 * 24, [404, 200]), (8 * 24, [404, 404])):
        age = timedelta(hours=hours)
        Mail.objects.update(created_at=timezone.now() - age, sent_at=None)
        smtp.mails.clear()
        for mail in Mail.objects.order_by("pk"):
            deliver(mail.pk)
        links = [link_in(part(mail, "plain")) for mail in smtp.mails]
        assert [Client().get(link).status_code for link in links] == statuses
    AddressChange.objects.update(asked_at=timezone.now() - timedelta(days=31))
    Mail.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_old()
    assert not AddressChange.objects.exists()


def test_a_stranger_at_an_address_never_verified_gets_no_power(alice: User, smtp: Smtp, client_for: Any) -> None:
    ask(client_for(alice))
    texts = mailed(smtp)
    assert "/address/" not in texts["alice@example.org"]
    assert NEW not in texts["alice@example.org"]
    Client().post(link_in(texts[NEW]))
    fields = {"full_name": "Alice", "email": "alice@example.org", "password": PASSWORD}
    assert Client().post("/signup/", fields).status_code == 302  # nobody has it any more


def test_who_asks_without_end_is_braked_and_nobodys_mailbox_is_filled(ada: User, bob: User, client_for: Any) -> None:
    pages = [ask(client_for(ada)) for _ in range(4)]
    assert b"You have asked for several addresses." in pages[3].content
    pages = [ask(client_for(bob)) for _ in range(3)]
    assert Mail.objects.filter(address=NEW).count() == 3
    assert Mail.objects.filter(address="bob@example.org").count() == 3


def test_rest_asks_shows_and_calls_off(ada: User, smtp: Smtp, api_for: Any, settings: Settings) -> None:
    client = api_for(ada)
    wrong = client.post(REST, {"email": "nobody", "current_password": PASSWORD})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["email"])
    asked = client.post(REST, {"email": NEW, "current_password": PASSWORD})
    assert (asked.status_code, asked.json()["email"], asked.json()["pending"]["email"]) == (202, ada.email, NEW)
    link = link_in(mailed(smtp)[NEW])
    assert client.delete(REST).status_code == 204
    assert client.get(REST).json() == {"email": "alice@example.org", "verified": True, "pending": None}
    assert Client().get(link).status_code == 404
    client.post(REST, {"email": "quick@example.net", "current_password": PASSWORD})
    client.delete(REST)
    assert list(mailed(smtp)) == ["alice@example.org"]  # the other is not even sent any more
    settings.MAIL_ENABLED = False
    refused = client.post(REST, {"email": NEW, "current_password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_mail")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_one_address_at_once_one_gets_it(ada: User, bob: User, smtp: Smtp, client_for: Any) -> None:
    links = []
    for user in (ada, bob):
        ask(client_for(user))
        links.append(link_in(mailed(smtp)[NEW]))
    waiting = iter([*links, *links])
    answers = in_parallel(lambda: Client().post(next(waiting)).status_code, times=4, threads=4)
    assert sorted(answers) == [302, 404, 404, 404]
    assert User.objects.filter(email=NEW).count() == 1
