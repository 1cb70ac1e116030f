"""The people of the permission matrix, the rooms they are in, and what stands there: one scene for each column."""

from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import services as accounts
from accounts.background import forget_finished_jobs
from accounts.cookies import access_name, refresh_name
from accounts.models import Appeal, FilterRule, Notice, Session, User
from accounts.moderation import roles
from accounts.tokens import mint_pair
from accounts.visits import make_visitor
from chat import services
from chat.models import Attachment, Invitation, Message, Room, Visitor
from chat.services import moderation
from presence.models import LastSeen
from tests.chat.matrix import COLUMNS
from tests.factories import appoint, direct_room, give, group_room, say, seat_of
from tests.sessions import session_for

OTHERS = ("nina", "newcomer", "blocker", "mona", "ada")


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody who asks, and a room.

    ``other`` is a plain member of the room (in the direct room, the other), who said ``theirs``; ``own`` is what the
    asker said there, where they ever could, and ``gone`` what they took back again. Of who was never there, what Nina
    said and took back.
    """

    user: User
    cookies: dict[str, str]
    device: Session
    room: Room
    other: User
    theirs: Message
    own: Message
    gone: Message
    link: Invitation
    token: str
    upload: Attachment


class Stage:
    """Harbour is private, quay public; on the board only moderators write, the shelf is archived; and two are alone."""

    def __init__(self, password_hash: str) -> None:
        users = User.objects.bulk_create(
            User(email=f"{name}@example.org", full_name=name.title(), handle=name, password=password_hash)
            for name in (*COLUMNS, *OTHERS)
        )
        self.users = {user.handle: user for user in users}
        User.objects.filter(handle="staff").update(is_staff=True, is_superuser=True)
        for name, role in (("mona", roles.MODERATORS), ("ada", roles.ADMINISTRATORS)):
            appoint(self.users[name], role)
        self.owner, self.nina = self.users["owner"], self.users["nina"]
        self.rooms: dict[str, Room] = {}
        self.links: dict[Room, tuple[Invitation, str]] = {}
        self.own: dict[tuple[int, int], tuple[Message, Message]] = {}
        self.forwarded: dict[int, Message] = {}
        self.files: dict[int, Attachment] = {}
        self._fill_harbour()
        self._fill_the_others()
        self._fill_the_direct_room()
        Group.objects.create(name="Helpers")
        harbour, origins = self.rooms["harbour"], ["https://shop.example"]
        self.site = services.create_site(name="Shop", origins=origins, rooms=[harbour.pk])
        vera = make_visitor(full_name="Vera")
        self.visitor = Visitor.objects.create(user=vera, site=self.site, subject="site:1")
        self.job = ProcrastinateJob.objects.get(pk=forget_finished_jobs.enqueue())
        LastSeen.objects.create(user=self.nina, at=timezone.now())
        notices = [Notice(user=user, text="Mind your words.", may_appeal=True) for user in users]
        self.notices = {notice.user_id: notice.pk for notice in Notice.objects.bulk_create(notices)}
        FilterRule.objects.create(pattern="xylophone")
        Appeal.objects.create(notice_id=self.notices[self.nina.pk], text="I did.")
        self.said, _ = self.own[self.nina.pk, harbour.pk]
        self.seat = seat_of(self.nina, harbour)
        moderation.report_message(reporter=self.owner, message_id=self.said.pk, reason="spam")
        self.foreign = session_for(self.nina)
        self.unsent = self._upload(self.nina)
        self.scenes = {column: self._scene(column) for column in (*COLUMNS, "mona", "ada")}

    def _fill_harbour(self) -> None:
        names = ("moderator", "admin", "member", "muted", "removed", "banned", "nina")
        harbour = self._room("harbour", *names, kind="private")
        for role in ("moderator", "admin"):
            give(self.owner, harbour, self.users[role], role)
        services.set_preferences(user=self.users["muted"], room_id=harbour.pk, muted=True)
        self.invitation = services.invite(actor=self.owner, room_id=harbour.pk, user_id=self.users["invited"].pk)
        services.remove_member(actor=self.owner, room_id=harbour.pk, user_id=self.users["removed"].pk)

    def _fill_the_others(self) -> None:
        self._room("quay", "nina", kind="public")
        board = self._room("board", "reader", "nina", kind="private")
        services.update_room(actor=self.owner, room_id=board.pk, read_only=True)
        shelf = self._room("shelf", "shelved", "nina", kind="private")
        services.archive_room(actor=self.owner, room_id=shelf.pk)

    def _fill_the_direct_room(self) -> None:
        blocked, blocker = self.users["blocked"], self.users["blocker"]
        room = self.rooms["direct"] = direct_room(blocked, blocker)
        for user in (blocked, blocker):
            self._speak(user, room)
        self._forward(blocker, room)
        self._send_file(blocker, room)
        services.block(user=blocker, other_id=blocked.pk)

    def _upload(self, user: User) -> Attachment:
        return services.upload(owner=user, file=ContentFile(b"hello"), name="notes.txt")

    def _send_file(self, user: User, room: Room) -> None:
        self.files[room.pk] = file = self._upload(user)
        services.send_message(author=user, room_id=room.pk, client_id=uuid4(), body="", attachments=[file.pk])

    def _room(self, name: str, *members: str, kind: str) -> Room:
        users = [self.users[each] for each in members]
        room = self.rooms[name] = group_room(self.owner, *users, kind=kind, name=name)
        for user in (self.owner, *users):
            self._speak(user, room)
        self._forward(self.owner, room)
        self._send_file(self.owner, room)
        self.links[room] = services.make_link(actor=self.owner, room_id=room.pk)
        return room

    def _speak(self, user: User, room: Room) -> None:
        own, gone = say(user, room, "said"), say(user, room, "taken back")
        services.delete_message(actor=user, message_id=gone.pk)
        self.own[user.pk, room.pk] = own, gone

    def _forward(self, user: User, room: Room) -> None:
        source, _ = self.own[user.pk, room.pk]
        self.forwarded[room.pk] = services.forward_message(
            author=user, message_id=source.pk, room_id=room.pk, client_id=uuid4()
        )

    def _scene(self, column: str) -> Scene:
        places = {"blocked": "direct", "reader": "board", "shelved": "shelf"}
        user, room = self.users[column], self.rooms[places.get(column, "harbour")]
        other = self.users["blocker"] if column == "blocked" else self.nina
        theirs, theirs_gone = self.own[other.pk, room.pk]
        own, gone = self.own.get((user.pk, room.pk), (theirs, theirs_gone))
        link, token = self.links[room if room in self.links else self.rooms["harbour"]]
        device, current = session_for(user), session_for(user)
        pair = mint_pair(current)
        cookies = {access_name(): pair.access, refresh_name(): pair.refresh}
        if column == "banned":
            accounts.deactivate(user=user)
        shown = {} if column == "nobody" else cookies
        return Scene(user, shown, device, room, other, theirs, own, gone, link, token, self._upload(user))
