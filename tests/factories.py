"""People, rooms and messages for tests that are about something else. All but bulk goes through the services."""

from uuid import UUID, uuid4

from django.contrib.auth.models import Group

from accounts.models import User
from chat import services
from chat.models import Membership, Message, Room
from chat.services.members import MOST_ADDED
from chat.summaries import counts_of


def direct_room(one: User, other: User) -> Room:
    return services.open_direct_room(user=one, other_id=other.pk)[0]


def say(author: User, room: Room, body: str = "hello", *, client_id: UUID | None = None) -> Message:
    return services.send_message(author=author, room_id=room.pk, client_id=client_id or uuid4(), body=body)


def say_many(author: User, room: Room, count: int, body: str = "number {}") -> list[Message]:
    """Many messages of one author in one go, numbered from 1."""
    drafts = [services.Draft(author.pk, room.pk, uuid4(), body.format(number)) for number in range(1, count + 1)]
    sent = [outcome for outcome in services.send_messages(drafts) if isinstance(outcome, Message)]
    assert len(sent) == count
    return sent


def people(count: int, full_name: str = "Person {:03}") -> list[User]:
    """Active users who cannot sign in, numbered from 1."""
    return User.objects.bulk_create(
        User(email=f"person{number}@example.org", full_name=full_name.format(number), handle=f"person{number}")
        for number in range(1, count + 1)
    )


def superuser(full_name: str) -> User:
    """Somebody who runs the site."""
    return User.objects.create_superuser(f"{full_name.lower()}@example.org", full_name)


def appoint(user: User, role: str) -> None:
    """Make somebody a moderator of the site (`roles.MODERATORS`) or an administrator (`roles.ADMINISTRATORS`)."""
    user.groups.set([Group.objects.get(name=role)])
    user.is_staff = True
    user.save(update_fields=["is_staff"])


def unread_by(user: User, room: Room) -> int:
    return counts_of(user_id=user.pk, room_id=room.pk).unread


def seat_of(user: User, room: Room) -> Membership:
    return Membership.objects.get(user=user, room=room)


def group_room(owner: User, *members: User, kind: str = "private", name: str = "Harbour") -> Room:
    """A room of many, with its owner and these members."""
    room = services.create_room(user=owner, kind=kind, name=name)
    ids = [member.pk for member in members]
    for start in range(0, len(ids), MOST_ADDED):
        services.add_members(actor=owner, room_id=room.pk, user_ids=ids[start : start + MOST_ADDED])
    return room


def give(owner: User, room: Room, user: User, role: str) -> None:
    services.set_role(actor=owner, room_id=room.pk, user_id=user.pk, role=role)
