"""More of the world than the demo shows: rooms in every state, moderators at work, and links that are known from mails.

Runs within Django, by `manage.py shell`; prints where everything is, as JSON.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from accounts import invitations
from accounts.mail.tokens import confirm_tokens, reset_tokens, undo_tokens, verify_tokens
from accounts.models import AddressChange, FilterRule, User
from accounts.moderation import appeals, rules, sanctions
from accounts.moderation.models import Notice
from chat import services
from chat.demo import PASSWORD
from chat.demo.files import DRAWN
from chat.models import Invitation, Message, Room
from chat.services import moderation
from tests.browser.screens.screen import BANNED, NEWCOMER, PEDDLER, email_of

HOUR = 3600
CHOSEN = ("spring-tide-porto.jpg", "harbour-at-dusk.jpg", "tides-porto.pdf")


def furnish(files: str) -> None:
    """Make it; writes into the directory ``files`` what somebody may choose to send."""
    for name in CHOSEN:
        (Path(files) / name).write_bytes(DRAWN[name]())
    _make_accounts()
    places = _rooms() | _moderated() | _messages() | _mailed()
    sys.stdout.write(json.dumps(places | _paths_of_rooms()))


def person(key: str) -> User:
    return User.objects.get(email=email_of(key))


def say(author: User, room: Room, *bodies: str) -> list[Message]:
    return [services.send_message(author=author, room_id=room.pk, client_id=uuid4(), body=body) for body in bodies]


def _make_accounts() -> None:
    names = {NEWCOMER: "Hedy Lamarr", PEDDLER: "Zed Bargain", BANNED: "Zoe Canary"}
    for key, name in names.items():
        User.objects.create_user(email_of(key), name, PASSWORD)


def _rooms() -> dict[str, str]:
    """Rooms of Ada's, each in a state of its own; hers are the pictures of writing, which leave drafts behind."""
    ada, margaret, grace = person("ada"), person("margaret"), person("grace")
    empty = services.create_room(user=ada, kind="private", name="Glove fitting", topic="Before Thursday, please.")
    shelved = services.create_room(user=ada, kind="private", name="Regatta")
    services.add_members(actor=ada, room_id=shelved.pk, user_ids=[person("katherine").pk])
    say(ada, shelved, "That was the last boat. Thank you all, it was a splendid day!")
    say(person("katherine"), shelved, "31 boats, 31 back. I counted twice.")
    services.archive_room(actor=ada, room_id=shelved.pk)
    slow = services.create_room(user=margaret, kind="public", name="Ask the harbour", topic="One question at a time.")
    services.add_members(actor=margaret, room_id=slow.pk, user_ids=[ada.pk, person("radia").pk])
    say(person("radia"), slow, "May one moor at the east pier overnight?")
    say(margaret, slow, "One night, with a light.")
    moderation.slow_room(moderator=margaret, room_id=slow.pk, reason="Everybody asked at once", seconds=HOUR)
    say(ada, slow, "And with two boats?")
    services.block(user=ada, other_id=person(PEDDLER).pk)
    services.make_link(actor=ada, room_id=empty.pk, uses=5)
    services.invite(actor=ada, room_id=empty.pk, user_id=person("dennis").pk)
    chess = Invitation.objects.get(user=grace)
    return {"room invitation": f"/invitations/{chess.pk}/"}


def _moderated() -> dict[str, str]:
    """Reports that are open and one that is decided, sanctions, appeals, filters, and an act on many messages."""
    margaret, peddler, tony, radia = (person(key) for key in ("margaret", PEDDLER, "tony", "radia"))
    club = Room.objects.get(name="Reading club")
    services.join_room(user=peddler, room_id=club.pk)
    spam = ["Watches, nearly new!", "Last chance: watches", "W A T C H E S", "Watches, nearly new, now cheaper still."]
    *earlier, last = say(peddler, club, *spam)
    decided = moderation.report_message(reporter=tony, message_id=earlier[0].pk, reason="spam", comment="Not mine!")
    moderation.decide_report(moderator=margaret, report_id=decided.pk, resolved=True, reason="Advertising")
    open_report = moderation.report_message(
        reporter=radia,
        message_id=last.pk,
        reason="spam",
        comment="The fourth one today. Nobody here needs a watch.",
    )
    moderation.report_message(reporter=person("frances"), message_id=last.pk, reason="other", comment="")
    moderation.report_person(
        reporter=person("dennis"), user_id=peddler.pk, reason="spam", comment="Writes the same to me in person."
    )
    batch = moderation.in_bulk(
        moderator=margaret,
        ids=[message.pk for message in earlier],
        act=lambda pk: services.remove_message(moderator=margaret, message_id=pk, reason="Advertising"),
    )
    sanctions.warn(actor=margaret, user_id=peddler.pk, reason="This is no market place.")
    sanctions.note(author=margaret, user_id=peddler.pk, text="Same watches as in the account that Tony had lost.")
    sanctions.warn(actor=margaret, user_id=tony.pk, reason="Your account sold watches.")
    notice = Notice.objects.filter(user=tony, may_appeal=True).latest("pk")
    appeal = appeals.appeal(
        user=tony, notice_id=notice.pk, text="Somebody had my password. I have a longer one now, and no watches."
    )
    sanctions.ban(
        actor=margaret,
        user_id=person(BANNED).pk,
        reason="Advertising, again and again.",
        until=timezone.now() + timedelta(days=30),
    )
    for kind, pattern, action in (("host", "watches.example", "refuse"), ("word", "last chance", "flag")):
        rules.save_rule(actor=margaret, rule=FilterRule(kind=kind, pattern=pattern, action=action))
    return {
        "report": f"/admin/chat/report/{open_report.pk}/change/",
        "person": f"/admin/accounts/user/{peddler.pk}/person/",
        "account": f"/admin/accounts/user/{tony.pk}/change/",
        "appeal": f"/admin/accounts/appeal/{appeal.pk}/change/",
        "done": f"/admin/accounts/auditentry/done/{batch.id}/",
        "reported message": f"/admin/chat/message/{last.pk}/change/",
        "report somebody": f"/people/{peddler.pk}/report/",
    }


def _messages() -> dict[str, str]:
    engine = Message.objects.filter(room__name="Tide engine", kind=Message.Kind.TEXT)
    edited = engine.get(revision=1)
    own = engine.filter(author=person("grace"), deleted_at=None).first()
    theirs = engine.filter(author=person("alan"), deleted_at=None).first()
    assert own and theirs
    return {
        "edited message": f"/messages/{edited.pk}/",
        "own message": f"/messages/{own.pk}/",
        "message of somebody": f"/messages/{theirs.pk}/",
    }


def _mailed() -> dict[str, str]:
    """Where the links in mails lead."""
    ada = person("ada")
    change = AddressChange.objects.create(
        user=ada, old_email=ada.email, new_email="ada@lovelace.example", was_verified=True
    )
    link = invitations.invite(actor=person("margaret"), email="annie@example.com").link
    return {
        "sign-up": "/signup" + link.partition("/signup")[2],
        "new password": f"/reset/{ada.pk}/{reset_tokens.make_token(ada)}/",
        "address": f"/verify/{ada.pk}/{verify_tokens.make_token(ada)}/",
        "new address": f"/address/{change.pk}/{confirm_tokens.make_token(change)}/",
        "old address": f"/address/{change.pk}/{undo_tokens.make_token(change)}/undo/",
    }


def _paths_of_rooms() -> dict[str, str]:
    """By name; those of two by the keys of both, as `grace & alan`."""
    paths = {}
    for room in Room.objects.prefetch_related("memberships__user"):
        people = sorted(seat.user.email.partition("@")[0] for seat in room.memberships.all())
        paths[room.name or " & ".join(people)] = f"/rooms/{room.pk}/"
    return paths
