"""Signing people in without a password, for tests that are about something else."""

from accounts.devices import Device
from accounts.models import Session, User
from accounts.services import open_session


def session_for(user: User) -> Session:
    """A new signed-in device of ``user``."""
    return open_session(user, Device(user_agent="Tests", ip=None))[0]
