"""A virus scanner sees every file before it is kept; what it finds, and what it could not see, is not taken."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat.media import scanning
from chat.models import Attachment
from config import probes
from config.probes import State
from tests.chat.media import samples
from tests.chat.media.clamd import EICAR, clamd
from tests.chat.media.sending import post_file

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Any]:
    with clamd(tmp_path / "clamd.ctl" if request.param == "unix" else None) as scanner:
        settings.CLAMD_ADDRESS = scanner.address
        yield scanner


def test_what_it_finds_is_refused_and_nothing_of_it_is_stored(scanner: Any, alice: User, api_for: ApiFor) -> None:
    api, before = api_for(alice), set(Path(storages["media"].path("")).rglob("*"))
    for name, content in {
        "virus.txt": EICAR,
        "late.txt": b"x" * 100_000 + EICAR,
        "sea.png": samples.picture() + EICAR,
    }.items():
        answer = post_file(api, content, name)
        assert (answer.status_code, answer.json()["code"]) == (422, "infected_file")
        assert answer.json()["detail"].endswith("It cannot be sent.")
    face = api.put(
        "/api/users/me/avatar/", {"file": SimpleUploadedFile("me.png", samples.picture() + EICAR)}, "multipart"
    )
    assert (face.status_code, face.json()["code"]) == (422, "infected_file")
    large = post_file(api, samples.TEXT * 20_000, "large.txt")
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert not Attachment.objects.exists()
    assert set(Path(storages["media"].path("")).rglob("*")) == before
    assert post_file(api, samples.TEXT * 5_000, "notes.txt").status_code == 201
    assert scanner.seen[-1] == len(samples.TEXT) * 5_000


@pytest.mark.parametrize("mood", ["failing", "mute", "slow", "away"])
def test_what_it_has_not_seen_is_refused_for_now(
    mood: str, alice: User, api_for: ApiFor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3 if mood == "slow" else 30.0)
    with clamd() as scanner:
        settings.CLAMD_ADDRESS = scanner.address
        scanner.mood = mood
        if mood == "away":
            settings.CLAMD_ADDRESS = "tcp://127.0.0.1:1"
        answer = post_file(api_for(alice), samples.TEXT, "notes.txt")
        if mood != "failing":
            assert [finding.state for finding in probes.ask("scanner")] == [State.WRONG]
    assert (answer.status_code, answer.json()["code"]) == (503, "scanner_unavailable")
    assert "Your text is kept" in answer.json()["detail"] and answer.headers["Retry-After"]
    assert not Attachment.objects.exists()


def test_the_doctor_asks_it_where_there_is_one(scanner: Any, settings: Settings) -> None:
    [finding] = probes.ask("scanner")
    assert (finding.state, "ClamAV 1.4.2" in finding.sentence) == (State.FINE, True)
    settings.CLAMD_ADDRESS = ""
    assert probes.ask("scanner") == []
