"""Who comes, who goes, and what they may do to each other; also all at once."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest

from accounts.exceptions import AccountError
from accounts.models import User
from accounts.services import close_account
from chat import services
from chat.exceptions import ChatError
from chat.models import Draft, Membership, Message, Room
from chat.services import seats
from chat.summaries import chats_list, summary
from tests.conftest import PASSWORD
from tests.factories import give, group_room, people, say, seat_of, unread_by
from tests.sessions import session_for

ROLES = ("owner", "admin", "moderator", "member")


def refusal(do: Callable[[], Any]) -> ChatError:
    with pytest.raises(ChatError) as caught:
        do()
    return caught.value


def said(room: Room) -> list[str]:
    return [message.body for message in Message.objects.filter(room=room).order_by("seq")]


def check(room: Room) -> None:
    """What must hold after anything: the count is right, and somebody owns the room."""
    room.refresh_from_db()
    assert room.member_count == Membership.objects.filter(room=room).count()
    assert Membership.objects.filter(room=room, role="owner").exists()
    assert room.last_seq == Message.objects.filter(room=room).latest("changed_seq").changed_seq


@pytest.fixture
def room(alice: User, bob: User) -> Iterator[Room]:
    room = group_room(alice, bob, kind="public")
    yield room
    check(room)


def test_anybody_joins_a_public_room_and_has_nothing_unread(room: Room, alice: User, eve: User) -> None:
    say(alice, room, "long ago")
    services.join_room(user=eve, room_id=room.pk)
    services.join_room(user=eve, room_id=room.pk)
    assert said(room)[-1] == "Eve Evans joined."
    mine = summary(eve, room.pk)
    assert mine is not None
    assert (mine["unread"], mine["member_count"], mine["role"]) == (0, 3, "member")
    assert mine["read_seq"] == mine["last_seq"]
    say(alice, room, "welcome")
    assert unread_by(eve, room) == 1


def test_nobody_joins_a_private_or_a_missing_room(alice: User, eve: User) -> None:
    private = group_room(alice)
    for room_id in (private.pk, 987_654_321):
        assert refusal(lambda: services.join_room(user=eve, room_id=room_id)).code == "not_found"  # noqa: B023
    assert not chats_list(eve)


def test_nobody_joins_an_archived_room(room: Room, alice: User, eve: User) -> None:
    services.archive_room(actor=alice, room_id=room.pk)
    assert refusal(lambda: services.join_room(user=eve, room_id=room.pk)).code == "archived"


def test_who_leaves_is_out_and_the_others_read_of_it(room: Room, alice: User, bob: User) -> None:
    Draft.objects.create(user=bob, room=room, body="never sent")
    services.leave_room(user=bob, room_id=room.pk)
    assert said(room)[-1] == "Bob Baker left."
    assert chats_list(bob) == []
    assert not Draft.objects.exists()
    assert refusal(lambda: say(bob, room)).code == "not_found"
    assert refusal(lambda: services.leave_room(user=bob, room_id=room.pk)).code == "not_found"
    assert summary(alice, room.pk) is not None


def test_the_last_owner_stays_until_somebody_else_is_one(room: Room, alice: User, bob: User) -> None:
    for change in (
        lambda: services.leave_room(user=alice, room_id=room.pk),
        lambda: services.set_role(actor=alice, room_id=room.pk, user_id=alice.pk, role="member"),
    ):
        error = refusal(change)
        assert (error.code, error.status) == ("last_owner", 409)
    give(alice, room, bob, "owner")
    services.leave_room(user=alice, room_id=room.pk)
    assert seat_of(bob, room).role == "owner"


def test_the_account_of_a_rooms_last_owner_stays_open(room: Room, alice: User, bob: User, eve: User) -> None:
    group_room(alice, name="Nobody is left alone in it")
    services.archive_room(actor=alice, room_id=group_room(alice, eve, name="Of the past").pk)
    close = partial(close_account, user=alice, current_password=PASSWORD, session=session_for(alice))
    with pytest.raises(AccountError, match=r"You are the only owner of “Harbour”\. Hand") as caught:
        close()
    assert caught.value.code == "last_owner"
    give(alice, room, bob, "owner")
    close()
    assert not User.objects.get(pk=alice.pk).is_active


def test_people_are_added_once_and_all_are_named(room: Room, alice: User, bob: User, eve: User) -> None:
    assert services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk, bob.pk, eve.pk]) == [eve.pk]
    assert said(room)[-1] == "Alice Arden added Eve Evans."
    assert services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk]) == []
    services.add_members(actor=alice, room_id=room.pk, user_ids=[person.pk for person in people(6)])
    assert said(room)[-1] == "Alice Arden added Person 001, Person 002, Person 003 and 3 others."
    event = Message.objects.latest("seq").event
    crowd = User.objects.filter(handle__startswith="person").order_by("full_name")
    assert event == {"type": "member.added", "users": [person.pk for person in crowd]}


def test_nobody_is_added_where_one_of_them_is_missing(room: Room, alice: User, eve: User) -> None:
    User.objects.filter(pk=eve.pk).update(is_active=False)
    for ids in ([eve.pk], [987_654_321]):
        assert refusal(lambda: services.add_members(actor=alice, room_id=room.pk, user_ids=ids)).code == "not_found"  # noqa: B023
    for ids in ([], list(range(1, 52))):
        assert refusal(lambda: services.add_members(actor=alice, room_id=room.pk, user_ids=ids)).code == "invalid"  # noqa: B023


@pytest.mark.parametrize(("kind", "role"), list(product(("public", "private"), ROLES)))
def test_into_private_rooms_only_moderators_and_above_bring_people(
    alice: User, bob: User, eve: User, kind: str, role: str
) -> None:
    room = group_room(alice, bob, kind=kind)
    if role != "member":
        give(alice, room, bob, role)
    if kind == "private" and role == "member":
        error = refusal(lambda: services.add_members(actor=bob, room_id=room.pk, user_ids=[eve.pk]))
        assert error.code == "forbidden"
    else:
        services.add_members(actor=bob, room_id=room.pk, user_ids=[eve.pk])
    check(room)


def test_a_room_has_an_end(room: Room, alice: User, eve: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_MEMBERS", 3)
    services.join_room(user=eve, room_id=room.pk)
    [late] = people(1)
    for change in (
        lambda: services.join_room(user=late, room_id=room.pk),
        lambda: services.add_members(actor=alice, room_id=room.pk, user_ids=[late.pk]),
    ):
        error = refusal(change)
        assert (error.code, error.status) == ("room_full", 409)
    services.join_room(user=eve, room_id=room.pk)


@pytest.mark.parametrize(("mine", "theirs"), list(product(ROLES, ROLES)))
def test_people_are_removed_only_from_above(
    room: Room, alice: User, bob: User, eve: User, mine: str, theirs: str
) -> None:
    services.join_room(user=eve, room_id=room.pk)
    for user, role in ((bob, mine), (eve, theirs)):
        if role != "member":
            give(alice, room, user, role)
    may = mine != "member" and ROLES.index(mine) < ROLES.index(theirs)
    if may:
        services.remove_member(actor=bob, room_id=room.pk, user_id=eve.pk)
        assert said(room)[-1] == "Bob Baker removed Eve Evans."
        assert Message.objects.latest("seq").event == {"type": "member.removed", "users": [eve.pk]}
    else:
        error = refusal(lambda: services.remove_member(actor=bob, room_id=room.pk, user_id=eve.pk))
        assert (error.code, error.status) == ("forbidden", 403)
    assert Membership.objects.filter(room=room, user=eve).exists() is not may


@pytest.mark.parametrize(("mine", "theirs", "given"), list(product(ROLES, ROLES, ROLES)))
def test_roles_are_given_only_from_above(
    room: Room, alice: User, bob: User, eve: User, mine: str, theirs: str, given: str
) -> None:
    services.join_room(user=eve, room_id=room.pk)
    for user, role in ((bob, mine), (eve, theirs)):
        if role != "member":
            give(alice, room, user, role)
    changes = given != theirs
    above = ROLES.index(mine) < ROLES.index(theirs)
    may = mine in ("owner", "admin") and above and (given in ("moderator", "member") or mine == "owner")
    if may or not changes:
        services.set_role(actor=bob, room_id=room.pk, user_id=eve.pk, role=given)
        assert seat_of(eve, room).role == given
    else:
        error = refusal(lambda: services.set_role(actor=bob, room_id=room.pk, user_id=eve.pk, role=given))
        assert (error.code, seat_of(eve, room).role) == ("forbidden", theirs)


def test_one_steps_down_but_not_up(room: Room, alice: User, bob: User) -> None:
    give(alice, room, bob, "admin")
    assert refusal(lambda: give(bob, room, bob, "owner")).code == "forbidden"
    give(bob, room, bob, "member")
    assert said(room)[-1] == "Bob Baker made themselves a member."


def test_an_owner_hands_the_room_over(room: Room, alice: User, bob: User, eve: User) -> None:
    assert refusal(lambda: services.hand_over(actor=bob, room_id=room.pk, user_id=alice.pk)).code == "forbidden"
    assert refusal(lambda: services.hand_over(actor=alice, room_id=room.pk, user_id=eve.pk)).code == "not_found"
    assert refusal(lambda: services.hand_over(actor=alice, room_id=room.pk, user_id=alice.pk)).code == "self"
    services.hand_over(actor=alice, room_id=room.pk, user_id=bob.pk)
    assert (seat_of(bob, room).role, seat_of(alice, room).role) == ("owner", "admin")
    assert said(room)[-1] == "Alice Arden handed the room over to Bob Baker."


def test_outsiders_can_do_nothing_to_people(room: Room, bob: User, eve: User) -> None:
    for change in (
        lambda: services.add_members(actor=eve, room_id=room.pk, user_ids=[eve.pk]),
        lambda: services.remove_member(actor=eve, room_id=room.pk, user_id=bob.pk),
        lambda: services.set_role(actor=eve, room_id=room.pk, user_id=bob.pk, role="owner"),
        lambda: services.hand_over(actor=eve, room_id=room.pk, user_id=bob.pk),
        lambda: services.members_of(user=eve, room_id=room.pk),
    ):
        assert refusal(change).code == "not_found"


def test_who_comes_back_is_a_member_like_any_other(room: Room, alice: User, bob: User) -> None:
    give(alice, room, bob, "admin")
    services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
    services.join_room(user=bob, room_id=room.pk)
    assert seat_of(bob, room).role == "member"
