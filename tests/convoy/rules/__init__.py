"""The promises, each a function that yields where it was not kept. None of them knows how the product is made."""

from collections.abc import Callable, Iterator

from tests.convoy.case import Case, Violation
from tests.convoy.rules import database, members, people, reading, sending, workers

Rule = Callable[[Case], Iterator[Violation]]

RULES: dict[str, Rule] = {
    name: rule
    for module in (database, sending, reading, members, people, workers)
    for name, rule in module.RULES.items()
}  # fmt: skip

__all__ = ["RULES", "Rule"]
