"""What must be in order before somebody closes their account. Other apps say it here; accounts know nothing of them."""

from collections.abc import Callable

from accounts.models import User

Condition = Callable[[User], None]
"""Raises ``AccountError`` where the account has to stay; asked in the transaction that closes it, and may lock rows."""

_conditions: list[Condition] = []


def before_closing(condition: Condition) -> Condition:
    """Have this asked each time that somebody wants to close their account."""
    _conditions.append(condition)
    return condition


def require_closable(user: User) -> None:
    """Raise the ``AccountError`` of the first condition that is not met."""
    for condition in _conditions:
        condition(user)
