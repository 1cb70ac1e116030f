"""Ways into a private room, for a person or by a link: what they show, how long they last, how often they work."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Invitation, Membership, Message, Room
from chat.services import invitations
from tests.factories import give, group_room, people, say


def refusal(do: Callable[[], Any]) -> ChatError:
    with pytest.raises(ChatError) as caught:
        do()
    return caught.value


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def token(room: Room, alice: User) -> str:
    return services.make_link(actor=alice, room_id=room.pk)[1]


def is_in(user: User, room: Room) -> bool:
    return Membership.objects.filter(user=user, room=room).exists()


def test_a_link_lets_in_whoever_has_it(room: Room, token: str, eve: User) -> None:
    assert services.look_at_invitation(user=eve, token=token).room == room
    assert not is_in(eve, room)
    assert services.accept_invitation(user=eve, token=token) == room
    assert is_in(eve, room)
    assert Message.objects.latest("seq").event == {"type": "member.joined", "users": [eve.pk]}


def test_the_token_is_kept_nowhere(room: Room, token: str) -> None:
    stored = Invitation.objects.values().get()
    assert token not in str(stored)
    assert len(token) >= 32


def test_a_link_is_good_for_its_uses_and_members_use_up_none(room: Room, alice: User, bob: User, eve: User) -> None:
    _, token = services.make_link(actor=alice, room_id=room.pk, uses=1)
    services.accept_invitation(user=bob, token=token)
    services.accept_invitation(user=eve, token=token)
    [late] = people(1)
    assert refusal(lambda: services.accept_invitation(user=late, token=token)).code == "not_found"
    assert not is_in(late, room)


def test_a_link_is_good_for_its_days(room: Room, token: str, eve: User) -> None:
    invitation = Invitation.objects.get()
    assert timedelta(days=6, hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now())
    for door in (services.look_at_invitation, services.accept_invitation):
        assert refusal(lambda: door(user=eve, token=token)).code == "not_found"  # noqa: B023


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"days": 0}, "days"), ({"days": 31}, "days"), ({"uses": 0}, "uses"), ({"uses": 1_001}, "uses")],
)
def test_a_link_without_measure_is_refused(room: Room, alice: User, fields: dict[str, int], field: str) -> None:
    error = refusal(lambda: services.make_link(actor=alice, room_id=room.pk, **fields))
    assert error.fields is not None
    assert list(error.fields) == [field]


@pytest.mark.parametrize("token", ["", "nonsense", "0", "1", "9" * 18, "9" * 400, "\x00", "é"])
def test_what_is_no_token_opens_nothing(room: Room, eve: User, token: str) -> None:
    services.invite(actor=room.created_by, room_id=room.pk, user_id=people(1)[0].pk)
    for door in (services.look_at_invitation, services.accept_invitation):
        assert refusal(lambda: door(user=eve, token=token)).code == "not_found"  # noqa: B023


def test_one_person_is_invited_and_nobody_else_may_use_it(room: Room, alice: User, eve: User) -> None:
    invitation = services.invite(actor=alice, room_id=room.pk, user_id=eve.pk)
    assert list(services.invitations_for(eve)) == [invitation]
    [other] = people(1)
    assert refusal(lambda: services.accept_invitation(user=other, token=str(invitation.pk))).code == "not_found"
    services.accept_invitation(user=eve, token=str(invitation.pk))
    assert is_in(eve, room)
    assert list(services.invitations_for(eve)) == []


def test_an_invitation_is_declined_in_silence(room: Room, alice: User, eve: User) -> None:
    invitation = services.invite(actor=alice, room_id=room.pk, user_id=eve.pk)
    seq = Room.objects.get(pk=room.pk).last_seq
    services.decline_invitation(user=eve, token=str(invitation.pk))
    assert list(services.invitations_for(eve)) == []
    assert Room.objects.get(pk=room.pk).last_seq == seq
    assert refusal(lambda: services.decline_invitation(user=eve, token=str(invitation.pk))).code == "not_found"


def test_inviting_again_renews(room: Room, alice: User, bob: User, eve: User) -> None:
    first = services.invite(actor=alice, room_id=room.pk, user_id=eve.pk, days=1)
    services.revoke_invitation(actor=alice, room_id=room.pk, invitation_id=first.pk)
    assert list(services.invitations_for(eve)) == []
    again = services.invite(actor=alice, room_id=room.pk, user_id=eve.pk, days=30)
    assert again.pk == first.pk
    assert list(services.invitations_for(eve)) == [again]
    assert refusal(lambda: services.invite(actor=alice, room_id=room.pk, user_id=bob.pk)).code == "member_already"
    assert refusal(lambda: services.invite(actor=alice, room_id=room.pk, user_id=alice.pk)).code == "self"
    assert refusal(lambda: services.invite(actor=alice, room_id=room.pk, user_id=987_654_321)).code == "not_found"


def test_what_was_ended_opens_nothing(room: Room, token: str, alice: User, eve: User) -> None:
    services.revoke_invitation(actor=alice, room_id=room.pk, invitation_id=Invitation.objects.get().pk)
    assert refusal(lambda: services.accept_invitation(user=eve, token=token)).code == "not_found"
    assert list(services.open_invitations(actor=alice, room_id=room.pk)) == []


def test_members_bring_nobody_into_a_private_room(room: Room, token: str, bob: User, eve: User) -> None:
    for change in (
        lambda: services.invite(actor=bob, room_id=room.pk, user_id=eve.pk),
        lambda: services.make_link(actor=bob, room_id=room.pk),
        lambda: services.open_invitations(actor=bob, room_id=room.pk),
    ):
        assert refusal(change).code == "forbidden"
    invitation = Invitation.objects.get().pk
    for user in (bob, eve):
        error = refusal(lambda: services.revoke_invitation(actor=user, room_id=room.pk, invitation_id=invitation))  # noqa: B023
        assert error.code == "not_found"


def test_links_end_with_the_membership_of_who_made_them(room: Room, alice: User, bob: User, eve: User) -> None:
    give(alice, room, bob, "moderator")
    _, token = services.make_link(actor=bob, room_id=room.pk)
    services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
    assert refusal(lambda: services.accept_invitation(user=eve, token=token)).code == "not_found"
    assert refusal(lambda: services.accept_invitation(user=bob, token=token)).code == "not_found"


def test_who_was_removed_comes_back_by_no_link_but_by_an_invitation(
    room: Room, token: str, alice: User, bob: User
) -> None:
    services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
    error = refusal(lambda: services.accept_invitation(user=bob, token=token))
    assert (error.code, error.status) == ("not_welcome", 403)
    assert not is_in(bob, room)
    invitation = services.invite(actor=alice, room_id=room.pk, user_id=bob.pk)
    services.accept_invitation(user=bob, token=str(invitation.pk))
    services.leave_room(user=bob, room_id=room.pk)
    services.accept_invitation(user=bob, token=token)  # who left is as welcome as before
    services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
    services.add_members(actor=alice, room_id=room.pk, user_ids=[bob.pk])
    assert is_in(bob, room)


def test_nobody_comes_into_an_archived_room(room: Room, token: str, alice: User, eve: User) -> None:
    services.invite(actor=alice, room_id=room.pk, user_id=eve.pk)
    services.archive_room(actor=alice, room_id=room.pk)
    assert refusal(lambda: services.accept_invitation(user=eve, token=token)).code == "archived"
    assert list(services.invitations_for(eve)) == []


def test_a_room_has_only_so_many_open_invitations(
    room: Room, token: str, alice: User, eve: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    assert refusal(lambda: services.make_link(actor=alice, room_id=room.pk)).code == "too_many"


def test_what_was_said_before_is_not_unread_to_who_follows(room: Room, token: str, alice: User, eve: User) -> None:
    say(alice, room, "long ago")
    services.accept_invitation(user=eve, token=token)
    seat = Membership.objects.get(user=eve)
    assert seat.read_seq == Room.objects.get(pk=room.pk).last_seq
