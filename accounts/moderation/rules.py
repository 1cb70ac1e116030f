"""Changing the filters: each change is recorded, and counted so that every worker applies it to what comes next."""

from __future__ import annotations

import re
from typing import Any

from accounts.exceptions import invalid
from accounts.models import FilterRule, User
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.filters import fold
from accounts.moderation.roles import require_moderator
from accounts.rows import execute

_COUNT = """
    INSERT INTO accounts_filterversion (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = accounts_filterversion.version + 1
"""
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def clean_pattern(kind: str, pattern: str) -> str:
    """Bring a pattern into the form that is stored; raises ``AccountError``."""
    pattern = " ".join(pattern.split())
    if kind == FilterRule.Kind.HOST:
        pattern = pattern.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").strip("/.")
        if not _HOST.fullmatch(pattern):
            raise invalid({"pattern": ["Enter a host such as example.com."]})
    if not fold(pattern).strip():
        raise invalid({"pattern": ["Enter a word that can be seen."]})
    return pattern


def save_rule(*, actor: User, rule: FilterRule) -> FilterRule:
    """Store a rule, new or changed. Raises ``AccountError``."""
    require_moderator(actor)
    rule.pattern = clean_pattern(rule.kind, rule.pattern)
    with audited():
        known = FilterRule.objects.filter(pk=rule.pk).first() if rule.pk else None
        rule.made_by = rule.made_by or actor
        rule.save()
        _record(actor, "filter.changed" if known else "filter.made", rule, known, rule)
    return rule


def remove_rule(*, actor: User, rule: FilterRule) -> None:
    """Take a rule away. Raises ``AccountError``."""
    require_moderator(actor)
    with audited():
        _record(actor, "filter.removed", rule, rule, None)
        rule.delete()


def _record(actor: User, action: str, rule: FilterRule, before: FilterRule | None, after: FilterRule | None) -> None:
    execute(_COUNT, [])
    target = Target("filter", rule.pk, rule.pattern)
    record(actor=actor, action=action, target=target, before=_plain(before), after=_plain(after))


def _plain(rule: FilterRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {name: getattr(rule, name) for name in ("kind", "pattern", "action", "sentence", "is_active")}
