"""Photos are uploaded: how long until one is ready for others, what that does to those who talk, and to memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from io import BytesIO

from django.conf import settings
from PIL import Image, ImageOps

from accounts.threads import in_thread
from tests.bench.bench import Bench
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.http import Http, request
from tests.bench.meter import memory_of
from tests.bench.people import Person, direct_rooms, people
from tests.bench.servers import Server
from tests.bench.workloads.pages import CSRF
from tests.bench.workloads.pairs import PAIRS, Couples, Step

SIDES = (4000, 3000)
"""12 megapixels."""

LARGEST, QUALITY = 2560, 80
RATE = 300
SECONDS = 6.0
UPLOADERS = 4
AT_ONCE, QUICK_AT_ONCE = 100, 20
AT_MOST_SECONDS = 300
LOOK_SECONDS = 0.05
MEGABYTE = 1024 * 1024


async def run(bench: Bench) -> Result:
    everybody = await in_thread(people)(2 * PAIRS + UPLOADERS)
    talking, uploading = everybody[: 2 * PAIRS], everybody[2 * PAIRS :]
    pairs = list(zip(talking[::2], talking[1::2], strict=True))
    rooms = await in_thread(direct_rooms)(pairs)
    photo = await asyncio.to_thread(make_photo)
    ready, bare, calm, beside = [], [], [], []
    with bench.stage.parley() as parley:
        idle = memory_of(parley.pid)
        couples = Couples(bench, parley, PARLEY, seconds=SECONDS)
        await couples.connect(pairs, rooms)
        await couples.step(RATE)
        await _upload(parley, uploading[0], photo)  # which starts the decoder
        for label in bench.rounds("media", most=5, seconds=90):
            bench.say(f"{label}, one photo")
            ready.append(await _upload(parley, uploading[0], photo))
            bare.append(await asyncio.to_thread(_bare, photo))
            bench.say(f"{label}, calm")
            calm.append(await couples.step(RATE))
            bench.say(f"{label}, {len(uploading)} upload without a pause")
            beside.append(await _beside(couples, parley, uploading, photo))
        couples.leave()
        at_once = QUICK_AT_ONCE if bench.quick else AT_ONCE
        bench.say(f"{at_once} uploads at once")
        most = await _most_memory(parley, uploading, photo, at_once)
    return _result(ready, bare, calm, beside, at_once, (most - idle) / MEGABYTE)


def make_photo() -> bytes:
    """Something with as many details as a photo has, in some 3 MB."""
    noise = Image.effect_noise((SIDES[0] // 8, SIDES[1] // 8), 60).resize(SIDES)
    slope = Image.linear_gradient("L").resize(SIDES)
    out = BytesIO()
    Image.merge("RGB", (noise, slope, noise)).save(out, "JPEG", quality=90)
    return out.getvalue()


def _bare(photo: bytes) -> float:
    """How long Pillow takes to decode it, make it smaller and encode it, and nothing else."""
    begin = time.perf_counter()
    image = Image.open(BytesIO(photo))
    ImageOps.exif_transpose(image, in_place=True)
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    image.save(BytesIO(), "WEBP", quality=QUALITY)
    return time.perf_counter() - begin


async def _upload(server: Server, person: Person, photo: bytes) -> float:
    """How long it takes until the photo is ready, as its sender sees it."""
    boundary = "bench"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    headers = {
        "Cookie": f"{person.cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        "X-CSRFToken": CSRF,
        "Origin": f"http://127.0.0.1:{server.port}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    body = head.encode() + photo + f"\r\n--{boundary}--\r\n".encode()
    asked = request("POST", "/api/uploads/", port=server.port, headers=headers, body=body)
    http = await Http.connect(server.port)
    begin = time.perf_counter()
    answer = await http.ask(asked)
    http.hang_up()
    assert answer.status == 201, answer.head + answer.body
    return time.perf_counter() - begin


async def _beside(couples: Couples, server: Server, uploading: Sequence[Person], photo: bytes) -> Step:
    enough = asyncio.Event()

    async def go_on(person: Person) -> None:
        while not enough.is_set():
            await _upload(server, person, photo)

    async with asyncio.TaskGroup() as uploads:
        for person in uploading:
            uploads.create_task(go_on(person))
        step = await couples.step(RATE)
        enough.set()  # and what is on its way is waited for, so that the next round begins with nothing to do
    return step


async def _most_memory(server: Server, people: Sequence[Person], photo: bytes, count: int) -> int:
    """The most that the server and all its children held while so many were uploaded at once."""
    most = 0
    async with asyncio.timeout(AT_MOST_SECONDS), asyncio.TaskGroup() as group:
        uploads = [group.create_task(_upload(server, people[number % len(people)], photo)) for number in range(count)]
        while not all(upload.done() for upload in uploads):
            most = max(most, memory_of(server.pid))
            await asyncio.sleep(LOOK_SECONDS)
    return most


def _result(
    ready: Sequence[float],
    bare: Sequence[float],
    calm: Sequence[Step],
    beside: Sequence[Step],
    at_once: int,
    megabytes: float,
) -> Result:
    result = Result("media", f"photos of 12 megapixels, beside {RATE} messages/s; {at_once} at once")
    ratios = [ours / theirs for ours, theirs in zip(ready, bare, strict=True)]
    result.add("a photo, ready for others", "× bare Pillow", ratios, Bar("<=", 1.5))
    chats = [step.reply.p99 / quiet.reply.p99 for quiet, step in zip(calm, beside, strict=True)]
    result.add(f"p99 of an ack, beside {UPLOADERS} uploads without a pause", "×", chats, Bar("<=", 2))
    result.add(f"memory for {at_once} uploads at once, above idle", "MiB", [megabytes], Bar("<=", 300))
    result.add("a photo, ready for others", "ms", [seconds * 1000 for seconds in ready])
    result.add("p99 of an ack, calm", "ms", [step.reply.p99 for step in calm])
    return result
