"""What the demo's people sent besides words, and how they look: taken in like the files of anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from django.core.files.base import ContentFile

from accounts.models import User
from chat.demo.drawings import faces, places, things
from chat.demo.script import Enclosed, Line, Talk
from chat.exceptions import ChatError
from chat.models import Attachment
from chat.services.faces import store_face
from chat.services.uploads import Recording, upload

logger = logging.getLogger(__name__)

ORGAN = Path(__file__).with_name("organ.webm")
"""Six notes, recorded by a browser, like all voices."""

PLAYED = Recording(
    duration=5.5,
    waveform=(
        *(0, 211, 214, 150, 86, 49, 30, 228, 236, 175, 101, 58, 33, 156, 255, 203, 117, 68, 35, 61, 246, 233, 120, 64),
        *(39, 23, 237, 224, 132, 70, 43, 25, 230, 244, 193, 132, 111, 92, 68, 54, 40, 34, 24, 20, 15, 12, 10, 7),
    ),
)
VOICES = {"organ.webm": PLAYED}

DRAWN: dict[str, Callable[[], bytes]] = {
    "harbour-at-dawn.jpg": partial(places.harbour, places.DAWN),
    "harbour-at-dusk.jpg": partial(places.harbour, places.DUSK),
    "spring-tide-porto.jpg": places.bridge,
    "scarf.jpg": things.scarf,
    "state-machine.png": things.whiteboard,
    "porto-on-paper.jpg": things.timetable,
    "tides-porto.pdf": things.timetable_pdf,
    "organ.webm": ORGAN.read_bytes,
    "tide.png": faces.tide,
}
"""What the conversations name, by what it is called there."""


def take_in(talks: Sequence[Talk], users: dict[str, User]) -> bool:
    """Store portraits of some people, the pictures of rooms, and what goes with messages; False where that fails."""
    try:
        for key in faces.LOOKS:
            users[key].avatar = _face(faces.portrait(key))
        for talk in talks:
            talk.face = _face(DRAWN[talk.picture]()) if talk.picture else None
        for line in _with_files(talks):
            line.attached = [_stored(users[line.author], each) for each in line.files]
    except ChatError as error:
        logger.warning("A file of the demo was not taken: %s", error)
        return False
    finally:
        User.objects.bulk_update(users.values(), ["avatar"])
    return True


def put_into_words(talks: Sequence[Talk]) -> None:
    """Let messages that would be empty say what was to be seen."""
    for line in _with_files(talks):
        if not (line.attached or line.text):
            line.text = "\n".join(each.alt for each in line.files)


def _with_files(talks: Sequence[Talk]) -> Iterator[Line]:
    return (line for talk in talks for line in talk.lines if line.files)


def _face(picture: bytes) -> UUID:
    return store_face(ContentFile(picture))


def _stored(owner: User, enclosed: Enclosed) -> Attachment:
    name, alt = enclosed
    return upload(owner=owner, file=ContentFile(DRAWN[name]()), name=name, alt=alt, voice=VOICES.get(name))
