"""Who finds a message, and what becomes of it once it is edited, deleted or forwarded."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Room, SearchText
from chat.search_results import search
from tests.chat.search.asking import found
from tests.factories import direct_room, group_room, say, superuser

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("_by_both_ways")
class TestWhoFindsIt:
    @pytest.fixture
    def garden(self, alice: User, bob: User, eve: User) -> Room:
        """Alice and Bob talk in private; Eve has a room of her own, where the same is said."""
        garden = group_room(alice, bob, name="Garden")
        say(alice, garden, "the roses are late")
        say(eve, group_room(eve, name="Shed"), "the roses are hers")
        say(eve, group_room(eve, name="Quay", kind="public"), "the roses are public")
        return garden

    def test_members_do(self, garden: Room, alice: User, bob: User) -> None:
        for user in (alice, bob):
            assert found(user, "roses") == found(user, "the are") == found(user, "from:alice_arden") == [
                "the roses are late"
            ]  # fmt: skip

    def test_outsiders_do_not(self, garden: Room, eve: User, make_user: Callable[[str], User]) -> None:
        assert "the roses are late" not in found(eve, "roses")
        assert found(make_user("Nora New"), "roses") == []
        with pytest.raises(ChatError, match="in no room called"):
            search(eve, "roses in:Garden")

    def test_the_invited_do_not_before_they_accept(self, garden: Room, alice: User, eve: User) -> None:
        invitation = services.invite(actor=alice, room_id=garden.pk, user_id=eve.pk)
        assert "the roses are late" not in found(eve, "roses")
        services.accept_invitation(user=eve, token=str(invitation.pk))
        assert "the roses are late" in found(eve, "roses")

    def test_those_who_left_or_were_removed_do_not_any_more(self, garden: Room, alice: User, bob: User) -> None:
        services.leave_room(user=bob, room_id=garden.pk)
        assert found(bob, "roses") == []
        services.add_members(actor=alice, room_id=garden.pk, user_ids=[bob.pk])
        assert found(bob, "roses") == ["the roses are late"]
        services.remove_member(actor=alice, room_id=garden.pk, user_id=bob.pk)
        assert found(bob, "roses") == []

    def test_whoever_joins_a_public_room_does(self, garden: Room, bob: User) -> None:
        assert "the roses are public" not in found(bob, "roses")
        services.join_room(user=bob, room_id=Room.objects.get(name="Quay").pk)
        assert found(bob, "roses") == ["the roses are public", "the roses are late"]


@pytest.mark.usefixtures("_by_both_ways")
class TestWhatBecomesOfIt:
    def test_an_edited_message_is_found_by_its_new_text_only(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour https://example.com")
        services.edit_message(actor=alice, message_id=message.pk, body="lighthouse")
        assert found(bob, "harbour") == found(bob, "has:link") == []
        assert found(bob, "lighthouse") == ["lighthouse"]

    def test_a_deleted_message_is_found_by_nobody_and_gone_from_the_index(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        services.edit_message(actor=alice, message_id=message.pk, body="canary")
        services.delete_message(actor=alice, message_id=message.pk)
        for user in (alice, bob):
            assert found(user, "canary") == found(user, "harbour") == found(user, "from:alice_arden") == []
        assert not SearchText.objects.exists()

    def test_a_message_that_a_moderator_removes_is_gone_as_well(self, alice: User, bob: User) -> None:
        message = say(bob, group_room(alice, bob), "canary")
        services.remove_message(moderator=superuser("Mona"), message_id=message.pk, reason="Because.")
        assert found(bob, "canary") == []
        assert not SearchText.objects.exists()

    def test_a_restored_message_is_found_again(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        services.delete_message(actor=alice, message_id=message.pk)
        services.restore_message(actor=alice, message_id=message.pk)
        assert found(bob, "harbour") == ["harbour"]

    def test_a_reaction_comes_and_goes(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        for on in (True, False):
            services.react(actor=bob, message_id=message.pk, emoji="👍", on=on)
            assert bool(found(bob, "has:reaction")) is on

    def test_a_pin_comes_and_goes(self, alice: User, bob: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        for on in (True, False):
            services.pin_message(actor=bob, message_id=message.pk, on=on)
            assert bool(found(bob, "has:pin")) is on

    def test_what_the_room_itself_says_is_not_found(self, alice: User, bob: User) -> None:
        group_room(alice, bob, name="Garden")
        assert Message.objects.filter(kind=Message.Kind.SYSTEM).exists()
        assert found(bob, "bob") == found(bob, "from:alice_arden") == []
        assert not SearchText.objects.exists()

    def test_a_forwarded_message_is_found_where_it_went(self, alice: User, bob: User, eve: User) -> None:
        message = say(alice, direct_room(alice, bob), "harbour")
        garden = group_room(bob, eve, name="Garden")
        services.forward_message(author=bob, message_id=message.pk, room_id=garden.pk, client_id=uuid4())
        assert [hit.room.name for hit in search(eve, "harbour").hits] == ["Garden"]
        assert [hit.room.name for hit in search(bob, "harbour").hits] == ["Garden", "Alice Arden"]
