"""What people type, cleaned field by field; all that is at fault is told in one error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.core.exceptions import ValidationError

from accounts.exceptions import invalid

Value = TypeVar("Value")


def cleaned(wanted: Mapping[str, tuple[Callable[[Value], Value], Value]]) -> dict[str, Value]:
    """Clean every value by what cleans its field; raises `invalid` with the sentences of all that are at fault."""
    values, problems = {}, {}
    for field, (clean, value) in wanted.items():
        try:
            values[field] = clean(value)
        except ValidationError as error:
            problems[field] = error.messages
    if problems:
        raise invalid(problems)
    return values
