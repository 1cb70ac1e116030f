"""Pictures of people and of rooms: a square of what was sent, shown everywhere at once, at an address of its own."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import close_account
from accounts.threads import in_thread
from chat import services
from chat.models import Message, Room
from tests.chat.media import samples
from tests.chat.sockets import connected
from tests.conftest import PASSWORD
from tests.factories import direct_room, give, group_room, say
from tests.jobs import forget_jobs, run_jobs
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _no_jobs(db: None) -> Iterator[None]:
    forget_jobs()
    yield
    forget_jobs()


def put(api: APIClient, path: str, content: bytes, **fields: Any) -> Any:
    return api.put(path, {"file": SimpleUploadedFile("face.jpg", content), **fields}, format="multipart")


def pixels(client: Client, address: str) -> Image.Image:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    return Image.open(BytesIO(answer.content))


def stored() -> int:
    return len(list(Path(storages["media"].path("x")).parent.rglob("256")))


def test_a_person_has_a_picture_wherever_they_are_shown(
    alice: User, bob: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    room = direct_room(alice, bob)
    say(alice, room)
    assert services.find_people(user=bob).get().avatar is None
    me = put(api_for(alice), "/api/users/me/avatar/", samples.photo(), x=0, y=0, size=300).json()
    address = me["avatar"]
    face = pixels(client_for(bob), address)
    assert (face.format, face.size) == ("WEBP", (256, 256))
    assert pixels(client_for(bob), f"{address}96/").size == (96, 96)
    assert not face.getexif()
    his = api_for(bob)
    [listed] = his.get("/api/rooms/").json()["results"]
    [message] = his.get(f"/api/rooms/{room.pk}/messages/").json()["results"]
    [person] = his.get("/api/users/").json()["results"]
    shown = [listed["other"], listed["last_message"]["author"], message["author"], person]
    assert [card["avatar"] for card in shown] == [address] * 4
    assert client_for(bob).get(f"{address}100/").status_code == 404
    assert api_for(alice).delete("/api/users/me/avatar/").status_code == 204
    assert client_for(bob).get(address).status_code == 404
    assert his.get("/api/users/").json()["results"][0]["avatar"] is None


def test_the_square_is_one_of_the_upright_picture(alice: User, api_for: ApiFor, client_for: ClientFor) -> None:
    """The photo is red at the right as its camera holds it, which is the bottom of what one sees."""
    api = api_for(alice)
    top = put(api, "/api/users/me/avatar/", samples.photo(800, 600), x=0, y=0, size=100).json()["avatar"]
    red_at_the_top = pixels(client_for(alice), top).convert("RGB").getpixel((128, 128))
    bottom = put(api, "/api/users/me/avatar/", samples.photo(800, 600), x=500, y=700, size=100).json()["avatar"]
    red_at_the_bottom = pixels(client_for(alice), bottom).convert("RGB").getpixel((128, 128))
    assert isinstance(red_at_the_top, tuple) and isinstance(red_at_the_bottom, tuple)
    assert red_at_the_top[0] < 40 and red_at_the_bottom[0] > 210
    for outside in ({"x": 501, "y": 0, "size": 100}, {"x": 0, "y": 0, "size": 601}):
        assert put(api, "/api/users/me/avatar/", samples.photo(800, 600), **outside).json()["code"] == "crop_outside"
    assert put(api, "/api/users/me/avatar/", samples.photo(), x=1).status_code == 400


@pytest.mark.parametrize("content", [b"", samples.TEXT, samples.SVG, samples.HTML, b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_changes_nothing(content: bytes, alice: User, api_for: ApiFor) -> None:
    answer = put(api_for(alice), "/api/users/me/avatar/", content)
    assert answer.status_code in {400, 415, 422}
    assert answer.json()["detail"].endswith(".")
    alice.refresh_from_db()
    assert alice.avatar is None


def test_a_room_has_a_picture_that_its_admins_change(
    alice: User, bob: User, eve: User, api_for: ApiFor, client_for: ClientFor
) -> None:
    room = group_room(alice, bob, eve)
    give(alice, room, bob, "admin")
    path = f"/api/rooms/{room.pk}/picture/"
    assert put(api_for(eve), path, samples.picture()).status_code == 403
    address = put(api_for(bob), path, samples.picture()).json()["picture"]
    assert pixels(client_for(eve), address).size == (256, 256)
    assert Message.objects.get(seq=room.messages.latest("seq").seq).body == "Bob Baker changed the picture of the room."
    assert api_for(eve).get(f"/api/rooms/{room.pk}/").json()["picture"] == address
    assert api_for(alice).delete(path).json()["picture"] is None
    assert room.messages.latest("seq").body == "Alice Arden removed the picture of the room."
    assert Room.objects.get().picture is None


def test_pictures_that_nobody_shows_go(alice: User, api_for: ApiFor) -> None:
    before = stored()
    put(api_for(alice), "/api/users/me/avatar/", samples.picture())
    put(api_for(alice), "/api/users/me/avatar/", samples.picture())
    run_jobs(early=True)
    assert stored() == before + 1
    alice.refresh_from_db()
    close_account(user=alice, current_password=PASSWORD, session=session_for(alice))
    run_jobs(early=True)
    assert stored() == before


def test_plain_forms_change_pictures_too(alice: User, bob: User, client_for: ClientFor) -> None:
    client, room = client_for(alice), group_room(alice, bob)
    for path in ("/settings/avatar/", f"/rooms/{room.pk}/about/picture/"):
        sentences = []
        for content in (samples.picture(), samples.HTML, None):
            fields = {} if content is None else {"file": SimpleUploadedFile("face.png", content)}
            page = client.post(path, fields, follow=True)
            sentences += [str(each) for each in page.context["messages"]]
        assert sentences[0] == "The picture is changed."
        assert "cannot be sent" in sentences[1]
        assert sentences[2] == "Choose a picture first."
        alice.refresh_from_db()
        room.refresh_from_db()
        assert alice.avatar
    assert room.picture
    client.post("/settings/avatar/", {"remove": "on"})
    alice.refresh_from_db()
    assert alice.avatar is None


@pytest.mark.django_db(transaction=True)
async def test_who_watches_somebody_sees_the_new_picture_at_once(alice: User, bob: User, api_for: ApiFor) -> None:
    async with connected(alice) as hers, connected(bob) as his:
        await his.say("presence.watch", users=[alice.pk])
        await his.hear("presence", user=alice.pk)
        file = SimpleUploadedFile("face.png", samples.picture())
        await in_thread(services.set_avatar)(user=alice, file=file)
        told = await his.hear("user")
        assert told["user"]["id"] == alice.pk and told["user"]["avatar"].startswith(f"/avatars/{alice.pk}/")
        assert (await hers.hear("user"))["user"] == told["user"]
