"""The outbox in front of a socket, both kinds of it: bounded, in order, and honest when it is full."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from chat.frames import Burst, Frame
from chat.outbox import BYTES, FRAMES, Outbox, QueuedOutbox, WireOutbox
from chat.protocol import Close
from tests.chat.sockets import texts_in


class Network:
    """A network that takes frames only while it is open, below either kind of outbox."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: int | None = None
        self.flowing = asyncio.Event()
        self._buffer: list[bytes] = []

    async def send(self, text: str) -> None:
        await self.flowing.wait()
        self.sent.append(text)

    async def close(self, code: int) -> None:
        self.closed = code

    def write(self, data: bytes) -> int:
        self._buffer.append(data)
        return self.waiting()

    def waiting(self) -> int:
        self._flow()
        return sum(map(len, self._buffer))

    def _flow(self) -> None:
        if self.flowing.is_set():
            self.sent += [text for data in self._buffer for text in texts_in(data)]
            self._buffer.clear()

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not ready():
                self._flow()
                await asyncio.sleep(0.005)


@pytest.fixture
async def network() -> Network:
    return Network()


@pytest.fixture(params=["queued", "wire"])
async def outbox(request: pytest.FixtureRequest, network: Network) -> Outbox:
    if request.param == "wire":
        return WireOutbox(network, network.close)
    return QueuedOutbox(network.send, network.close)


async def test_nothing_is_written_before_the_first_frame(outbox: Outbox, network: Network) -> None:
    network.flowing.set()
    outbox.push(Frame("an event meanwhile"))
    outbox.push_burst(Burst([Frame("two"), Frame("at once")]))
    await asyncio.sleep(0.02)
    assert network.sent == []
    outbox.open(Frame("ready"))
    outbox.push_burst(Burst([Frame("two"), Frame("more")]))
    expected = ["ready", "an event meanwhile", "two", "at once", "two", "more"]
    await network.until(lambda: network.sent == expected)


async def test_a_client_that_falls_behind_loses_signals_first_and_then_the_socket(
    outbox: Outbox, network: Network
) -> None:
    outbox.open(Frame("ready"))
    large = "x" * 1000
    numbers = count()
    for _ in range(BYTES // 1000):
        outbox.push(Frame(f"{next(numbers)} {large}"))
        outbox.push(Frame("typing"), shed=True)
    for _ in range(100):
        outbox.push(Frame(f"{next(numbers)} {large}"))
    await network.until(lambda: network.closed == Close.BEHIND)
    network.flowing.set()
    outbox.push(Frame("too late"))
    network.waiting()
    assert network.sent.count("typing") <= BYTES // 2000 + 1
    assert "too late" not in network.sent


async def test_bursts_close_a_socket_that_falls_behind_as_well(outbox: Outbox, network: Network) -> None:
    outbox.open(Frame("ready"))
    burst = Burst([Frame("x" * 10_000), Frame("y" * 10_000)])
    for _ in range(BYTES // 20_000 + 2):
        outbox.push_burst(burst)
    await network.until(lambda: network.closed == Close.BEHIND)


async def test_a_long_answer_waits_for_the_client_instead_of_closing_it(outbox: Outbox, network: Network) -> None:
    outbox.open(Frame("ready"))
    texts = [f"{number} {'x' * 4000}" for number in range(FRAMES * 3)]

    async def answer() -> None:
        for text in texts:
            await outbox.push_slowly(Frame(text))

    task = asyncio.create_task(answer())
    await asyncio.sleep(0.02)
    assert not task.done()
    network.flowing.set()
    await task
    await network.until(lambda: len(network.sent) == len(texts) + 1)
    assert network.sent == ["ready", *texts]
    assert network.closed is None


async def test_a_socket_that_is_gone_is_not_written_to(outbox: Outbox, network: Network) -> None:
    network.flowing.set()
    outbox.open(Frame("ready"))
    await network.until(lambda: network.sent == ["ready"])
    outbox.stop()
    outbox.push(Frame("too late"))
    outbox.push_burst(Burst([Frame("much"), Frame("too late")]))
    outbox.close(Close.BEHIND)
    await asyncio.sleep(0.02)
    assert network.sent == ["ready"]
    assert network.closed is None


async def test_queued_frames_are_bounded_in_number_too(network: Network) -> None:
    outbox = QueuedOutbox(network.send, network.close)
    outbox.open(Frame("ready"))
    for number in range(FRAMES + 2):
        outbox.push(Frame(str(number)))
    network.flowing.set()
    await network.until(lambda: network.closed == Close.BEHIND)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_framed_as_the_standard_has_it(size: int) -> None:
    assert [*texts_in(Frame("é" + "x" * size).wire)] == ["é" + "x" * size]
