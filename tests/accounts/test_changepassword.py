"""Changing somebody's password on the server, where nobody is asked for the old one."""

import getpass
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Session, User
from tests.commands import answered
from tests.conftest import PASSWORD
from tests.sessions import session_for

NEW = "another quiet river"

pytestmark = pytest.mark.django_db


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that says what will be typed in, one line after the other."""

    def say(*lines: str) -> None:
        left = iter(lines)
        monkeypatch.setattr(getpass, "getpass", lambda prompt="": next(left))

    return say


def test_a_new_password_signs_out_every_device_of_that_person(
    alice: User, bob: User, type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    sessions = [session_for(alice), session_for(alice), session_for(bob)]
    type_in(NEW, NEW)
    call_command("changepassword", "ALICE@example.org")
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert [Session.objects.live().filter(pk=session.pk).exists() for session in sessions] == [False, False, True]
    assert "every device is signed out" in capsys.readouterr().out


def test_a_slip_of_the_hand_may_be_corrected(
    alice: User, type_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(NEW, "something else", "1234", "1234", NEW, NEW)
    call_command("changepassword", alice.email)
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    said = capsys.readouterr().err
    assert "two different ones" in said
    assert "too short" in said


def test_after_three_tries_nothing_has_changed(alice: User, type_in: Callable[..., None]) -> None:
    session = session_for(alice)
    type_in(*["1234"] * 6)
    with pytest.raises(CommandError, match="as before"):
        call_command("changepassword", alice.email)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert Session.objects.live().filter(pk=session.pk).exists()


def test_a_script_gets_a_password_made_up(alice: User) -> None:
    made = answered("changepassword", alice.email, "--generate")
    alice.refresh_from_db()
    assert alice.check_password(made["password"])
    assert answered("changepassword", alice.email)["ok"] is False  # there is nobody to ask


def test_there_must_be_such_a_person() -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("changepassword", "nobody@example.org")
