"""Files go when they should, from the storage too, and not before; and what cannot be deleted now is deleted later."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from chat import background, services
from chat.models import Attachment, Message, Room
from chat.services.removal import StillThereError
from tests.chat.media import samples
from tests.chat.media.sending import sent, uploaded
from tests.factories import direct_room
from tests.jobs import forget_jobs, run_jobs, waiting_jobs

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def _no_jobs(db: None) -> Iterator[None]:
    forget_jobs()
    yield
    forget_jobs()


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


def files_of(upload: dict[str, Any]) -> list[str]:
    """What is in the storage of it."""
    blob = Attachment.objects.get(pk=upload["id"]).blob.hex
    return sorted(path.name for path in Path(storages["media"].path(f"{blob[:2]}/{blob}")).glob("*"))


def long_ago(message_id: int) -> None:
    """Let a message have been deleted a while ago."""
    Message.objects.filter(pk=message_id).update(deleted_at=timezone.now() - timedelta(minutes=1))


def test_the_files_of_a_deleted_message_are_deleted_once_that_cannot_be_undone(
    room: Room, alice: User, api_for: ApiFor
) -> None:
    upload = uploaded(api_for(alice), samples.picture(400, 400), "sea.png")
    message = sent(api_for(alice), room, upload)
    directory = Path(storages["media"].path("x")).parent
    blob = Attachment.objects.get().blob.hex
    assert files_of(upload) == ["320", "main"]
    services.delete_message(actor=alice, message_id=message["id"])
    services.restore_message(actor=alice, message_id=message["id"])
    run_jobs(early=True)
    assert files_of(upload) == ["320", "main"]
    services.delete_message(actor=alice, message_id=message["id"])
    assert waiting_jobs() == [("remove_files", {"message_id": message["id"]})]
    run_jobs()
    assert files_of(upload) == ["320", "main"]
    long_ago(message["id"])
    run_jobs(early=True)
    assert not Attachment.objects.exists()
    assert not (directory / blob[:2] / blob).exists()


def test_a_job_that_comes_too_early_comes_again(room: Room, alice: User, api_for: ApiFor) -> None:
    message = sent(api_for(alice), room, uploaded(api_for(alice), samples.TEXT))
    services.delete_message(actor=alice, message_id=message["id"])
    forget_jobs()
    background.remove_files.enqueue(message_id=message["id"])
    run_jobs()
    assert waiting_jobs() == [("remove_files", {"message_id": message["id"]})]
    assert Attachment.objects.count() == 1


def test_what_was_forwarded_keeps_the_bytes_until_it_is_gone_too(
    room: Room, alice: User, bob: User, eve: User, api_for: ApiFor
) -> None:
    first = sent(api_for(alice), room, uploaded(api_for(alice), samples.TEXT))
    copy = services.forward_message(
        author=bob, message_id=first["id"], room_id=direct_room(bob, eve).pk, client_id=uuid4()
    )
    [shown] = copy.attached or []
    services.delete_message(actor=alice, message_id=first["id"])
    long_ago(first["id"])
    run_jobs(early=True)
    assert [str(each.pk) for each in Attachment.objects.all()] == [shown["id"]]
    assert files_of(shown) == ["main"]
    blob = Attachment.objects.get().blob.hex
    services.delete_message(actor=bob, message_id=copy.pk)
    long_ago(copy.pk)
    run_jobs(early=True)
    assert not Path(storages["media"].path(f"{blob[:2]}/{blob}")).exists()


def test_a_storage_that_is_down_is_asked_again(
    room: Room, alice: User, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploaded(api_for(alice), samples.TEXT)
    message = sent(api_for(alice), room, upload)
    services.delete_message(actor=alice, message_id=message["id"])
    long_ago(message["id"])

    def fail(name: str) -> None:
        raise OSError("The disk is away.")

    with monkeypatch.context() as patch:
        patch.setattr(storages["media"], "delete", fail)
        with pytest.raises(StillThereError):
            run_jobs(early=True)
    assert files_of(upload) == ["main"]
    background.collect_files.call()
    assert not Attachment.objects.exists()


def test_an_upload_that_is_never_sent_is_collected_after_a_day(room: Room, alice: User, api_for: ApiFor) -> None:
    old, new, used = (uploaded(api_for(alice), samples.TEXT) for _ in range(3))
    sent(api_for(alice), room, used)
    yesterday = timezone.now() - timedelta(hours=25)
    Attachment.objects.exclude(pk=new["id"]).update(created_at=yesterday)
    Attachment.objects.create(owner=alice, kind="file", name="died on its way", size=1, created_at=yesterday)
    blob = Attachment.objects.get(pk=old["id"]).blob.hex
    background.collect_files.call()
    assert {str(each.pk) for each in Attachment.objects.all()} == {new["id"], used["id"]}
    assert not Path(storages["media"].path(f"{blob[:2]}/{blob}")).exists()
    Message.objects.all().delete()  # as `manage.py purge` does
    background.collect_files.call()
    assert [str(each.pk) for each in Attachment.objects.all()] == [new["id"]]
