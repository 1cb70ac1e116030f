"""The same of each storage: what is put there comes back, whole and in parts, and what goes wrong leaves nothing."""

import os
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config
from django.core.files.base import File
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.media import cloudinary, s3, storage
from chat.models import Attachment
from config.media import media_storage
from tests.chat.media import samples
from tests.chat.media.bucket import KEY, NAME, Bucket, bucket
from tests.chat.media.bucket import SECRET as BUCKET_SECRET
from tests.chat.media.cloud import SECRET, Cloud
from tests.chat.media.sending import post_file, sent, uploaded
from tests.factories import direct_room

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as cloud:
        yield cloud


@contextmanager
def no_room() -> Iterator[None]:
    """The system itself ends each file of this process at a megabyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def use(settings: Settings, backend: str, **options: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "media": {"BACKEND": backend, "OPTIONS": options}}


@pytest.fixture
def in_cloud(cloud: Cloud, settings: Settings) -> Cloud:
    use(settings, "chat.media.cloudinary.CloudinaryMedia", url=cloud.url)
    return cloud


@pytest.fixture
def in_bucket(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", BUCKET_SECRET)
    with bucket() as server:
        env = {"CLOUDINARY_URL": "", "S3_BUCKET": NAME, "S3_ENDPOINT_URL": server.url, "S3_REGION": "eu-central-1"}
        settings.STORAGES = {**settings.STORAGES, "media": media_storage(env, directory=Path("nowhere"))}
        yield server


@pytest.fixture(params=["local", "cloudinary", "s3"])
def anywhere(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    if request.param != "local":
        request.getfixturevalue({"cloudinary": "in_cloud", "s3": "in_bucket"}[request.param])
    else:
        use(settings, "chat.media.storage.LocalMedia", location=tmp_path / "media")


@pytest.mark.usefixtures("anywhere")
def test_what_is_stored_comes_back_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudinary, "AT_ONCE", 100_000)
    blob = uuid4()
    large = os.urandom(250_000)
    storage.put(blob, "main", File(BytesIO(large), name="large"))
    storage.put(blob, "320", b"small")
    assert storage.content(blob, "320") == b"small"
    assert b"".join(storage.read(blob, "main", 0, len(large))) == large
    assert b"".join(storage.read(blob, "main", 70_000, 200_001)) == large[70_000:200_001]
    storage.remove(blob, ["main", "320"])
    storage.remove(blob, ["main", "320"])
    with pytest.raises(ChatError):
        storage.content(blob, "320")


@pytest.mark.usefixtures("anywhere")
def test_a_picture_goes_its_whole_way(
    alice: User, bob: User, api_for: ApiFor, client_for: Callable[[User], Client]
) -> None:
    upload = uploaded(api_for(alice), samples.picture(700, 500), "sea.png")
    sent(api_for(alice), direct_room(alice, bob), upload)
    for address in (upload["url"], upload["sources"][0]["url"]):
        answer = client_for(bob).get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
        assert samples.webp_chunks(answer.content)
    assert services.uploads.delete_bytes(Attachment.objects.get())
    assert not Attachment.objects.exists()


def make_hasty(patch: pytest.MonkeyPatch) -> None:
    """Wait for no server long. The disk of this machine knows no such limit."""
    patch.setattr(cloudinary, "SECONDS", 0.3)
    patch.setattr(s3, "CLIENT", s3.CLIENT.merge(Config(read_timeout=0.3, retries={"total_max_attempts": 1})))


@pytest.mark.parametrize(
    ("place", "mood"),
    [
        *(("in_cloud", mood) for mood in ("failing", "refusing", "lying", "slow")),
        *(("in_bucket", mood) for mood in ("failing", "slow")),
    ],
)
def test_where_a_storage_does_not_take_a_file_nothing_is_half_stored(
    place: str, mood: str, request: pytest.FixtureRequest, alice: User, api_for: ApiFor, settings: Settings
) -> None:
    server: Cloud | Bucket = request.getfixturevalue(place)
    kept = uploaded(api_for(alice), samples.TEXT, "kept.txt")
    server.mood = mood
    with pytest.MonkeyPatch.context() as patch:
        if mood == "slow":
            make_hasty(patch)
            settings.STORAGES = dict(settings.STORAGES)  # made anew, as hasty
        answer = post_file(api_for(alice), samples.TEXT, "notes.txt")
        read = api_for(alice).get(kept["url"])
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert "Your text is kept" in answer.json()["detail"] and answer.headers["Retry-After"]
    assert (read.status_code, read.headers.get("Retry-After")) == ((200, None) if mood == "lying" else (503, "10"))
    server.mood, settings.STORAGES = "well", dict(settings.STORAGES)
    assert [attachment.name for attachment in Attachment.objects.there()] == ["kept.txt"]
    for attachment in Attachment.objects.all():  # what could not be deleted either is deleted later
        assert services.uploads.delete_bytes(attachment)
    assert not server.stored and not Attachment.objects.exists()


def test_of_a_file_in_a_bucket_only_what_is_asked_for_travels(
    in_bucket: Bucket, alice: User, api_for: ApiFor, client_for: Callable[[User], Client]
) -> None:
    upload = uploaded(api_for(alice), samples.PDF + bytes(500_000), "plan.pdf")
    in_bucket.handed_out.clear()
    part = client_for(alice).get(upload["url"], headers={"Range": "bytes=100-299"})
    assert (part.status_code, len(part.content)) == (206, 200)
    assert in_bucket.handed_out == [200]
    in_bucket.stored.clear()
    assert client_for(alice).get(upload["url"]).status_code == 404


def test_who_has_another_secret_gets_in_nowhere(in_cloud: Cloud, settings: Settings) -> None:
    blob = uuid4()
    storage.put(blob, "main", b"hello")
    use(settings, "chat.media.cloudinary.CloudinaryMedia", url=in_cloud.url.replace(SECRET.split()[0], "a"))
    with pytest.raises(ChatError):
        storage.put(blob, "main", b"mine")
    with pytest.raises(OSError, match="401"):
        b"".join(storage.read(blob, "main", 0, 5))


def test_a_full_disk_leaves_nothing_behind(alice: User, api_for: ApiFor, settings: Settings, tmp_path: Path) -> None:
    use(settings, "chat.media.storage.LocalMedia", location=tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
    content = samples.PDF + bytes(2_000_000)
    with no_room():
        answer = post_file(api_for(alice), content, "plan.pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert answer.json()["detail"] == storage.NO_ROOM
    assert not list(tmp_path.rglob("*/*/*"))
    assert not Attachment.objects.exists()
    assert post_file(api_for(alice), content, "plan.pdf").status_code == 201


def test_a_disk_that_is_full_while_a_form_is_read_costs_no_word(
    alice: User, bob: User, api_for: ApiFor, client_for: Callable[[User], Client], settings: Settings, tmp_path: Path
) -> None:
    """Whoever asks first for anything in a form reads all of it: mostly the check of its CSRF token."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 1_000, str(tmp_path)
    path, page = f"/rooms/{direct_room(alice, bob).pk}/", client_for(alice)
    page.handler.enforce_csrf_checks = True
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.get(path).content.decode()))

    def send(**fields: str) -> Any:
        file = SimpleUploadedFile("plan.pdf", samples.PDF + bytes(2_000_000))
        return page.post(path, {"client_id": str(uuid4()), "body": "my words", "files": file, **fields})

    with no_room():
        refused = send(csrfmiddlewaretoken=token)
        face = SimpleUploadedFile("me.png", samples.picture() + bytes(2_000_000))
        shown = page.post("/settings/avatar/", {"file": face, "csrfmiddlewaretoken": token}, follow=True)
        answer = post_file(api_for(alice), samples.PDF + bytes(2_000_000), "plan.pdf")
        assert send().status_code == 403
    assert (refused.status_code, "my words" in refused.content.decode()) == (503, True)
    assert storage.NO_ROOM in refused.content.decode()
    assert storage.NO_ROOM in shown.content.decode()
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert answer.json()["detail"] == storage.NO_ROOM
    assert not list(tmp_path.iterdir()) and not Attachment.objects.exists()
    assert send(csrfmiddlewaretoken=token).status_code == 302
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")
    refused = send(csrfmiddlewaretoken=token)
    assert (refused.status_code, "my words" in refused.content.decode()) == (503, True)


def test_only_the_server_can_read_what_lies_on_this_machine(tmp_path: Path, settings: Settings) -> None:
    use(settings, "chat.media.storage.LocalMedia", location=tmp_path / "media")
    blob = uuid4()
    storage.put(blob, "main", b"hello")
    path = Path(storages["media"].path(storage.key_of(blob, "main")))
    assert [oct(each.stat().st_mode & 0o777) for each in (path, path.parent)] == ["0o600", "0o700"]
