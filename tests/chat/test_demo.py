"""The demo: a furnished Parley for development, and only there."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max, Q
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from chat import demo, services
from chat.demo.files import DRAWN
from chat.media.shapes import attachment_data
from chat.models import Attachment, Membership, Message, Room
from chat.services.faces import PARTS
from chat.services.reactions import shape_of
from chat.summaries import chats_list
from presence.models import LastSeen
from tests.factories import direct_room, group_room, say, unread_by

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_development(settings: Settings) -> None:
    settings.DEBUG = True
    # The slow hash is of no interest here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_it_is_furnished_with_people_who_talk() -> None:
    demo.create(with_files=False)
    assert User.objects.count() == len(demo.PEOPLE) == 12
    assert Room.objects.count() >= 12
    assert Message.objects.count() >= 300
    assert LastSeen.objects.count() == 12
    first, last = Message.objects.earliest("created_at"), Message.objects.latest("created_at")
    assert (timezone.now() - first.created_at).days in (8, 9, 10)
    assert last.created_at < timezone.now()


def test_counters_and_marks_are_as_if_it_had_been_sent() -> None:
    demo.create(with_files=False)
    for room in Room.objects.annotate(newest=Max("messages__changed_seq"), said=Count("messages")):
        rows = list(room.messages.order_by("seq"))
        places = [row.seq for row in rows]
        assert places == sorted(places)
        assert room.last_seq == max(row.changed_seq for row in rows)
        assert {row.seq for row in rows if row.changed_seq > row.seq}.isdisjoint(row.changed_seq for row in rows)
        assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)
        assert room.last_message == rows[-1]
        assert room.last_activity_at == rows[-1].created_at
        for seat in room.memberships.all():
            own = [row.seq for row in rows if row.author_id == seat.user_id]
            assert max(own, default=0) <= seat.read_seq <= seat.delivered_seq <= room.last_seq
    assert not Message.objects.exclude(author__memberships__room=F("room")).exists()
    assert not Membership.objects.filter(room__last_seq=0).exists()
    assert [finding.number for finding in services.find_wrong_counts() if finding.number] == []


def test_a_message_that_was_taken_back_says_by_whom() -> None:
    demo.create(with_files=False)
    taken_back = Message.objects.exclude(deleted_at=None)
    assert taken_back.filter(deleted_by=F("author"), delete_reason="").exists()
    assert taken_back.exclude(deleted_by=F("author")).exclude(delete_reason="").exists()
    assert not taken_back.filter(Q(deleted_by=None) | Q(changed_seq=F("seq"))).exists()


def test_grace_has_something_to_read() -> None:
    demo.create(with_files=False)
    grace = User.objects.get(email=f"grace@{demo.DOMAIN}")
    rooms = Room.objects.visible_to(grace)
    assert sum(unread_by(grace, room) for room in rooms) >= 5
    with_alan = rooms.get(kind="direct", memberships__user__email=f"alan@{demo.DOMAIN}")
    assert unread_by(grace, with_alan) == 4
    assert with_alan.messages.count() > 70


def test_whoever_looks_around_finds_what_rooms_and_messages_can_be() -> None:
    demo.create(with_files=False)
    grace = User.objects.get(email=f"grace@{demo.DOMAIN}")
    hers = {room["name"]: room for room in chats_list(grace)}
    engine, notices, kitchen = (hers[name] for name in ("Tide engine", "Harbour notices", "Kitchen table"))
    assert (engine["kind"], engine["role"], engine["pinned"], engine["mentions"]) == ("private", "owner", True, 1)
    assert (notices["kind"], notices["read_only"], notices["may_write"]) == ("public", True, False)
    assert (kitchen["kind"], kitchen["muted"], kitchen["mentions"]) == ("public", True, 2)
    roles = Membership.objects.filter(room=engine["id"]).values_list("role", flat=True)
    assert set(roles) == {"owner", "admin", "moderator", "member"}
    assert Room.objects.filter(kind="public").exclude(memberships__user=grace).exists()
    assert list(services.invitations_for(grace).values_list("room__name", flat=True)) == ["Chess by post"]
    assert Message.objects.saved_by(grace).count() >= 2
    edited = Message.objects.get(revision=1)
    assert edited.edited_at
    assert edited.revisions.get().body != edited.body
    said = Message.objects.filter(room=engine["id"])
    assert said.pinned().count() == 2
    assert said.filter(reply_to__room=engine["id"], reply_to__seq__lt=F("seq")).count() >= 4
    assert said.get(mentions_room=True).mentions.count() == engine["member_count"] - 1
    assert [shape_of(message) for message in said] == [message.reacted for message in said]
    assert said.exclude(reacted=None).count() >= 5
    for sentence in said.filter(kind="system", event__type="message.pinned"):
        event = sentence.event or {}
        assert said.pinned().filter(pk=event["message"], seq=event["seq"]).exists()


def test_it_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(80):
        demo.create(with_files=False)


def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "talk.txt"
    script.write_text("# grace & alan\n@ 2 days ago, 09:00\nGood morning!\n")
    monkeypatch.setattr("chat.demo.script.CONVERSATIONS", script)
    with pytest.raises(ValueError, match=r"talk\.txt, line 3: this cannot be read: 'Good morning!'"):
        demo.create(with_files=False)


def test_a_second_run_changes_nothing() -> None:
    signed = demo.create(with_files=False)
    before = list(Message.objects.order_by("pk").values_list("pk", "changed_seq", "created_at"))
    assert demo.create(with_files=False) == signed == demo.sign_ins()
    assert list(Message.objects.order_by("pk").values_list("pk", "changed_seq", "created_at")) == before


def test_it_is_the_same_every_time() -> None:
    texts = []
    for _ in range(2):
        demo.create(with_files=False)
        texts.append(list(Message.objects.order_by("pk").values_list("client_id", "body")))
        demo.remove()
    assert texts[0] == texts[1]
    assert [draw() for draw in DRAWN.values()] == [draw() for draw in DRAWN.values()]


def test_its_files_are_stored_shown_and_go_along_with_it(settings: Settings, tmp_path: Path) -> None:
    media = keep_media(settings, tmp_path)
    demo.create()
    shown = Message.objects.exclude(attached=None).prefetch_related("attachments")
    for message in shown:
        rows = sorted(message.attachments.all(), key=lambda row: row.position)
        assert message.attached == [attachment_data(row) for row in rows]
        assert all(row.owner_id == message.author_id and row.sent_at == message.created_at for row in rows)
        assert all(row.alt for row in rows)
    assert {row.kind for row in Attachment.objects.all()} == {"picture", "file", "voice"}
    assert max(len(message.attached or ()) for message in shown) == 2
    assert shown.filter(body="").count() == 2
    assert Message.objects.get(preview__url__startswith="https://www.postgresql.org/").preview
    faces = User.objects.exclude(avatar=None).count() + Room.objects.exclude(picture=None).count()
    assert faces == 5
    parts = sum(len(row.parts) for row in Attachment.objects.all()) + faces * len(PARTS)
    assert len(files_in(media)) == parts

    kept = media.rename(tmp_path / "kept")
    media.touch()  # in its place, where nothing can be deleted now
    with pytest.raises(CommandError, match="nothing was"):
        demo.remove()
    assert User.objects.count() == 12
    media.unlink()
    kept.rename(media)
    assert demo.remove() == 12
    assert files_in(media) == []


def keep_media(settings: Settings, tmp_path: Path) -> Path:
    media = tmp_path / "media"
    options = {"BACKEND": "chat.media.storage.LocalMedia", "OPTIONS": {"location": media}}
    settings.STORAGES = {**settings.STORAGES, "media": options}
    return media


def files_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_everybody_can_sign_in_and_one_of_them_to_the_admin() -> None:
    [*_, (name, email, password)] = demo.create(with_files=False)
    assert (name, email) == ("Tony Hoare", f"tony@{demo.DOMAIN}")
    answer = Client().post("/login/", {"email": email, "password": password})
    assert answer.status_code == 302
    assert list(User.objects.filter(is_staff=True).values_list("full_name", flat=True)) == ["Margaret Hamilton"]


def test_without_debug_it_is_refused_with_a_sentence(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only be made with DEBUG"):
        call_command("demo")
    assert not User.objects.exists()


def test_removing_leaves_real_people_and_their_rooms_alone(settings: Settings, alice: User, bob: User) -> None:
    demo.create(with_files=False)
    grace = User.objects.get(email=f"grace@{demo.DOMAIN}")
    say(grace, direct_room(alice, grace))
    kept = say(alice, direct_room(alice, bob))
    settings.DEBUG = False  # a public password must be able to go from anywhere
    said = StringIO()
    call_command("demo", "--remove", stdout=said)
    assert said.getvalue().startswith("12 demo people")
    assert set(User.objects.all()) == {alice, bob}
    assert list(Message.objects.all()) == [kept]
    assert demo.sign_ins() == []
    assert demo.remove() == 0


def test_the_handle_of_a_real_person_is_not_taken() -> None:
    real = User.objects.create_user("ada@example.org", "Ada Lovelace")
    demo.create(with_files=False)
    ada = User.objects.get(email=f"ada@{demo.DOMAIN}")
    assert (real.handle, ada.handle) == ("ada_lovelace", "ada_lovelace2")


def test_without_a_storage_it_is_made_in_words(settings: Settings, tmp_path: Path) -> None:
    keep_media(settings, tmp_path).touch()
    said = StringIO()
    call_command("demo", stdout=said)
    sentence, *lines = said.getvalue().splitlines()
    assert sentence.startswith("The demo has no pictures: files cannot be stored right now.")
    assert not Attachment.objects.exists()
    assert not User.objects.exclude(avatar=None).exists()
    assert not Message.objects.filter(body="", deleted_at=None).exists()
    assert len(lines) == 12
    assert lines[0].split() == ["Grace", "Hopper", f"grace@{demo.DOMAIN}", demo.PASSWORD]


def test_the_people_go_also_from_rooms_of_many(alice: User) -> None:
    demo.create(with_files=False)
    one, other = User.objects.exclude(pk=alice.pk)[:2]
    theirs, hers = group_room(one, alice), group_room(alice, one, kind="public")
    say(alice, hers, "stays")
    say(one, hers, "goes")
    services.leave_room(user=one, room_id=hers.pk)
    services.join_room(user=other, room_id=hers.pk)
    demo.remove()
    assert not Room.objects.filter(pk=theirs.pk).exists()
    hers.refresh_from_db()
    assert hers.member_count == 1
    assert hers.last_message is not None
    assert hers.last_message.body == "stays"
    assert list(User.objects.all()) == [alice]
