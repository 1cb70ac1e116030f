"""Who has to hear that somebody is shown otherwise: by another name, handle or picture.

Those who watch them and their own devices hear it from here. Who else sees them other apps know, and say it here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import transaction

from accounts import broadcasts
from accounts.models import User
from accounts.serializers import user_card

Teller = Callable[[User], None]
"""Tells others, once the transaction it is asked in has committed."""

_tellers: list[Teller] = []


def when_shown_otherwise(teller: Teller) -> Teller:
    """Have this asked each time that somebody is shown otherwise."""
    _tellers.append(teller)
    return teller


def tell_how_they_are_shown(user: User) -> None:
    """Tell everybody who sees ``user`` how they are shown, within the transaction that changes it."""
    transaction.on_commit(partial(broadcasts.card_changed, user_card(user)), robust=True)
    for teller in _tellers:
        teller(user)
