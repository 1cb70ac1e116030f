"""Words and links that may not be written: compiled once in each worker, and free of cost where there are none.

Whoever writes reads the version of the rules along with who writes; rules of another version are loaded then. So what
is committed after a change of the rules has gone by them, in every worker, and nobody asks for them otherwise.

Patterns are words, never expressions: they are looked up or looked for as they are, which takes linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeVar

from accounts.exceptions import AccountError
from accounts.moderation.models import FilterRule
from accounts.rows import fetch

Result = TypeVar("Result")

TRIES = 3
MASK = "•"

# What looks like a Latin letter, and is taken for one.
_ALIKE = {
    ord(char): latin
    for chars, latin in (
        ("аα", "a"), ("еε", "e"), ("оοσ", "o"), ("рρ", "p"), ("сϲ", "c"), ("уυ", "y"), ("хχ", "x"), ("іι", "i"),
        ("ѕ", "s"), ("ј", "j"), ("ԁ", "d"), ("һ", "h"), ("ӏł", "l"), ("кκ", "k"), ("м", "m"), ("тτ", "t"), ("ν", "v"),
        ("ø", "o"), ("đ", "d"), ("ı", "i"),
    )
    for char in chars
}  # fmt: skip
_TOKEN = re.compile(r"\w+")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")

_VERSION = "SELECT version FROM accounts_filterversion WHERE id = 1"


class Hit(NamedTuple):
    """Where a rule matched: from and up to which character of the text."""

    rule: FilterRule
    start: int
    end: int


class Screened(NamedTuple):
    """A text after the rules: masked where they say so; who wants to refuse it, and who to report it."""

    text: str
    refused_by: FilterRule | None = None
    flagged_by: tuple[FilterRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one version, in the form in which they are quickly applied."""

    version: int = 0
    words: dict[str, FilterRule] = field(default_factory=dict)
    phrases: list[tuple[str, FilterRule]] = field(default_factory=list)
    texts: list[tuple[str, FilterRule]] = field(default_factory=list)
    hosts: dict[str, FilterRule] = field(default_factory=dict)

    @classmethod
    def of(cls, version: int, rules: Sequence[FilterRule]) -> Rules:
        made = cls(version)
        for rule in rules:
            made._add(rule)
        return made

    def _add(self, rule: FilterRule) -> None:
        pattern = fold(rule.pattern)
        if rule.kind == FilterRule.Kind.HOST:
            self.hosts[rule.pattern.lower()] = rule
        elif rule.kind == FilterRule.Kind.TEXT:
            self.texts.append((pattern, rule))
        elif _TOKEN.fullmatch(pattern):
            self.words[pattern] = rule
        else:
            self.phrases.append((pattern, rule))

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases or self.texts or self.hosts)

    def hits(self, text: str) -> list[Hit]:
        """All matches in a text, in no order."""
        if not self:
            return []
        folded, places = _fold_with_places(text)
        found = [(rule, *span) for rule, span in self._spans(folded)]
        return [Hit(rule, places[start], places[end - 1] + 1) for rule, start, end in found]

    def screen(self, text: str) -> Screened:
        """Apply the rules to a text; costs next to nothing where there are none."""
        if not self or not (hits := self.hits(text)):
            return Screened(text)
        by = {action: [hit for hit in hits if hit.rule.action == action] for action in FilterRule.Action.values}
        refused, flagged = by[FilterRule.Action.REFUSE], by[FilterRule.Action.FLAG]
        flagged_by = tuple({hit.rule.pk: hit.rule for hit in flagged}.values())
        return Screened(_masked(text, by[FilterRule.Action.MASK]), refused[0].rule if refused else None, flagged_by)

    def _spans(self, folded: str) -> Iterator[tuple[FilterRule, tuple[int, int]]]:
        if self.words:
            for token in _TOKEN.finditer(folded):
                if rule := self.words.get(token[0]):
                    yield rule, token.span()
        for needle, rule in self.texts:
            for start in _occurrences(needle, folded):
                yield rule, (start, start + len(needle))
        for needle, rule in self.phrases:
            for start in _occurrences(needle, folded):
                end = start + len(needle)
                if not (_is_word(folded[start - 1 : start], needle[0]) or _is_word(folded[end : end + 1], needle[-1])):
                    yield rule, (start, end)
        if self.hosts:
            for host in _HOST.finditer(folded):
                labels = host[0].split(".")
                names = (".".join(labels[at:]) for at in range(len(labels) - 1))
                if rule := next((self.hosts[name] for name in names if name in self.hosts), None):
                    yield rule, host.span()


class StaleRulesError(Exception):
    """The rules have changed since they were applied: load them, and begin once more."""


_rules = Rules()


def current() -> Rules:
    """The rules that this worker knows."""
    return _rules


def at(version: int) -> Rules:
    """The rules of this version; one statement, and only where that is another one than we know."""
    return _rules if version == _rules.version else reload()


def latest() -> Rules:
    """The rules as they are now; one statement, for what is not written often."""
    rows = fetch(_VERSION, [])
    return at(rows[0][0] if rows else 0)


def reload() -> Rules:
    """Load the rules as they are now."""
    global _rules
    rows = fetch(_VERSION, [])
    _rules = Rules.of(rows[0][0] if rows else 0, list(FilterRule.objects.filter(is_active=True)))
    return _rules


def by_fresh_rules(work: Callable[[Rules], Result]) -> Result:
    """Let ``work`` apply the rules, and begin once more where they turn out to have changed (`StaleRulesError`)."""
    for _ in range(TRIES):
        try:
            return work(_rules)
        except StaleRulesError:
            reload()
    return work(reload())


def refusal(rule: FilterRule) -> str:
    """Say to somebody that a text of theirs is refused, and what to do."""
    if rule.sentence:
        return f"{rule.sentence} Your text is kept; change it and try again."
    return f"The moderators do not want “{rule.pattern}” here. Your text is kept; leave that out and try again."


def check_name(name: str, *, field: str = "full_name") -> None:
    """Raise ``AccountError`` for a name of somebody that has what is refused, or would be masked."""
    for hit in latest().hits(name):
        if hit.rule.action != FilterRule.Action.FLAG:
            raise AccountError("filtered", refusal(hit.rule), fields={field: [refusal(hit.rule)]})


def fold(text: str) -> str:
    """Fold a text: without case, accents, invisible characters, and with look-alikes as the Latin letters they ape."""
    return "".join(map(_fold_character, text)) if not text.isascii() else text.lower()


def _fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Fold a text, with the place in it of each folded character."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for each in _fold_character(char):
            folded.append(each)
            places.append(place)
    return "".join(folded), places


@lru_cache(maxsize=20_000)
def _fold_character(char: str) -> str:
    parts = unicodedata.normalize("NFKD", char)
    kept = "".join(part for part in parts if not unicodedata.combining(part) and unicodedata.category(part) != "Cf")
    return kept.casefold().translate(_ALIKE)


def _occurrences(needle: str, text: str) -> Iterator[int]:
    start = text.find(needle)
    while start >= 0:
        yield start
        start = text.find(needle, start + len(needle))


def _is_word(neighbour: str, edge: str) -> bool:
    """Whether a word goes on beyond the edge of a phrase."""
    return bool(neighbour) and (neighbour.isalnum() or neighbour == "_") and (edge.isalnum() or edge == "_")


def _masked(text: str, hits: Sequence[Hit]) -> str:
    chars = list(text)
    for hit in hits:
        chars[hit.start : hit.end] = MASK * (hit.end - hit.start)
    return "".join(chars)
