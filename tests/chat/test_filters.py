"""Filters: what they meet, what becomes of it, and that every worker goes by the same ones at once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.exceptions import ParleyError
from accounts.models import AuditEntry, FilterRule, User
from accounts.moderation import filters, roles, rules
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Report, Room
from tests.factories import appoint, group_room, say, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rules_are_left() -> Any:
    """A worker keeps what it compiled; the tables of the next test know nothing of it."""
    yield
    filters._rules = filters.Rules()


@pytest.fixture
def root() -> User:
    return superuser("Root")


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


def rule(root: User, pattern: str, kind: str = "word", action: str = "refuse", **more: Any) -> FilterRule:
    return rules.save_rule(actor=root, rule=FilterRule(kind=kind, pattern=pattern, action=action, **more))


MET = [
    # kind, pattern, text, what is met
    ("word", "canary", "A CANARY!", "CANARY"),
    ("word", "canary", "canaryish", None),
    ("word", "canary", "c\u0430n\u0430ry", "c\u0430n\u0430ry"),  # in Cyrillic, in part
    ("word", "cafe", "a Café", "Café"),
    ("word", "canary", "ca\u200bnary", "ca\u200bnary"),
    ("word", "ｃａｎａｒｙ", "canary", "canary"),
    ("word", "buy now", "Buy Now!", "Buy Now"),
    ("word", "buy now", "rebuy now", None),
    ("word", "(a+)+$", "a" * 5_000, None),
    ("word", "(a+)+$", "no (a+)+$ here", "(a+)+$"),
    ("text", "anar", "canary", "anar"),
    ("host", "https://www.Evil.example/", "see http://shop.evil.example/x", "shop.evil.example"),
    ("host", "evil.example", "notevil.example and evil.example.org", None),
]


@pytest.mark.parametrize(("kind", "pattern", "text", "met"), MET)
def test_it_meets_what_is_meant(kind: str, pattern: str, text: str, met: str | None) -> None:
    pattern = rules.clean_pattern(kind, pattern)
    known = filters.Rules.of(1, [FilterRule(kind=kind, pattern=pattern, action="mask")])
    assert [text[hit.start : hit.end] for hit in known.hits(text)] == ([met] if met else [])
    masked = known.screen(text).text
    assert (masked == text) == (met is None)
    assert len(masked) == len(text)


def test_what_is_refused_is_said_and_not_stored(root: User, alice: User, bob: User, room: Room) -> None:
    said = say(bob, room, "I like canaries, and this canary")
    rule(root, "canary")
    rule(root, "evil.example", "host", sentence="No links to that shop.")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: say(bob, room, "My canary"), "do not want “canary” here"),
        (lambda: say(bob, room, "https://evil.example"), "No links to that shop"),
        (lambda: services.edit_message(actor=bob, message_id=said.pk, body="a canary"), "canary"),
        (lambda: services.update_room(actor=alice, room_id=room.pk, topic="The canary"), "canary"),
        (lambda: services.create_room(user=bob, kind="public", name="Canary"), "canary"),
        (lambda: accounts.update_profile(user=bob, full_name="Canary Bird"), "canary"),
    ]
    for write, sentence in refused:
        with pytest.raises(ParleyError, match=sentence) as refusal:
            write()
        assert refusal.value.code == "filtered"
        assert "Your text is kept" in refusal.value.detail
    assert Message.objects.filter(room=room, kind="text").count() == 1
    neighbours = [services.Draft(bob.pk, room.pk, uuid4(), body) for body in ("one", "canary", "two")]
    outcomes = services.send_messages(neighbours)
    assert [isinstance(outcome, Message) for outcome in outcomes] == [True, False, True]


def test_what_is_masked_or_flagged_goes_through(root: User, bob: User, room: Room) -> None:
    rule(root, "darn", action="mask")
    rule(root, "secret", action="flag")
    client_id = uuid4()
    first = say(bob, room, "A **darn** secret", client_id=client_id)
    assert first.body == "A **••••** secret"
    assert "darn" not in first.html
    assert say(bob, room, "A **darn** secret", client_id=client_id).pk == first.pk
    report = Report.objects.get()
    assert (report.message_id, report.person_id, report.count) == (first.pk, bob.pk, 1)
    assert report.complaints.get().comment == "Found by a filter: secret"
    services.edit_message(actor=bob, message_id=first.pk, body="darn darn")
    first.refresh_from_db()
    assert first.body == "•••• ••••"


def test_a_change_holds_for_the_next_message_and_a_resend_stays_the_same(root: User, bob: User, room: Room) -> None:
    client_id = uuid4()
    first = say(bob, room, "canary", client_id=client_id)
    made = rule(root, "canary")
    stale = filters.current()
    assert say(bob, room, "canary", client_id=client_id).pk == first.pk
    filters._rules = stale  # another worker, which has heard nothing
    with pytest.raises(ChatError, match="canary"):
        say(bob, room, "canary")
    rules.remove_rule(actor=root, rule=made)
    say(bob, room, "canary")
    assert [entry.action for entry in AuditEntry.objects.order_by("number")] == ["filter.made", "filter.removed"]


def test_a_message_costs_no_statement_more(root: User, bob: User, room: Room) -> None:
    say(bob, room)
    with CaptureQueriesContext(connection) as without:
        say(bob, room)
    rule(root, "canary")
    say(bob, room)
    with CaptureQueriesContext(connection) as there:
        say(bob, room)
    assert len(there) == len(without)


def test_administrators_make_filters_and_moderators_try_them(
    root: User,
    alice: User,
    bob: User,
    room: Room,
    make_user: Callable[[str], User],
    client_for: Callable[[User], Client],
) -> None:
    mona = make_user("Mona Moderator")
    appoint(mona, roles.MODERATORS)
    say(bob, room, "<i>canaries</i> for sale")
    desk, office = client_for(mona), client_for(root)
    fields = {"kind": "word", "pattern": "canary", "action": "refuse", "sentence": "", "is_active": "on"}
    assert desk.post("/admin/accounts/filterrule/add/", fields).status_code == 403
    assert b"Enter a host" in office.post("/admin/accounts/filterrule/add/", fields | {"kind": "host"}).content
    office.post("/admin/accounts/filterrule/add/", fields)
    made = FilterRule.objects.get()
    assert made.made_by == root
    tried = desk.post("/admin/accounts/filterrule/try/", {"text": "a canary", "try": "1"}).content.decode()
    assert "It is refused." in tried
    dry = {"kind": "text", "pattern": "canar", "dry": "1"}
    met = desk.post("/admin/accounts/filterrule/try/", dry).content.decode()
    assert "1 of the newest 1 messages" in met
    assert "&lt;i&gt;canaries&lt;/i&gt;" in met
    office.post(f"/admin/accounts/filterrule/{made.pk}/change/", fields | {"action": "mask"})
    office.post(f"/admin/accounts/filterrule/{made.pk}/delete/", {"post": "yes"})
    assert not FilterRule.objects.exists()
    actions = AuditEntry.objects.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["filter.made", "filter.changed", "filter.removed"]
    changed = AuditEntry.objects.get(action="filter.changed")
    assert (changed.before["action"], changed.after["action"]) == ("refuse", "mask")
