"""Uploads in messages: sent once, told to the room, and seen by those who may read the message."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.models import Attachment, Room
from tests.chat.media import samples
from tests.chat.media.sending import post_file, post_message, sent, uploaded
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


def test_a_picture_goes_with_a_message(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    upload = uploaded(api, samples.picture(800, 400), "sea.png", alt="The sea")
    assert (upload["kind"], upload["name"], upload["type"]) == ("picture", "sea.webp", "image/webp")
    assert (upload["width"], upload["height"], upload["alt"]) == (800, 400, "The sea")
    assert [source["width"] for source in upload["sources"]] == [320, 640]
    assert len(upload["placeholder"]) <= 400
    message = sent(api, room, upload)
    assert (message["body"], message["html"], message["attachments"]) == ("", "", [upload])
    read = api_for(bob).get(f"/api/rooms/{room.pk}/messages/").json()["results"]
    assert [each["attachments"] for each in read] == [[upload]]
    [listed] = api_for(bob).get("/api/rooms/").json()["results"]
    assert listed["last_message"]["attachments"] == [upload]


def test_ten_files_go_with_one_message_in_their_order(room: Room, alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    uploads = [uploaded(api, samples.TEXT, f"{number}.txt") for number in range(11)]
    assert post_message(api, room, *uploads).status_code == 400
    message = sent(api, room, *uploads[9::-1], body="look")
    assert [each["name"] for each in message["attachments"]] == [f"{number}.txt" for number in range(9, -1, -1)]


def test_what_was_sent_or_is_not_ones_own_cannot_be_sent(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    mine, theirs = uploaded(api_for(alice), samples.TEXT), uploaded(api_for(bob), samples.TEXT)
    sent(api_for(alice), room, mine)
    for refused in (mine, theirs, {"id": str(uuid4())}):
        answer = post_message(api_for(alice), room, refused, body="my words")
        assert (answer.status_code, answer.json()["code"]) == (409, "attachment_gone")
    assert room.messages.count() == 1
    assert post_message(api_for(alice), room, body="").json()["code"] == "empty"


def test_a_resend_is_the_same_message(room: Room, alice: User, api_for: ApiFor) -> None:
    api, client_id = api_for(alice), str(uuid4())
    upload = uploaded(api, samples.TEXT, "notes.txt")
    first = sent(api, room, upload, client_id=client_id)
    again = sent(api, room, upload, client_id=client_id)
    assert again == first
    assert room.messages.count() == 1


def test_who_may_read_the_message_may_see_the_file_and_nobody_else(
    room: Room, alice: User, bob: User, eve: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    upload = uploaded(api_for(alice), samples.picture(700, 300), "sea.png")
    addresses = [upload["url"], *(source["url"] for source in upload["sources"])]

    def seen_by(user: User) -> list[int]:
        return [client_for(user).get(address).status_code for address in addresses]

    everything, nothing = [200] * 3, [404] * 3
    assert [seen_by(user) for user in (alice, bob, eve)] == [everything, nothing, nothing]
    message = sent(api_for(alice), room, upload)
    assert [seen_by(user) for user in (alice, bob, eve)] == [everything, everything, nothing]
    assert Client().get(upload["url"]).headers["Location"].startswith("/login/")
    services.delete_message(actor=alice, message_id=message["id"])
    assert [seen_by(user) for user in (alice, bob, eve)] == [nothing, nothing, nothing]
    services.restore_message(actor=alice, message_id=message["id"])
    assert [seen_by(user) for user in (alice, bob, eve)] == [everything, everything, nothing]
    assert client_for(alice).get(f"{upload['url']}333/").status_code == 404


def test_who_leaves_sees_it_no_more(alice: User, bob: User, api_for: ApiFor, client_for: ClientFor) -> None:
    room = group_room(alice, bob)
    upload = uploaded(api_for(bob), samples.TEXT)
    sent(api_for(bob), room, upload)
    assert client_for(bob).get(upload["url"]).status_code == 200
    services.leave_room(user=bob, room_id=room.pk)
    assert client_for(bob).get(upload["url"]).status_code == 404
    assert client_for(alice).get(upload["url"]).status_code == 200


def test_an_upload_is_described_or_thrown_away_until_it_is_sent(
    room: Room, alice: User, bob: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    api = api_for(alice)
    kept, thrown = uploaded(api, samples.TEXT), uploaded(api, samples.TEXT)
    path, other = f"/api/uploads/{kept['id']}/", f"/api/uploads/{thrown['id']}/"
    assert api_for(bob).patch(path, {"alt": "mine"}).status_code == api_for(bob).delete(path).status_code == 404
    assert api.patch(path, {"alt": " The \u202esea\n"}).json()["alt"] == "The sea"
    assert api.patch(path, {"alt": "x" * 1025}).status_code == 400
    assert api.delete(other).status_code == 204
    assert client_for(alice).get(thrown["url"]).status_code == 404
    assert post_message(api, room, thrown).status_code == 409
    assert sent(api, room, kept)["attachments"][0]["alt"] == "The sea"
    assert api.patch(path, {"alt": "else"}).status_code == api.delete(path).status_code == 404
    assert Attachment.objects.count() == 1


def test_what_is_forwarded_stays_when_the_first_is_gone(
    room: Room, alice: User, bob: User, eve: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    target = direct_room(bob, eve)
    upload = uploaded(api_for(alice), samples.picture(), "sea.png")
    message = sent(api_for(alice), room, upload, body="look")
    copy = services.forward_message(author=bob, message_id=message["id"], room_id=target.pk, client_id=uuid4())
    [shown] = copy.attached or []
    assert shown["id"] != upload["id"] and shown["placeholder"] == upload["placeholder"]
    services.delete_message(actor=alice, message_id=message["id"])
    assert client_for(eve).get(shown["url"]).status_code == 200
    assert client_for(eve).get(upload["url"]).status_code == 404


def test_files_are_found_by_what_they_are_and_what_they_are_called(
    room: Room, alice: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    api = api_for(alice)
    picture = sent(api, room, uploaded(api, samples.picture(), "harbour.png", alt="Boats at dawn"))
    text = sent(api, room, uploaded(api, samples.TEXT, "raven.txt"), body="a poem")
    plain = sent(api, room, body="nothing else")

    def found(q: str) -> list[int]:
        return [hit["message"]["id"] for hit in api.get("/api/search/", {"q": q}).json()["results"]]

    assert found("has:picture") == [picture["id"]]
    assert found("has:file") == [text["id"], picture["id"]]
    assert found("raven") == [text["id"]]
    assert found("dawn") == [picture["id"]]
    assert found("nothing") == [plain["id"]]
    [hit] = api.get("/api/search/", {"q": "raven"}).json()["results"]
    assert "".join(stretch["text"] for stretch in hit["snippet"]) == "a poem"
    assert hit["files"] == [[{"text": "raven", "match": True}, {"text": ".txt", "match": False}]]
    assert api.get("/api/search/", {"q": "poem"}).json()["results"][0]["files"] == []
    page = client_for(alice).get("/search/", {"q": "dawn"}).content.decode()
    assert "File: </span>harbour.webp Boats at <mark>dawn</mark></p>" in page


def test_a_message_of_files_alone_may_be_edited_to_say_nothing_again(room: Room, alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    message = sent(api, room, uploaded(api, samples.TEXT), body="words")
    edited = services.edit_message(actor=alice, message_id=message["id"], body="")
    assert (edited.body, edited.html) == ("", "")


def test_uploads_are_limited_for_each_person(alice: User, bob: User, api_for: ApiFor, settings: object) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "uploads": "2/day", "uploaded": "100/day"}  # type: ignore[attr-defined]
    api = api_for(alice)
    assert [post_file(api, samples.TEXT).status_code for _ in range(3)] == [201, 201, 429]
    assert post_file(api_for(bob), b"a" * 60_000).status_code == 201
    refused = post_file(api_for(bob), b"a" * 60_000)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")


@pytest.mark.django_db(transaction=True)
async def test_everybody_in_the_room_is_told_at_once(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    upload = await in_thread(lambda: uploaded(api_for(alice), samples.picture(), "sea.png"))()
    async with connected(alice) as hers, connected(bob) as his:
        message = await hers.send_message(room.pk, "", attachments=[upload["id"]])
        assert message["attachments"] == [upload]
        told = await his.hear("message", room=room.pk)
        assert told["message"] == message
        refused = await hers.ask(
            "message.send", room=room.pk, client_id=str(uuid4()), body="", attachments=[upload["id"]]
        )
        assert (refused["type"], refused["code"]) == ("error", "attachment_gone")


def test_a_voice_message_tells_who_has_heard_it(room: Room, alice: User, bob: User, eve: User, api_for: ApiFor) -> None:
    voice = {"voice": "true", "duration": "12.34", "waveform": "[0, 128, 255]"}
    upload = uploaded(api_for(alice), samples.WEBM, "voice.webm", **voice)
    assert (upload["kind"], upload["type"], upload["name"]) == ("voice", "audio/webm", "voice.webm")
    assert (upload["duration"], upload["waveform"], upload["played"]) == (12.3, [0, 128, 255], [])
    message = sent(api_for(alice), room, upload)
    path = f"/api/messages/{message['id']}/attachments/{upload['id']}/played/"
    assert [api_for(user).put(path).status_code for user in (alice, bob, bob, eve)] == [204, 204, 204, 404]
    read = api_for(alice).get(f"/api/messages/{message['id']}/").json()
    assert read["attachments"] == [{**upload, "played": [bob.pk]}]
    assert read["changed_seq"] == message["changed_seq"] + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": "5"},
        {"duration": "5", "waveform": "[256]"},
        {"duration": "5", "waveform": "[" + "1," * 100 + "1]"},
        {"duration": "301", "waveform": "[]"},
        {"duration": "nan", "waveform": "[]"},
        {"duration": "5", "waveform": "loud"},
    ],
)
def test_what_a_device_says_of_a_voice_is_looked_at(wrong: dict[str, str], alice: User, api_for: ApiFor) -> None:
    assert post_file(api_for(alice), samples.WEBM, "voice.webm", voice="true", **wrong).status_code == 400


def test_a_draft_has_its_uploads(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    api, path = api_for(alice), f"/api/rooms/{room.pk}/draft/"
    mine, theirs = uploaded(api, samples.TEXT), uploaded(api_for(bob), samples.TEXT)
    drafted = api.put(path, {"body": "", "attachments": [mine["id"], theirs["id"]]}, format="json")
    assert drafted.json()["draft"]["attachments"] == [mine["id"]]
    assert api.put(path, {"body": "words"}, format="json").json()["draft"]["attachments"] == []
    assert api.put(path, {"body": ""}, format="json").json()["draft"] is None


def test_files_go_by_a_plain_form_too(room: Room, alice: User, bob: User, client_for: ClientFor) -> None:
    files = [SimpleUploadedFile("notes.txt", samples.TEXT), SimpleUploadedFile("sea.png", samples.picture())]
    path, client = f"/rooms/{room.pk}/", client_for(alice)
    answer = client.post(path, {"client_id": str(uuid4()), "body": "look", "files": files})
    assert answer.status_code == 302
    assert [each["name"] for each in room.messages.get().attached or []] == ["notes.txt", "sea.webp"]
    files = [SimpleUploadedFile("notes.txt", samples.TEXT), SimpleUploadedFile("page.html", samples.HTML)]
    answer = client.post(path, {"client_id": str(uuid4()), "body": "my words", "files": files})
    assert answer.status_code == 415
    page = answer.content.decode()
    assert "my words" in page and "page.html" in page and "cannot be sent" in page
    assert Attachment.objects.count() == 2
    assert room.messages.count() == 1
