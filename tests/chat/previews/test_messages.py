"""What becomes of a message with a link."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Attachment, Message
from chat.previews.fetching import MOST_BYTES, Fetched, Fetcher
from chat.previews.making import MOST_PICTURE_BYTES, make_preview
from chat.serializers import message_data
from chat.services import removal
from tests.chat.media import samples
from tests.chat.previews.web import PAGE, Web, on_loopback, redirect
from tests.factories import direct_room, say
from tests.jobs import run_jobs, waiting_jobs

RIVER = {"title": 'A "quiet" river', "description": "It flows.", "site": "Rivers of the world", "picture": None}


def shown(message: Message) -> Any:
    return message_data(Message.objects.with_people().get(pk=message.pk))["preview"]


@pytest.mark.django_db
def test_a_link_is_looked_at_by_a_job_if_that_is_wanted(alice: User, bob: User, settings: Settings) -> None:
    room = direct_room(alice, bob)
    say(alice, room, "https://rivers.example/")
    assert waiting_jobs() == []
    settings.LINK_PREVIEWS = True
    say(alice, room, "no link, but @bob_baker and mail@rivers.example")
    assert waiting_jobs() == []
    message = say(alice, room, "see https://127.0.0.1/ and https://other.example/")
    assert waiting_jobs() == [("preview_link", {"message_id": message.pk})]
    assert run_jobs() == 1
    assert shown(message) is None  # it leads where nobody else may look


@pytest.mark.django_db
def test_a_preview_is_a_change_of_its_message_and_its_author_takes_it_off(
    alice: User, bob: User, web: Web, client_for: Any, settings: Settings
) -> None:
    settings.LINK_PREVIEWS = True
    web.pages = {"/": PAGE, "/other": "<title>Other</title>", "/gone": "<title>Gone</title>"}
    room = direct_room(alice, bob)
    message = say(alice, room, f"see {web.url}/ there")
    assert make_preview(message.pk, fetcher=on_loopback())
    assert shown(message) == {"url": f"{web.url}/", **RIVER}
    message.refresh_from_db()
    assert (message.seq, message.changed_seq) == (1, 2)
    assert not make_preview(message.pk, fetcher=on_loopback())  # a job may be done twice
    page = client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert f'<a class="preview__link" href="{web.url}/" target="_blank" rel="noopener noreferrer nofollow ugc"' in page
    assert "A &quot;quiet&quot; river" in page

    edited = services.edit_message(actor=alice, message_id=message.pk, body=f"look: {web.url}/")
    assert shown(edited)  # the same link, in other words
    services.edit_message(actor=alice, message_id=message.pk, body=f"look: {web.url}/other")
    assert shown(edited) is None
    assert make_preview(message.pk, fetcher=on_loopback())
    assert shown(edited)["title"] == "Other"

    with pytest.raises(ChatError, match="Only the author"):
        services.remove_preview(actor=bob, message_id=message.pk)
    assert b'value="preview"' in client_for(alice).get(f"/messages/{message.pk}/").content
    assert b'value="preview"' not in client_for(bob).get(f"/messages/{message.pk}/").content
    client_for(alice).post(f"/messages/{message.pk}/", {"action": "preview"})
    assert shown(message) is None
    assert not make_preview(message.pk, fetcher=on_loopback())  # and it stays off

    gone = say(alice, room, f"{web.url}/gone")
    services.delete_message(actor=alice, message_id=gone.pk)
    assert not make_preview(gone.pk, fetcher=on_loopback())
    again = say(alice, room, f"{web.url}/")
    assert make_preview(again.pk, fetcher=on_loopback())
    services.delete_message(actor=alice, message_id=again.pk)
    assert shown(again) is None


def image(content: bytes, kind: str = "image/png") -> Any:
    return lambda handler: handler.say(200, content, Content_Type=kind)


@pytest.mark.django_db
def test_its_picture_is_made_anew_seen_by_who_reads_the_message_and_goes_with_it(
    alice: User, bob: User, eve: User, web: Web, client_for: Any
) -> None:
    web.pages = {"/": PAGE, "/other": PAGE, "/river.png": image(samples.photo(1200, 900))}
    room = direct_room(alice, bob)

    def previewed() -> tuple[Message, str]:
        message = say(alice, room, f"{web.url}/")
        assert make_preview(message.pk, fetcher=on_loopback())
        picture = shown(message)["picture"]
        assert (picture["width"], picture["height"], picture["wide"]) == (624, 832, False)
        assert picture["placeholder"].startswith("data:image/webp;base64,")
        return message, picture["url"]

    def seen(url: str) -> list[int]:
        return [client_for(user).get(url).status_code for user in (alice, bob, eve)]

    message, url = previewed()
    stored = client_for(bob).get(url)
    assert stored.headers["Content-Type"] == "image/webp"
    assert samples.webp_chunks(stored.content) and samples.SECRET not in stored.content
    assert seen(url) == [200, 200, 404]
    assert f'src="{url}" width="624" height="832"' in client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert client_for(alice).get(f"/api/messages/{message.pk}/").json()["attachments"] == []

    taken_off, edited, deleted = previewed(), previewed(), (message, url)
    services.remove_preview(actor=alice, message_id=taken_off[0].pk)
    services.edit_message(actor=alice, message_id=edited[0].pk, body=f"{web.url}/other")
    services.delete_message(actor=alice, message_id=message.pk)
    assert [seen(address) for _, address in (taken_off, edited, deleted)] == [[404] * 3] * 3
    assert removal.remove_files(message_id=message.pk, undo_over=timedelta())
    removal.collect_files()
    assert not Attachment.objects.exists()
    message.refresh_from_db()
    assert message.preview is not None and message.preview["picture"] is None  # should it be brought back
    assert ("remove_files", {"message_id": message.pk}) in waiting_jobs()


@pytest.mark.django_db
def test_a_picture_that_is_none_or_leads_inside_leaves_the_words(
    alice: User, bob: User, web: Web, settings: Settings, tmp_path: Path
) -> None:
    bad = {
        "/inside": redirect("http://10.0.0.1/river.png"),
        "/drawing.svg": image(samples.SVG, "image/svg+xml"),
        "/drawing.png": image(samples.SVG),
        "/page.png": image(samples.HTML),
        "/html": "<title>no picture</title>",
        "/torn.png": image(samples.picture(800, 600)[:400]),
        "/flood.png": image(samples.flood()),
        "/large.png": image(samples.picture() + bytes(MOST_PICTURE_BYTES)),
        "/counter.gif": image(samples.picture(1, 1, "GIF")),
        "/gone.png": lambda handler: handler.say(404),
    }
    room = direct_room(alice, bob)

    def picture_of(path: str) -> Any:
        web.pages = {"/": f'<title>River</title><meta property="og:image" content="{path}">', **bad}
        web.pages["/river.png"] = image(samples.picture(64, 48))
        message = say(alice, room, f"{web.url}/")
        assert make_preview(message.pk, fetcher=on_loopback())
        return shown(message)["picture"]

    assert [path for path in (*bad, "http://10.0.0.1/river.png", "file:///etc/passwd") if picture_of(path)] == []
    assert picture_of("/river.png")["width"] == 64
    (tmp_path / "full").write_bytes(b"")  # where a directory should be
    options = {"BACKEND": "chat.media.storage.LocalMedia", "OPTIONS": {"location": tmp_path / "full"}}
    settings.STORAGES = {**settings.STORAGES, "media": options}
    assert picture_of("/river.png") is None


@pytest.mark.django_db
def test_who_wants_no_previews_is_shown_none(
    alice: User, bob: User, api_for: Any, client_for: Any, settings: Settings
) -> None:
    room = direct_room(alice, bob)
    page = f"/rooms/{room.pk}/"
    assert "shows_previews" not in client_for(bob).get("/settings/privacy/").content.decode()
    settings.LINK_PREVIEWS = True
    assert 'name="shows_previews"' in client_for(bob).get("/settings/privacy/").content.decode()
    assert 'data-previews="hidden"' not in client_for(bob).get(page).content.decode()
    assert api_for(bob).patch("/api/users/me/", {"shows_previews": False}).json()["shows_previews"] is False
    assert 'data-previews="hidden"' in client_for(bob).get(page).content.decode()
    client_for(bob).post("/settings/privacy/", {"shows_previews": "on"})
    assert 'data-previews="hidden"' not in client_for(bob).get(page).content.decode()


@pytest.mark.django_db
def test_a_message_that_changes_while_its_page_is_fetched_gets_no_wrong_preview(
    alice: User, bob: User, web: Web
) -> None:
    web.pages = {"/": PAGE}
    message = say(alice, direct_room(alice, bob), f"{web.url}/")

    class Slow(Fetcher):
        def fetch(self, url: str, *, types: Sequence[str], most: int = MOST_BYTES) -> Fetched:
            fetched = on_loopback().fetch(url, types=types, most=most)
            services.edit_message(actor=alice, message_id=message.pk, body="something else")
            return fetched

    assert not make_preview(message.pk, fetcher=Slow())
    assert shown(message) is None
