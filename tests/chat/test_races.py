"""Fifty tries at once, twenty times over: whoever comes first, what must hold afterwards holds.

Edit against delete, and block against send, are raced where those are tested.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from django.db import transaction

from accounts.closing import require_closable
from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.services import deactivate
from chat import services
from chat.models import Invitation, Membership, Message, Room
from chat.services import seats
from tests.factories import give, group_room, people
from tests.threads import in_parallel

ROUNDS = range(20)
TRIES = 50
THREADS = 10
"""As many as the pool has connections: more would wait for one, not for each other."""

pytestmark = pytest.mark.django_db(transaction=True)

Try = Callable[[], object]


def at_once(tries: Sequence[Try]) -> Counter[str]:
    """Do all of these at the same time, begun in this order; counts what came of them."""
    assert len(tries) == TRIES
    waiting = iter(tries)

    def one() -> str:
        try:
            next(waiting)()
        except ParleyError as error:
            return error.code
        return "done"

    return Counter(in_parallel(one, times=len(tries), threads=THREADS))


def mixed(*groups: list[Try]) -> list[Try]:
    """Take turns between these, as long as each has some left."""
    longest = max(len(group) for group in groups)
    return [group[turn] for turn in range(longest) for group in groups if turn < len(group)]


def events(room: Room) -> list[str]:
    said = Message.objects.filter(room=room, kind="system").order_by("seq")
    return [message.event["type"] for message in said if message.event]


def check(room: Room) -> None:
    """What must hold after anything: the count is right, somebody owns the room, and no number is left out."""
    room.refresh_from_db()
    assert room.member_count == Membership.objects.filter(room=room).count()
    assert Membership.objects.filter(room=room, role="owner").exists()
    seqs = Message.objects.filter(room=room).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, room.last_seq + 1))


def test_who_comes_in_by_two_doors_at_once_is_in_once(alice: User, eve: User) -> None:
    for _ in ROUNDS:
        room = group_room(alice, kind="public")
        _, token = services.make_link(actor=alice, room_id=room.pk, uses=TRIES)
        join = partial(services.join_room, user=eve, room_id=room.pk)
        follow = partial(services.accept_invitation, user=eve, token=token)
        assert at_once([join, follow] * 25) == {"done": TRIES}
        assert events(room).count("member.joined") == 1
        assert Membership.objects.filter(room=room, user=eve).count() == 1
        assert Invitation.objects.get(room=room).uses_left in {TRIES, TRIES - 1}
        check(room)


def test_of_owners_who_all_leave_at_once_one_stays(alice: User) -> None:
    owners = [alice, *people(9)]
    for _ in ROUNDS:
        room = group_room(*owners)
        Membership.objects.filter(room=room).update(role="owner")
        outcomes = at_once([partial(services.leave_room, user=owner, room_id=room.pk) for owner in owners * 5])
        assert outcomes == {"done": 9, "last_owner": 5, "not_found": 36}
        assert Membership.objects.filter(room=room).count() == 1
        check(room)


def test_of_owners_who_all_close_their_accounts_at_once_one_stays(alice: User) -> None:
    def close(owner: User) -> None:
        with transaction.atomic():
            require_closable(owner)
            deactivate(user=owner)

    owners = people(10)
    for _ in ROUNDS[:5]:
        User.objects.update(is_active=True)
        room = group_room(*owners, alice)
        Membership.objects.filter(room=room, user__in=owners).update(role="owner")
        assert at_once([partial(close, owner) for owner in owners * 5])["last_owner"] == 5
        assert Membership.objects.filter(room=room, role="owner", user__is_active=True).count() == 1


def test_an_owner_who_leaves_while_the_others_step_down_leaves_one(alice: User, bob: User) -> None:
    for _ in ROUNDS:
        room = group_room(alice, bob)
        give(alice, room, bob, "owner")
        leave: Try = partial(services.leave_room, user=alice, room_id=room.pk)
        step_down: Try = partial(services.set_role, actor=bob, room_id=room.pk, user_id=bob.pk, role="member")
        outcomes = at_once([leave, step_down] * 25)
        assert outcomes["last_owner"] == 25
        check(room)


def test_a_room_that_is_handed_over_to_somebody_who_leaves_keeps_an_owner(alice: User, bob: User) -> None:
    for _ in ROUNDS:
        room = group_room(alice, bob)
        hand_over: Try = partial(services.hand_over, actor=alice, room_id=room.pk, user_id=bob.pk)
        goes: Try = partial(services.leave_room, user=bob, room_id=room.pk)
        follows: Try = partial(services.leave_room, user=alice, room_id=room.pk)
        outcomes = at_once(mixed([hand_over] * 10, [goes] * 20, [follows] * 20))
        assert outcomes.keys() <= {"done", "last_owner", "not_found", "forbidden"}
        assert Membership.objects.filter(room=room).exists()
        check(room)


def test_a_link_lets_in_no_more_than_its_uses(alice: User) -> None:
    crowd = people(TRIES)
    for _ in ROUNDS:
        room = group_room(alice)
        _, token = services.make_link(actor=alice, room_id=room.pk, uses=5)
        outcomes = at_once([partial(services.accept_invitation, user=user, token=token) for user in crowd])
        assert outcomes == {"done": 5, "not_found": 45}
        assert Invitation.objects.get(room=room).uses_left == 0
        assert Membership.objects.filter(room=room).count() == 6
        check(room)


def test_nobody_is_added_to_a_room_after_it_was_archived(alice: User, bob: User) -> None:
    crowd = people(TRIES - 1)
    for _ in ROUNDS:
        room = group_room(alice, bob, kind="public")
        adding: list[Try] = [
            partial(services.add_members, actor=bob, room_id=room.pk, user_ids=[user.pk]) for user in crowd
        ]
        archive: Try = partial(services.archive_room, actor=alice, room_id=room.pk)
        outcomes = at_once([*adding[:10], archive, *adding[10:]])
        assert outcomes.keys() <= {"done", "archived"}
        assert events(room)[-1] == "room.archived"
        assert Membership.objects.filter(room=room).count() == 2 + outcomes["done"] - 1
        check(room)


def test_a_room_never_holds_more_than_fit(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_MEMBERS", 10)
    crowd = people(TRIES)
    for _ in ROUNDS:
        room = group_room(alice, kind="public")
        outcomes = at_once([partial(services.join_room, user=user, room_id=room.pk) for user in crowd])
        assert outcomes == {"done": 9, "room_full": 41}
        check(room)
