"""Direct rooms: one for each pair, whoever asks, also when both ask at once."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Room
from chat.summaries import chats_list
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db


def test_a_pair_has_one_room_whoever_opens_it(alice: User, bob: User) -> None:
    room, created = services.open_direct_room(user=alice, other_id=bob.pk)
    again, created_again = services.open_direct_room(user=bob, other_id=alice.pk)
    assert (created, created_again) == (True, False)
    assert room == again
    assert set(room.memberships.values_list("user", flat=True)) == {alice.pk, bob.pk}


@pytest.mark.django_db(transaction=True)
def test_a_pair_that_opens_its_room_at_once_has_one(alice: User, bob: User) -> None:
    for _ in range(5):
        Room.objects.all().delete()
        pairs = iter([(alice, bob), (bob, alice)] * 5)
        opened = in_parallel(lambda pairs=pairs: _open(*next(pairs)), times=10)  # type: ignore[misc]
        assert len(set(opened)) == Room.objects.count() == 1


def _open(user: User, other: User) -> int:
    return services.open_direct_room(user=user, other_id=other.pk)[0].pk


def test_nobody_opens_a_room_with_themselves_with_nobody_or_with_somebody_shut_out(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for other_id, status in [(alice.pk, 400), (999_999, 404), (bob.pk, 404)]:
        with pytest.raises(ChatError) as refusal:
            services.open_direct_room(user=alice, other_id=other_id)
        assert refusal.value.status == status
    assert not Room.objects.exists()


def test_a_room_shows_in_the_others_list_once_something_is_said(alice: User, bob: User) -> None:
    room, _ = services.open_direct_room(user=alice, other_id=bob.pk)
    assert [each["id"] for each in chats_list(alice)] == [room.pk]
    assert chats_list(bob) == []
    services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="hello")
    assert [each["id"] for each in chats_list(bob)] == [room.pk]
