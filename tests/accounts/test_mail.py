"""Mail: what people are written, and that each mail goes out once, whatever the provider does."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.jobs import GiveUp, upkeep
from accounts.mail import outbox
from accounts.mail.delivery import NotSentError, deliver, forget_old
from accounts.mail.kinds import Kind
from accounts.mail.writing import greeting
from accounts.models import Mail, Session, User
from config.mail import BY_RESEND
from tests.accounts.post_office import Resend, Smtp, link_in, part
from tests.conftest import PASSWORD
from tests.jobs import run_jobs, waiting_jobs
from tests.loopback import serving
from tests.sessions import session_for
from tests.threads import in_parallel

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
ADA = {"full_name": "Ada O'Lovelace", "email": "ada@example.org", "password": PASSWORD}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(site: None) -> None:
    """Links lead to it in all of these."""


@pytest.fixture
def resend(settings: Settings) -> Iterator[Resend]:
    office = Resend()
    settings.EMAIL_BACKEND = BY_RESEND
    settings.ANYMAIL = {"RESEND_API_KEY": "a-key", "RESEND_API_URL": office.url, "REQUESTS_TIMEOUT": 30}
    with serving(office):
        yield office


def sign_in(client: Client, user: User, agent: str, ip: str = "192.0.2.7", password: str = PASSWORD) -> int:
    fields = {"email": user.email, "password": password}
    return client.post("/login/", fields, headers={"user-agent": agent}, REMOTE_ADDR=ip).status_code


def test_who_signs_up_is_welcomed_and_says_that_the_address_is_theirs(smtp: Smtp) -> None:
    client = Client(headers={"host": "localhost"})
    client.post("/signup/", ADA)
    assert smtp.mails == []  # never in the request
    assert run_jobs() == 1
    [mail] = smtp.mails
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "Welcome to Parley")
    text, html = part(mail, "plain"), part(mail, "html")
    assert "Hello Ada," in text
    assert "you sign in as ada@example.org" in text
    path = link_in(text)
    assert f'href="https://chat.example.com{path}"' in html
    assert not re.search(r"<img|src=|@import|url\(", html)

    user = User.objects.get()
    assert b"Is this your address?" in client.get("/settings/account/").content
    for door in (client, Client()):  # signed in or not
        assert b"Is this your address?" in door.get(path).content
    user.refresh_from_db()
    assert user.email_verified_at is None  # looking at a link is not yet saying yes
    assert Client().post(path).headers["Location"] == "/login/"
    user.refresh_from_db()
    assert user.email_verified_at is not None
    assert Client().post(path).status_code == 404
    assert b"Is this your address?" not in client.get("/settings/account/").content


def test_a_lost_password_is_replaced_by_mail_and_every_device_is_signed_out(alice: User, smtp: Smtp) -> None:
    session_for(alice)
    answers = []
    for email in ("alice@example.org", "nobody@example.org"):
        page = Client().post("/reset/", {"email": email})
        answers.append((page.status_code, page.content.decode().replace(email, "")))
    assert re.sub("nonce-.*?'", "", answers[0][1]) == re.sub("nonce-.*?'", "", answers[1][1])
    assert [name for name, _ in waiting_jobs()] == ["send_mail", "send_mail"]  # for nobody as for somebody
    run_jobs()
    [mail] = smtp.mails
    path = link_in(part(mail, "plain"))

    client = Client()
    assert b"alice@example.org" in client.get(path).content
    assert client.post(path, {"new_password": "short"}).status_code == 400
    assert client.post(path, {"new_password": "a slow and narrow brook"}).headers["Location"] == "/login/"
    assert not Session.objects.of(alice).live().exists()
    assert sign_in(Client(), alice, FIREFOX) == 401
    assert sign_in(Client(), alice, FIREFOX, password="a slow and narrow brook") == 302
    assert client.get(path).status_code == 404
    assert client.post(path, {"new_password": "another narrow brook"}).status_code == 404
    alice.refresh_from_db()
    assert alice.email_verified_at is not None


def test_links_grow_old_and_are_for_one_person_and_purpose(alice: User, bob: User, smtp: Smtp) -> None:
    outbox.post(Kind.RESET, alice)
    outbox.post(Kind.VERIFY, alice)
    Mail.objects.filter(kind="reset").update(created_at=timezone.now() - timedelta(minutes=59))
    Mail.objects.filter(kind="verify").update(created_at=timezone.now() - timedelta(days=6))
    run_jobs()
    reset, verify = (link_in(part(mail, "plain")) for mail in smtp.mails)
    client = Client()
    assert [client.get(path).status_code for path in (reset, verify)] == [200, 200]
    assert client.get(reset.replace(f"/{alice.pk}/", f"/{bob.pk}/")).status_code == 404
    assert client.get(verify.replace("/verify/", "/reset/")).status_code == 404
    for kind, age in (("reset", timedelta(minutes=61)), ("verify", timedelta(days=8))):
        Mail.objects.filter(kind=kind).update(created_at=timezone.now() - age, sent_at=None)
        deliver(Mail.objects.get(kind=kind).pk)
        assert client.get(link_in(part(smtp.mails[-1], "plain"))).status_code == 404
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert [client.get(path).status_code for path in (reset, verify)] == [404, 404]


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_by_many_at_once_works_for_one(alice: User, smtp: Smtp) -> None:
    outbox.post(Kind.RESET, alice)
    run_jobs()
    path = link_in(part(smtp.mails[0], "plain"))
    numbers = iter(range(4))
    answers = in_parallel(
        lambda: Client().post(path, {"new_password": f"a narrow brook {next(numbers)}"}).status_code, times=4, threads=4
    )
    assert sorted(answers) == [302, 404, 404, 404]


def test_nobodys_mailbox_is_filled_and_nobody_may_ask_without_end(
    alice: User, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.limits.LETTERS_FROM_ADDRESS", 6)
    answers = [Client().post("/reset/", {"email": "alice@example.org"}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert b"Wait a few minutes and try again." in answers[6].content
    assert Mail.objects.count() == 3
    page = client_for(alice).post("/settings/account/verify/", follow=True)
    assert b"try again in an hour" in page.content
    assert Mail.objects.count() == 3


def test_a_device_not_seen_before_is_told_of(smtp: Smtp) -> None:
    Client().post("/signup/", ADA, headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.1")
    user = User.objects.get()
    run_jobs()
    smtp.mails.clear()
    assert sign_in(Client(), user, FIREFOX.replace("140", "141"), "192.0.77.7") == 302
    assert run_jobs() == 0  # the same browser, renewed, at the same provider
    for _ in range(2):
        sign_in(Client(), user, SAFARI, "2001:db8::7")
    assert run_jobs() == 1
    [mail] = smtp.mails
    text = part(mail, "plain")
    assert "Device: Safari on iPhone" in text
    assert "Address: 2001:db8::7" in text
    assert "https://chat.example.com/settings/devices/" in text
    assert "2001:db8::7" in part(mail, "html")


def test_a_mail_goes_out_once_though_the_answer_was_lost(alice: User, resend: Resend, settings: Settings) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"REQUESTS_TIMEOUT": 2}
    outbox.post(Kind.WELCOME, alice)
    mail = Mail.objects.get()
    resend.moods = [500, 429, "slow", "lost"]
    for _ in range(4):
        with pytest.raises(NotSentError):
            deliver(mail.pk)
    deliver(mail.pk)
    deliver(mail.pk)  # a job may be done twice
    assert resend.requests == 5
    [body] = resend.mails
    assert body["to"] == ["alice@example.org"]
    assert {"html", "text", "subject", "from"} <= body.keys()
    mail.refresh_from_db()
    assert (mail.sent_at is not None, mail.failure) == (True, "")


@pytest.mark.django_db(transaction=True)
def test_two_jobs_for_one_mail_send_it_once(alice: User, smtp: Smtp) -> None:
    outbox.post(Kind.WELCOME, alice)
    number = Mail.objects.get().pk

    def once() -> bool:
        try:
            deliver(number)
        except OperationalError:  # it is being sent: the job looks again later
            return False
        return True

    assert any(in_parallel(once, times=6, threads=6))
    assert len(smtp.mails) == 1


def test_what_a_provider_refuses_is_not_tried_for_ever_and_told_without_the_address(
    alice: User, resend: Resend, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.post(Kind.WELCOME, alice)
    resend.moods = [422]
    with pytest.raises(GiveUp):
        run_jobs()
    assert f"The mail welcome to person {alice.pk} was not sent: The mail provider refused it (422)." in caplog.text
    assert "alice@" not in caplog.text
    assert Mail.objects.get().failure == "The mail provider refused it (422)."
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs")
        assert len(upkeep.try_again([number for (number,) in cursor.fetchall()])) == 1
    assert run_jobs() == 1
    assert len(resend.mails) == 1


def test_a_mail_server_is_tried_again_unless_it_will_never_take_it(alice: User, smtp: Smtp, settings: Settings) -> None:
    outbox.post(Kind.WELCOME, alice)
    number = Mail.objects.get().pk
    smtp.refusals = ["451 later", "550 no such alice@example.org"]
    with pytest.raises(NotSentError, match="451"):
        deliver(number)
    with pytest.raises(GiveUp, match=r"refused the recipient \(550\)"):
        deliver(number)
    settings.EMAIL_PORT = 1
    with pytest.raises(NotSentError, match="out of reach"):
        deliver(number)


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Ada Lovelace", "Ada"),
        ("Zoë-Anne B", "Zoë-Anne"),
        ("李小龙", "李小龙"),
        ("Win.a-prize.example now", ""),
        ("<b>x", ""),
    ],
)
def test_strangers_are_not_greeted_with_whatever_somebody_has_called_themselves(name: str, greeted: str) -> None:
    assert greeting(User(full_name=name)) == greeted


def test_no_name_becomes_a_header_or_markup(alice: User, smtp: Smtp, settings: Settings) -> None:
    settings.SITE_NAME = "Boats & Co\r\nBcc: eve@example.org"
    User.objects.filter(pk=alice.pk).update(full_name="Ada\r\nBcc: eve@example.org\r\n\r\n<b>Win</b>")
    outbox.post(Kind.WELCOME, alice)
    run_jobs()
    [mail] = smtp.mails
    assert (mail["To"], mail["Bcc"]) == ("alice@example.org", None)
    assert mail["Subject"] == "Welcome to Boats & Co Bcc: eve@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert "Boats &amp; Co" in part(mail, "html")
    assert "Boats & Co" in part(mail, "plain")  # which is no HTML
    assert "Win" not in part(mail, "plain") + part(mail, "html")


def test_a_server_without_mail_sends_none_and_says_so(alice: User, settings: Settings, client_for: Any) -> None:
    settings.MAIL_ENABLED = False
    outbox.post(Kind.WELCOME, alice)
    assert waiting_jobs() == []
    assert b"This server sends no mail." in Client().get("/reset/").content
    assert b"Forgotten" not in Client().get("/login/").content
    assert b"Is this your address?" not in client_for(alice).get("/settings/account/").content


def test_mails_are_forgotten_after_a_month(alice: User) -> None:
    for days in (1, 31):
        Mail.objects.create(user=alice, kind="reset", created_at=timezone.now() - timedelta(days=days))
    forget_old()
    assert Mail.objects.count() == 1


def test_a_mail_that_nobody_wants_any_more_is_not_sent(alice: User, bob: User, smtp: Smtp) -> None:
    with transaction.atomic():
        outbox.post(Kind.VERIFY, alice)
        outbox.post(Kind.RESET, None)
        outbox.post(Kind.RESET, bob)
    User.objects.filter(pk=alice.pk).update(email_verified_at=timezone.now())
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert run_jobs() == 3
    assert smtp.mails == []
