"""Everything that services of the chat change, on one small stage, and who is to hear anything of it at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.devices import Device
from accounts.models import User
from accounts.visits import make_visitor
from chat import services
from chat.models import Mention, Room, Site, Visitor
from chat.services.uploads import Recording
from tests.chat.media.samples import picture
from tests.factories import direct_room, give, group_room, say

SOON = timezone.now() + timedelta(days=1)
Service = Callable[..., Any]
Words = dict[str, Any]

SILENT = {
    services.blocked_by,
    services.busy,
    services.create_site,
    services.describe_upload,
    services.discard_upload,
    services.find_people,
    services.find_public_rooms,
    services.find_wrong_counts,
    services.find_wrong_delivery,
    services.invitations_for,
    services.look_at_invitation,
    services.members_of,
    services.open_invitations,
    services.origin_of,
    services.purges,
    services.rebuild_search,
    services.rebuild_threads,
    services.rotate_secret,
    services.sort_in_texts,
    services.unavailable,
    services.upload,
}
"""Services that change nothing that anybody is told of."""


class Stage:
    """Alice owns harbour (private; Bob moderates it, Carol is a member) and quay (public; Carol is in it).

    Alice and Bob also talk in person. Eve is nowhere; she has a link and an invitation to harbour.
    """

    def __init__(self, alice: User, bob: User, carol: User, eve: User) -> None:
        self.alice, self.bob, self.carol, self.eve = alice, bob, carol, eve
        self.people = {"alice": alice, "bob": bob, "carol": carol, "eve": eve}
        self.harbour = group_room(alice, bob, carol)
        give(alice, self.harbour, bob, "moderator")
        self.quay = group_room(alice, carol, kind="public", name="Quay")
        self.direct = direct_room(alice, bob)
        self.first = say(carol, self.harbour, "first")
        self.second = say(bob, self.harbour, "second")
        self.hello = say(alice, self.direct, "hello")
        self.invitation = services.invite(actor=alice, room_id=self.harbour.pk, user_id=eve.pk)
        self.link, self.token = services.make_link(actor=alice, room_id=self.harbour.pk)

    @property
    def moderator(self) -> User:
        """Somebody who runs the site, and is in none of the rooms."""
        known = User.objects.filter(is_superuser=True).first()
        return known or User.objects.create_superuser("mona@example.org", "Mona Moderator")

    def room_named(self, name: str) -> Room:
        return Room.objects.get(name=name)

    def between(self, one: User, other: User) -> Room:
        return Room.objects.get(direct_key=Room.direct_key_for(one.pk, other.pk))


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a service. ``hears`` names those whose sockets are told anything. ``late``: only by the beacon."""

    service: Service
    ask: Callable[[Stage], Words]
    hears: str = ""
    late: bool = False


EVERYBODY = "alice bob carol"
"""Who is in harbour."""


def send(author: str, room: str, body: str, *, to: str = EVERYBODY, answers: str = "") -> Act:
    def ask(stage: Stage) -> Words:
        reply_to = getattr(stage, answers).pk if answers else None
        place = {"author": stage.people[author], "room_id": getattr(stage, room).pk}
        return {**place, "client_id": uuid4(), "body": body, "reply_to": reply_to}

    return Act(services.send_message, ask, to)


def change(service: Service, actor: str, message: str, *, to: str = EVERYBODY, **words: Any) -> Act:
    """Change a message of the stage."""
    return Act(service, lambda on: {"actor": on.people[actor], "message_id": getattr(on, message).pk, **words}, to)


def settle(service: Service, actor: str, room: str = "harbour", *, to: str = EVERYBODY, **words: Any) -> Act:
    """Change a room of the stage, or who is in it; ``user`` among the words is a name."""

    def ask(on: Stage) -> Words:
        named = {"user_id": on.people[words["user"]].pk} if "user" in words else {}
        rest = {name: word for name, word in words.items() if name != "user"}
        return {"actor": on.people[actor], "room_id": getattr(on, room).pk, **named, **rest}

    return Act(service, ask, to)


def own(service: Service, user: str, room: str = "harbour", *, to: str | None = None, **words: Any) -> Act:
    """Do something about a room as one has it."""
    to = user if to is None else to
    return Act(service, lambda on: {"user": on.people[user], "room_id": getattr(on, room).pk, **words}, to)


def _drafts(on: Stage) -> Words:
    wanted = [(on.bob, on.harbour, "one"), (on.bob, on.direct, "two"), (on.alice, on.harbour, "three")]
    wanted += [(on.eve, on.harbour, "not even a member")]
    return {"drafts": [services.Draft(author.pk, room.pk, uuid4(), body) for author, room, body in wanted]}


def _draft(on: Stage) -> Words:
    return {"draft": services.Draft(on.carol.pk, on.quay.pk, uuid4(), "alone")}


def _lost_mentions(on: Stage) -> Words:
    """Somebody is named, and not counted."""
    say(on.alice, on.harbour, f"@{on.carol.handle}, look")
    Mention.objects.all().delete()
    [finding] = [finding for finding in services.find_wrong_counts() if finding.number]
    return {"finding": finding}


GUEST = "a key of a guest's browser"


def _guest(on: Stage) -> Words:
    """A guest of a site who has not been in a room yet."""
    rooms = [on.harbour.pk, on.quay.pk]
    site = services.create_site(name="Shop", origins=["https://shop.example"], rooms=rooms, enforced=False)
    subject = f"self:{sha256(GUEST.encode()).hexdigest()}"
    Visitor.objects.create(user=make_visitor(full_name="Guest 1"), site=site, subject=subject)
    return {"site_key": site.key, "origin": "https://shop.example", "device": Device(), "key": GUEST}


def _site_with(rooms: list[int], team: int | None = None) -> Words:
    """What its administrator says of the guest's site."""
    site = Site.objects.get()
    place = {"site": site, "name": site.name, "origins": site.origins, "rooms": rooms, "team": team}
    return {**place, "enforced": False, "is_active": True}


def _first_words(on: Stage) -> Words:
    """The guest writes to a team for the first time."""
    team = group_room(on.alice, on.carol, name="Team")
    services.update_site(**_site_with([], team.pk))
    return {"user": Visitor.objects.get().user, "client_id": uuid4(), "body": "is anybody there?"}


def _newcomer(on: Stage) -> Words:
    """Somebody else comes into the team, and Carol goes."""
    team = on.room_named("Team")
    services.add_members(actor=on.alice, room_id=team.pk, user_ids=[on.eve.pk])
    services.leave_room(user=on.carol, room_id=team.pk)
    return {"site_id": Site.objects.get().pk, "user_ids": [on.eve.pk, on.carol.pk]}


def _heard(on: Stage) -> Words:
    """A voice message that Bob has not heard yet."""
    file = ContentFile(b"\x1a\x45\xdf\xa3 webm")
    voice = services.upload(owner=on.alice, file=file, name="voice.webm", voice=Recording(duration=1, waveform=[]))
    message = services.send_message(
        author=on.alice, room_id=on.harbour.pk, client_id=uuid4(), body="", attachments=[voice.pk]
    )
    return {"actor": on.bob, "message_id": message.pk, "attachment_id": voice.pk}


ACTS: dict[str, list[Act]] = {
    "visitors": [
        Act(services.visit, _guest, EVERYBODY),
        Act(
            services.enter_site_room,
            lambda on: {"user": Visitor.objects.get().user, "room_id": on.quay.pk},
            "alice carol",
        ),
        Act(services.update_site, lambda on: _site_with([on.quay.pk]), EVERYBODY),
        Act(services.begin_conversation, _first_words, "alice carol"),
        Act(services.follow_team, _newcomer, "alice carol eve"),
    ],
    "sending": [
        send("bob", "harbour", "hello"),
        send("alice", "harbour", "@bob_baker and @carol_clay, listen"),
        send("carol", "harbour", "@room, who is here?"),
        send("bob", "harbour", "I am", answers="first"),
        send("bob", "direct", "an answer to what was never read", to="alice bob"),
        send("bob", "direct", "and more", to="alice bob"),
        send("alice", "direct", "well", to="alice bob"),
        Act(services.send_messages, _drafts, EVERYBODY),
        Act(services.send_draft, _draft, "alice carol"),
        Act(
            services.forward_message,
            lambda on: {"author": on.bob, "message_id": on.hello.pk, "room_id": on.harbour.pk, "client_id": uuid4()},
            EVERYBODY,
        ),
    ],
    "changing": [
        send("carol", "harbour", "an answer, last in the list", answers="second"),
        change(services.edit_message, "bob", "second", body="second, as it should be"),
        change(services.edit_message, "bob", "second", body="second, for @alice_arden and @carol_clay"),
        change(services.edit_message, "bob", "second", body="second, for nobody"),
        change(services.edit_message, "bob", "second", body="second, for nobody", to=""),
        change(services.react, "alice", "first", emoji="👍", on=True),
        change(services.react, "carol", "first", emoji="👍", on=True),
        change(services.react, "carol", "first", emoji="👍", on=True, to=""),
        change(services.react, "alice", "first", emoji="👍", on=False),
        change(services.pin_message, "bob", "first", on=True),
        change(services.pin_message, "alice", "first", on=False),
        change(services.remove_preview, "bob", "second", to=""),
        change(services.delete_message, "bob", "second"),
        change(services.delete_message, "bob", "second", to=""),
        change(services.restore_message, "bob", "second"),
        change(services.delete_message, "alice", "first", reason="Because."),
        Act(
            services.remove_message,
            lambda on: {"moderator": on.moderator, "message_id": on.second.pk, "reason": "From the admin."},
            EVERYBODY,
        ),
        Act(
            services.bring_back,
            lambda on: {"moderator": on.moderator, "message_id": on.second.pk, "reason": "A mistake."},
            EVERYBODY,
        ),
        change(services.delete_message, "alice", "hello", to="alice bob"),
        Act(services.mark_played, _heard, EVERYBODY),
    ],
    "reading": [
        own(services.mark_read, "bob", "direct", delivered_seq=1, to="alice bob"),
        own(services.mark_read, "bob", "direct", read_seq=1, to="alice bob"),
        own(services.mark_read, "bob", "direct", read_seq=1, to=""),
        own(services.mark_unread, "bob", "direct", seq=1),
        send("alice", "direct", "more, @bob_baker", to="alice bob"),
        own(services.mark_read, "bob", "direct", read_seq=2, to="alice bob"),
        Act(services.mark_delivered, lambda on: {"user": on.carol, "held": {on.harbour.pk: 100}}, EVERYBODY),
        own(services.mark_read, "carol", read_seq=100, to=EVERYBODY),
        own(services.mark_unread, "carol", seq=2),
        send("carol", "harbour", "read, as I write"),
    ],
    "rooms": [
        Act(services.create_room, lambda on: {"user": on.bob, "kind": "private", "name": "Office"}, "bob"),
        settle(services.update_room, "alice", name="Haven"),
        settle(services.update_room, "alice", topic="boats", slow_seconds=5),
        settle(services.update_room, "alice", read_only=True),
        settle(services.update_room, "alice", read_only=True, to=""),
        settle(services.set_picture, "alice", file=ContentFile(picture())),
        settle(services.drop_picture, "alice"),
        settle(services.drop_picture, "alice", to=""),
        settle(services.archive_room, "alice"),
        settle(services.archive_room, "alice", archived=False),
        Act(services.open_direct_room, lambda on: {"user": on.eve, "other_id": on.carol.pk}, "eve"),
        Act(services.open_direct_room, lambda on: {"user": on.carol, "other_id": on.eve.pk}),
        Act(
            services.send_message,
            lambda on: {
                "author": on.eve,
                "room_id": on.between(on.eve, on.carol).pk,
                "client_id": uuid4(),
                "body": "hello",
            },
            "eve carol",
        ),
    ],
    "members": [
        settle(services.set_role, "alice", user="carol", role="moderator"),
        settle(services.set_role, "alice", user="carol", role="moderator", to=""),
        Act(
            services.add_members,
            lambda on: {"actor": on.bob, "room_id": on.harbour.pk, "user_ids": [on.eve.pk]},
            "alice bob carol eve",
        ),
        send("eve", "harbour", "here I am", to="alice bob carol eve"),
        settle(services.remove_member, "bob", user="eve", to="alice bob carol eve"),
        send("alice", "harbour", "she is gone"),
        settle(services.invite, "alice", user="eve", to="eve"),
        Act(services.decline_invitation, lambda on: {"user": on.eve, "token": str(on.eve.invitations.get().pk)}),
        settle(services.make_link, "bob", to=""),
        settle(services.hand_over, "alice", user="bob"),
        own(services.join_room, "eve", "quay", to="alice carol eve"),
        own(services.join_room, "eve", "quay", to=""),
        own(services.leave_room, "carol", "quay", to="alice carol eve"),
        own(services.leave_room, "alice", to=EVERYBODY),
    ],
    "ways in": [
        Act(services.accept_invitation, lambda on: {"user": on.eve, "token": on.token}, "alice bob carol eve"),
        own(services.leave_room, "eve", to="alice bob carol eve"),
        Act(
            services.revoke_invitation,
            lambda on: {"actor": on.alice, "room_id": on.harbour.pk, "invitation_id": on.link.pk},
        ),
    ],
    "one's own": [
        own(services.set_preferences, "carol", muted=True),
        own(services.set_preferences, "carol", pinned=True, level="mentions"),
        own(services.set_preferences, "carol", pinned=True, to=""),
        own(services.save_draft, "carol", body="what I wanted to say"),
        own(services.save_draft, "carol", body="what I wanted to say", to=""),
        own(services.drop_draft, "carol"),
        Act(services.save_message, lambda on: {"user": on.carol, "message_id": on.second.pk, "on": True}, "carol"),
        Act(services.set_reminder, lambda on: {"user": on.carol, "message_id": on.second.pk, "at": SOON}, "carol"),
        Act(services.drop_reminder, lambda on: {"user": on.carol, "message_id": on.second.pk}, "carol"),
        Act(services.drop_reminder, lambda on: {"user": on.carol, "message_id": on.second.pk}),
        Act(services.set_reminder, lambda on: {"user": on.carol, "message_id": on.second.pk, "at": SOON}, "carol"),
        Act(services.save_message, lambda on: {"user": on.carol, "message_id": on.second.pk, "on": False}, "carol"),
    ],
    "faces": [
        Act(services.set_avatar, lambda on: {"user": on.bob, "file": ContentFile(picture())}, EVERYBODY),
        send("bob", "harbour", "how do I look?"),
        Act(services.drop_avatar, lambda on: {"user": on.bob}, EVERYBODY),
        Act(services.drop_avatar, lambda on: {"user": on.bob}),
    ],
    "blocking": [
        Act(services.block, lambda on: {"user": on.alice, "other_id": on.bob.pk}, "alice bob"),
        own(services.mark_read, "bob", "direct", read_seq=1, to="bob"),
        send("bob", "harbour", "in the room we still meet"),
        Act(services.unblock, lambda on: {"user": on.alice, "other_id": on.bob.pk}, "alice bob"),
        Act(services.unblock, lambda on: {"user": on.alice, "other_id": on.bob.pk}),
        send("bob", "direct", "hello again", to="alice bob"),
    ],
    "mending": [Act(services.mend_counts, _lost_mentions, "carol", late=True)],
}
