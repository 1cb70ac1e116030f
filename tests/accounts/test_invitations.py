"""Who may sign up, and by invitation: links to one address that work once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.devices import Device
from accounts.invitations import invite
from accounts.mail.delivery import deliver
from accounts.mail.tokens import Invited
from accounts.models import AddressChange, AuditEntry, Mail, User
from accounts.services import sign_up
from tests.accounts.post_office import Smtp, link_in, part
from tests.commands import answered, told
from tests.conftest import PASSWORD
from tests.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

ADA = {"full_name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD}
BY_INVITATION = "ask whoever runs this server"
Door = Callable[..., tuple[int, str, str]]


@pytest.fixture
def password_hash(settings: Settings) -> str:
    """Of PASSWORD, by a hasher that is quick."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_password(PASSWORD)


@pytest.fixture(autouse=True)
def _quick(password_hash: str) -> None:
    """Nobody here waits for a hash."""


def by_page(token: str = "", **changes: str) -> tuple[int, str, str]:
    """Sign up with a form; answers the status, no code, and what is told."""
    path = f"/signup/invitations/{token}/" if token else "/signup/"
    answer = Client().post(path, ADA | changes)
    return (201 if answer.status_code == 302 else answer.status_code), "", answer.content.decode()


def by_rest(token: str = "", **changes: str) -> tuple[int, str, str]:
    """Sign up over REST; answers the status, the code, and what is told."""
    fields = ADA | changes | ({"invitation": token} if token else {})
    answer = Client().post("/api/auth/signup/", fields, content_type="application/json")
    found = answer.json()
    return answer.status_code, found.get("code", ""), found.get("detail", "")


def by_service(token: str = "", **changes: str) -> None:
    sign_up(**{**ADA, **changes}, device=Device(), invitation=token)


def token_for(email: str = "ada@example.org", **changes: Any) -> str:
    now = timezone.now()
    return Invited(**{"address": email, "made_at": now, "until": now + timedelta(days=7), **changes}).token()


@pytest.fixture(params=[by_page, by_rest], ids=["page", "rest"])
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.mark.parametrize(
    ("mode", "domains", "email", "status"),
    [
        ("open", [], "ada@example.org", 201),
        ("invite", [], "ada@example.org", 403),
        ("invite", ["example.org"], "ada@example.org", 403),
        ("domain", ["example.com", "example.org"], "Ada@Example.ORG", 201),
        ("domain", ["example.com", "example.org"], "ada@mail.example.org", 403),
        ("domain", ["example.org"], "ada@notexample.org", 403),
        ("domain", [], "ada@example.org", 403),
    ],
)
def test_only_those_sign_up_who_may(
    door: Door, settings: Settings, mode: str, domains: list[str], email: str, status: int
) -> None:
    settings.SIGN_UP, settings.SIGN_UP_DOMAINS = mode, domains
    found, code, words = door(email=email)
    assert (found, User.objects.exists()) == (status, status == 201)
    if found == 201:
        assert User.objects.get().email_verified_at is None
        return
    assert code == ("sign_up_closed" if door is by_rest else "")
    assert BY_INVITATION in words
    assert door(token_for(email="ada@example.net"), email="ada@example.net")[0] == 201


def test_who_may_not_sign_up_learns_of_no_account(door: Door, settings: Settings, alice: User) -> None:
    for settings.SIGN_UP, settings.SIGN_UP_DOMAINS in (("invite", []), ("domain", ["example.com"])):
        known, unknown = door(email=alice.email), door(email="nobody@example.org")
        assert (known[0], known[1]) == (unknown[0], unknown[1])
        assert ("already" in known[2], BY_INVITATION in known[2]) == (False, True)


def test_an_invitation_makes_one_account_with_its_address_which_is_proven(
    door: Door, settings: Settings, smtp: Smtp
) -> None:
    settings.SIGN_UP = "invite"
    token = token_for()
    page = Client().get(f"/signup/invitations/{token}/").content.decode()
    assert 'value="ada@example.org"' in page
    status, _, words = door(token, email="grace@example.org")
    assert (status, "This invitation is for ada@example.org." in words) == (400, True)
    assert door(token)[0] == 201
    user = User.objects.get()
    assert (user.email, user.email_verified_at is None) == ("ada@example.org", False)
    assert run_jobs() == 0  # nothing is left to be asked by mail
    assert door(token)[0] in (404, 410)
    # Who goes on to another address does not leave a link behind that makes a second account.
    AddressChange.objects.create(
        user=user, old_email=user.email, new_email="a@example.net", was_verified=False, confirmed_at=timezone.now()
    )
    User.objects.update(email="a@example.net")
    assert door(token)[0] in (404, 410)
    assert User.objects.count() == 1


@pytest.mark.parametrize("flaw", ["over", "forged", "of another server", "nonsense"])
@pytest.mark.parametrize("mode", ["open", "invite"])
def test_a_link_that_opens_nothing_is_told_in_a_sentence(door: Door, settings: Settings, flaw: str, mode: str) -> None:
    settings.SIGN_UP = mode
    token = token_for(until=timezone.now() - timedelta(seconds=1)) if flaw == "over" else token_for()
    if flaw == "forged":
        token = f"{token_for('eve@example.org').partition('.')[0]}.{token.partition('.')[2]}"
    elif flaw == "of another server":
        settings.SECRET_KEY = "the key of another server, which is as long as this"
    elif flaw == "nonsense":
        token = "a.b"
    status, code, words = door(token)
    assert (status, code) == ((410, "link_stale") if door is by_rest else (404, ""))
    assert "This invitation was used, is too old, or is not from here." in words
    assert not User.objects.exists()


def test_pages_say_how_one_gets_in(settings: Settings) -> None:
    assert b"Make an account" in Client().get("/login/").content
    settings.SIGN_UP, settings.SIGN_UP_DOMAINS = "domain", ["example.org"]
    assert b"An address at example.org. With any other you need an invitation." in Client().get("/signup/").content
    settings.SIGN_UP = "invite"
    closed = Client().get("/signup/")
    assert b"You need an invitation to sign up here" in closed.content
    assert b"<form" not in closed.content
    assert b"Ask whoever runs this server for an invitation." in Client().get("/login/").content
    assert b"/signup/" not in Client().get("/login/").content


def test_a_command_invites_by_mail_and_prints_the_link(settings: Settings, smtp: Smtp, alice: User) -> None:
    settings.SIGN_UP = "invite"
    made = answered("invite", " Ada@example.org", "--days", "3")
    assert (made["email"], made["mailed"]) == ("ada@example.org", True)
    run_jobs()
    [mail] = smtp.mails
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "You are invited to Parley")
    link = link_in(part(mail, "plain"))
    assert link in part(mail, "html")
    for each in (link, made["link"].removeprefix("https://chat.example.com")):
        assert Client().get(each).status_code == 200
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.actor_id, "ada" in str(entry.after)) == ("invitation.made", None, False)

    invite(actor=None, email="ada@example.org")
    by_service(link.split("/")[-2])
    run_jobs()
    assert len(smtp.mails) == 1  # the second is pointless by now
    assert answered("invite", "ada@example.org")["error"].startswith("There is an account with this address already")
    for words in (("ada",), ("grace@example.org", "--days", "31")):
        assert not answered("invite", *words)["ok"]

    settings.MAIL_ENABLED = False
    assert "No mail was sent" in told("invite", "grace@example.org")


def test_a_mail_of_an_invitation_is_the_same_when_it_is_tried_again(smtp: Smtp) -> None:
    invite(actor=None, email="ada@example.org")
    mail = Mail.objects.get()
    asked_at = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    for _ in range(2):
        Mail.objects.update(sent_at=None, created_at=asked_at)
        deliver(mail.pk)
    invited = Invited.read(link_in(part(smtp.mails[0], "plain")).split("/")[-2])
    assert invited is not None
    assert invited.made_at == asked_at
    assert len({bodies(each) for each in smtp.mails}) == 1
    Mail.objects.update(sent_at=None, until=timezone.now() - timedelta(seconds=1))
    deliver(mail.pk)
    assert len(smtp.mails) == 2  # what is over is not sent


def bodies(mail: Any) -> tuple[str, str]:
    return part(mail, "plain"), part(mail, "html")


def test_an_administrator_invites_from_the_list_of_people(smtp: Smtp, alice: User, client_for: Any) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    client: Client = client_for(alice)
    path = "/admin/accounts/user/invite/"
    assert path in client.get("/admin/accounts/user/").content.decode()
    refused = client.post(path, {"email": alice.email, "days": "7"})
    assert (refused.status_code, b"There is an account with this address already" in refused.content) == (400, True)
    shown = client.post(path, {"email": "ada@example.org", "days": "14"}).content.decode()
    assert "The link is on its way by mail." in shown
    link = shown.partition("https://chat.example.com")[2].partition("<")[0]
    assert Client().get(link).status_code == 200
    [entry] = AuditEntry.objects.all()
    assert (entry.actor_id, entry.action, entry.after["days"]) == (alice.pk, "invitation.made", 14)
    assert "ada" not in entry.target_name
