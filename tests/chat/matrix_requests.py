"""What each row of the permission matrix asks: what stands in its address, and what it sends along."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from chat.models import Room
from tests.chat.matrix import Row
from tests.chat.matrix_stage import Scene, Stage
from tests.chat.media.samples import picture
from tests.conftest import PASSWORD
from tests.push_service import Browser

Body = dict[str, Any]
Ask = Callable[[Stage, Scene], Body]


def address(row: Row, template: str, stage: Stage, scene: Scene) -> str:
    """Put what the scene has into an address, or what the note of the row asks for instead."""
    values = {
        "room": scene.room.pk,
        "user": scene.other.pk,
        "message": scene.theirs.pk,
        "seq": scene.theirs.seq,
        "invitation": scene.link.pk,
        "token": scene.token,
        "emoji": "👍",
        "width": 256,
        "version": UUID(int=1),
        "attachment": stage.files[scene.room.pk].pk,
        "session": stage.foreign.pk,
        "notice": stage.notices[stage.nina.pk],
        "change": 1,
        "content_type": ContentType.objects.get_for_model(Room).pk,
        "object": _shown_in_admin(template, stage),
        "batch": AuditEntry.objects.latest("pk").batch,
        "app_label": "chat",
        "anything": "anything",
        "url": "anything",
    }
    values["pk"] = values["session"]
    for note in row.note.split(", "):
        if instead := NOTES.get(note):
            values |= instead(stage, scene)
    return re.sub(r"{(\w+)}", lambda match: str(values[match[1]]), template)


def _shown_in_admin(template: str, stage: Stage) -> int | str:
    """A row of the model that an address of the admin is about."""
    match = re.match(r"/admin/(\w+)/(\w+)/{object}/", template)
    if match is None:
        return 1
    chosen = {"user": stage.nina, "message": stage.said, "room": stage.rooms["harbour"], "membership": stage.seat}
    shown = chosen.get(match[2]) or apps.get_model(match[1], match[2])._default_manager.order_by("pk").last()
    return 1 if shown is None else str(shown.pk)


NOTES: dict[str, Ask] = {
    "own": lambda stage, scene: {
        "message": scene.own.pk,
        "session": scene.device.pk,
        "pk": scene.device.pk,
        "attachment": scene.upload.pk,
        "notice": stage.notices[scene.user.pk],
    },
    "not sent": lambda stage, scene: {"attachment": stage.unsent.pk},
    "deleted": lambda stage, scene: {"message": scene.gone.pk},
    "of the owner": lambda stage, scene: (
        {"message": stage.own[stage.owner.pk, scene.room.pk][0].pk} if scene.room.kind != Room.Kind.DIRECT else {}
    ),
    "the owner": lambda stage, scene: {"user": stage.owner.pk},
    "forwarded": lambda stage, scene: {"message": stage.forwarded[scene.room.pk].pk},
    "public": lambda stage, scene: {"room": stage.rooms["quay"].pk},
    "for the invited": lambda stage, scene: {"token": stage.invitation.pk},
}
"""What stands in an address that has this note, instead of what the scene has."""


def body(row: Row, stage: Stage, scene: Scene) -> Body:
    ask = BODIES.get(row.name) or BODIES.get(row.door)
    return ask(stage, scene) if ask else {}


def _new_message(stage: Stage, scene: Scene) -> Body:
    return {"client_id": str(uuid4()), "body": "hello"}


def _credentials(stage: Stage, scene: Scene) -> Body:
    return {"email": scene.user.email, "password": PASSWORD}


def _account(stage: Stage, scene: Scene) -> Body:
    return {"full_name": "Somebody Else", "email": f"{uuid4()}@example.org", "password": PASSWORD}


def _address(stage: Stage, scene: Scene) -> Body:
    return {"email": f"{uuid4()}@example.org", "current_password": PASSWORD}


def _new_password(stage: Stage, scene: Scene) -> Body:
    return {"current_password": PASSWORD, "new_password": "another long and quiet river"}


def _forward(stage: Stage, scene: Scene) -> Body:
    return {"action": "forward", "room": scene.room.pk, "client_id": str(uuid4())}


CHOSEN_LOOK = {"theme": "dark", "contrast": "more", "text_size": "large", "density": "compact", "motion": "less"}


def _chosen(action: str, choose: Callable[[Stage], Any], **fields: Any) -> Ask:
    """What a list of the admin is sent: an act on one row, with a reason."""
    return lambda stage, scene: {"action": action, "_selected_action": choose(stage).pk, "reason": "spam", **fields}


def _act(name: str) -> Ask:
    return lambda stage, scene: {"act": name, "reason": "spam"}


BODIES: dict[str, Ask] = {
    # The admin
    "POST /admin/chat/message/ (delete)": _chosen("take_down", lambda on: on.said),
    "POST /admin/chat/room/ (lock)": _chosen("lock", lambda on: on.rooms["harbour"]),
    "POST /admin/chat/room/ (slow)": _chosen("slow", lambda on: on.rooms["harbour"], slow_for=60),
    "POST /admin/chat/membership/ (remove)": _chosen("remove", lambda on: on.seat),
    "POST /admin/chat/site/ (rotate)": _chosen("rotate", lambda on: on.site),
    "POST /admin/chat/visitor/ (shut out)": _chosen("shut_out", lambda on: on.visitor),
    "POST /admin/chat/visitor/ (let in)": _chosen("let_in", lambda on: on.visitor),
    "POST /admin/accounts/user/ (warn)": _chosen("warn", lambda on: on.nina),
    "POST /admin/accounts/user/ (mute)": _chosen("mute", lambda on: on.nina),
    "POST /admin/accounts/user/ (ban)": _chosen("ban", lambda on: on.nina),
    "POST /admin/accounts/user/ (ban a moderator)": _chosen("ban", lambda on: on.users["mona"]),
    "POST /admin/accounts/user/ (ban a superuser)": _chosen("ban", lambda on: on.users["staff"]),
    "POST /admin/accounts/user/ (sign out)": _chosen("sign_out", lambda on: on.nina),
    "POST /admin/accounts/user/ (deactivate)": _chosen("deactivate", lambda on: on.nina),
    "POST /admin/accounts/user/invite/": lambda stage, scene: {"email": "grace@example.org", "days": "7"},
    "POST /admin/accounts/session/ (sign out)": _chosen("sign_out", lambda on: on.foreign),
    "POST /admin/procrastinate/procrastinatejob/ (call off)": _chosen("call_off", lambda on: on.job),
    "POST /admin/procrastinate/procrastinatejob/ (try again)": _chosen("try_again", lambda on: on.job),
    "POST /admin/accounts/user/{object}/person/": _act("warn"),
    "POST /admin/accounts/user/{object}/person/ (note)": lambda stage, scene: {"act": "note", "note": "Calm."},
    "POST /admin/accounts/user/{object}/person/ (device)": lambda stage, scene: {"device": str(stage.foreign.pk)},
    "POST /admin/accounts/appeal/{object}/change/": _act("grant"),
    "POST /admin/accounts/auditentry/done/{batch}/": _act("undo"),
    "POST /admin/accounts/filterrule/try/": lambda stage, scene: {"text": "A canary", "try": "1"},
    "POST /admin/accounts/filterrule/add/": lambda stage, scene: {"kind": "word", "pattern": "xylo", "action": "mask"},
    "POST /admin/accounts/filterrule/{object}/delete/": lambda stage, scene: {"post": "yes"},
    "POST /admin/auth/group/{object}/delete/": lambda stage, scene: {"post": "yes"},
    "POST /admin/auth/group/add/": lambda stage, scene: {"name": "Friends"},
    "POST /admin/chat/report/{object}/change/": _act("resolve"),
    "POST /admin/chat/message/{object}/change/": _act("delete"),
    "POST /admin/chat/room/{object}/change/": _act("lock"),
    # Accounts
    "POST /api/auth/signup/": _account,
    "POST /api/auth/login/": _credentials,
    "PATCH /api/users/me/": lambda stage, scene: {"full_name": "Another Name"},
    "POST /signup/": _account,
    "POST /login/": _credentials,
    "POST /reset/": lambda stage, scene: {"email": scene.user.email},
    "POST /settings/": lambda stage, scene: {"full_name": "Another Name", "handle": scene.user.handle},
    "POST /settings/appearance/": lambda stage, scene: CHOSEN_LOOK,
    "POST /settings/account/address/": _address,
    "POST /api/users/me/address/": _address,
    "POST /settings/account/close/": lambda stage, scene: {"current_password": PASSWORD},
    "POST /settings/privacy/": lambda stage, scene: {"sends_typing": "on"},
    "POST /api/users/{user}/report/": lambda stage, scene: {"reason": "spam"},
    "POST /people/{user}/report/": lambda stage, scene: {"reason": "spam"},
    "POST /messages/{message}/report/": lambda stage, scene: {"reason": "spam"},
    "POST /api/messages/{message}/report/": lambda stage, scene: {"reason": "abuse", "comment": "Look."},
    "POST /notices/{notice}/appeal/": lambda stage, scene: {"text": "It was not me."},
    "POST /settings/status/": lambda stage, scene: {"status_text": "Tea"},
    "POST /settings/password/": _new_password,
    "POST /admin/password_change/": _new_password,
    # On pages of other sites
    "POST /api/widget/visits/": lambda stage, scene: {"site": "nowhere"},
    # Rooms
    "POST /api/rooms/ (direct)": lambda stage, scene: {"kind": "direct", "user": scene.other.pk},
    "POST /api/rooms/ (private)": lambda stage, scene: {"kind": "private", "name": "Office"},
    "PATCH /api/rooms/{room}/": lambda stage, scene: {"name": "Another name"},
    "POST /api/rooms/{room}/owner/": lambda stage, scene: {"user": scene.other.pk},
    "POST /api/rooms/{room}/members/": lambda stage, scene: {"users": [stage.users["newcomer"].pk]},
    "PATCH /api/rooms/{room}/members/{user}/": lambda stage, scene: {"role": "moderator"},
    "POST /api/rooms/{room}/invitations/ (a person)": lambda stage, scene: {"user": stage.users["newcomer"].pk},
    "POST /rooms/new/": lambda stage, scene: {"name": "Office", "kind": "private"},
    "POST /rooms/{room}/about/change/": lambda stage, scene: {"name": "Another name", "slow_seconds": 0},
    "POST /rooms/{room}/about/add/": lambda stage, scene: {"handles": "@newcomer"},
    "POST /rooms/{room}/about/add/ (invite)": lambda stage, scene: {"handles": "@newcomer", "do": "invite"},
    "POST /rooms/{room}/about/members/{user}/ (role)": lambda stage, scene: {"do": "moderator"},
    "POST /rooms/{room}/about/members/{user}/ (hand over)": lambda stage, scene: {"do": "hand_over"},
    "POST /rooms/{room}/about/members/{user}/ (remove)": lambda stage, scene: {"do": "remove"},
    "POST /rooms/{room}/about/members/{user}/ (remove, the owner)": lambda stage, scene: {"do": "remove"},
    "POST /rooms/{room}/about/link/": lambda stage, scene: {"days": 7},
    "POST /rooms/{room}/about/archive/": lambda stage, scene: {"archived": "yes"},
    # Messages
    "POST /api/rooms/{room}/messages/": _new_message,
    "PATCH /api/messages/{message}/": lambda stage, scene: {"body": "said otherwise"},
    "DELETE /api/messages/{message}/": lambda stage, scene: {"reason": "Because."},
    "POST /api/messages/{message}/forward/": lambda stage, scene: {
        "room": scene.room.pk,
        "client_id": str(uuid4()),
    },
    "POST /api/messages/{message}/forward/ (elsewhere)": lambda stage, scene: {
        "room": stage.rooms["quay"].pk,
        "client_id": str(uuid4()),
    },
    "POST /api/uploads/": lambda stage, scene: {"file": SimpleUploadedFile("notes.txt", b"hello")},
    "PUT /api/users/me/push/": lambda stage, scene: Browser("https://push.example.com/send/1").says,
    "PUT /api/users/me/avatar/": lambda stage, scene: {"file": SimpleUploadedFile("me.png", picture())},
    "PUT /api/rooms/{room}/picture/": lambda stage, scene: {"file": SimpleUploadedFile("us.png", picture())},
    "POST /settings/avatar/": lambda stage, scene: {"file": SimpleUploadedFile("me.png", picture())},
    "POST /rooms/{room}/about/picture/": lambda stage, scene: {"file": SimpleUploadedFile("us.png", picture())},
    "PATCH /api/uploads/{attachment}/ (own)": lambda stage, scene: {"alt": "The sea"},
    "PATCH /api/uploads/{attachment}/": lambda stage, scene: {"alt": "The sea"},
    "GET /api/search/": lambda stage, scene: {"q": "hello"},
    "POST /rooms/{room}/": _new_message,
    "POST /rooms/{room}/thread/{seq}/": _new_message,
    "POST /messages/{message}/ (edit, own)": lambda stage, scene: {"action": "edit", "body": "said otherwise"},
    "POST /messages/{message}/ (edit)": lambda stage, scene: {"action": "edit", "body": "said otherwise"},
    "POST /messages/{message}/ (react)": lambda stage, scene: {"action": "react", "emoji": "👍"},
    "POST /messages/{message}/ (pin)": lambda stage, scene: {"action": "pin"},
    "POST /messages/{message}/ (preview)": lambda stage, scene: {"action": "preview"},
    "POST /messages/{message}/ (preview, own)": lambda stage, scene: {"action": "preview"},
    "POST /messages/{message}/ (save)": lambda stage, scene: {"action": "save"},
    "POST /messages/{message}/ (let go)": lambda stage, scene: {"action": "let-go"},
    "POST /messages/{message}/ (remind)": lambda stage, scene: {"action": "remind", "choice": "monday"},
    "POST /messages/{message}/ (forget)": lambda stage, scene: {"action": "forget"},
    "POST /messages/{message}/ (restore, own, deleted)": lambda stage, scene: {"action": "restore"},
    "POST /messages/{message}/ (forward)": _forward,
    "POST /messages/{message}/delete/": lambda stage, scene: {"reason": "Because."},
    # One's own
    "POST /api/rooms/{room}/read/": lambda stage, scene: {"seq": 1},
    "POST /api/rooms/{room}/unread/": lambda stage, scene: {"seq": 1},
    "PATCH /api/rooms/{room}/me/": lambda stage, scene: {"level": "mentions"},
    "PUT /api/rooms/{room}/draft/": lambda stage, scene: {"body": "well"},
    "PUT /api/saved/{message}/reminder/": lambda stage, scene: {"choice": "1h"},
    "GET /api/presence/": lambda stage, scene: {"users": scene.other.pk},
    "POST /rooms/{room}/read/": lambda stage, scene: {"seq": 1},
    "POST /rooms/{room}/unread/": lambda stage, scene: {"seq": 1},
    "POST /rooms/{room}/me/": lambda stage, scene: {"level": "mentions"},
}
"""What is sent along: of a row, or of all rows of a door."""

FRAMES: dict[str, Ask] = {
    "SAY message.send": lambda stage, scene: {"room": scene.room.pk, **_new_message(stage, scene)},
    "SAY message.edit (own)": lambda stage, scene: {"message": scene.own.pk, "body": "said otherwise"},
    "SAY message.edit": lambda stage, scene: {"message": scene.theirs.pk, "body": "said otherwise"},
    "SAY message.delete": lambda stage, scene: {"message": scene.theirs.pk, "reason": "Because."},
    "SAY message.delete (own)": lambda stage, scene: {"message": scene.own.pk},
    "SAY message.restore (own, deleted)": lambda stage, scene: {"message": scene.gone.pk},
    "SAY message.pin": lambda stage, scene: {"message": scene.theirs.pk, "on": True},
    "SAY reaction.set": lambda stage, scene: {"message": scene.theirs.pk, "emoji": "👍", "on": True},
    "SAY room.read": lambda stage, scene: {"room": scene.room.pk, "seq": 1},
    "SAY room.delivered": lambda stage, scene: {"room": scene.room.pk, "seq": 1},
    "SAY typing.start": lambda stage, scene: {"room": scene.room.pk},
    "SAY presence.watch": lambda stage, scene: {"users": [scene.other.pk]},
    "SAY presence.set": lambda stage, scene: {"status": "away"},
    "SAY sync": lambda stage, scene: {"rooms": {str(scene.room.pk): 0}},
    "SAY ping": lambda stage, scene: {},
}
"""What each frame says."""
