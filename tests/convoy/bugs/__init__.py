"""Seeded bugs, to see whether the checker sees them. Each is planted in the workers when they start."""

from tests.convoy.bugs import catching_up, delivery, members, people, storing
from tests.convoy.bugs.registry import BUGS, Bug

__all__ = ["BUGS", "Bug", "catching_up", "delivery", "members", "people", "storing"]
