"""What came in: counted on every socket, timed on some."""

from __future__ import annotations

from time import monotonic as clock

from config.loadtest.wire import Listener
from tests.bench.dialects import Dialect
from tests.bench.pace import stamped_at


class Tally:
    """Frames that all sockets of one server got, and how long the timed ones took, in seconds."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.ready = 0
        self.reset()

    def reset(self) -> None:
        """Begin a new round."""
        self.messages = 0
        self.replies = 0
        self.refusals: list[bytes] = []
        self.message_seconds: list[float] = []
        self.reply_seconds: list[float] = []

    def ear(self, *, timed: bool) -> Listener:
        """A listener for one socket; one that is not timed only counts."""
        dialect = self._dialect
        message, reply, body = dialect.message, dialect.reply, dialect.body

        def hear(data: bytes, start: int, end: int) -> None:
            if data.startswith(message, start):
                self.messages += 1
                if timed and (due := stamped_at(data, body, start, end)):
                    self.message_seconds.append(clock() - due)
            elif data.startswith(reply, start):
                self.replies += 1
                if timed and (due := stamped_at(data, body, start, end)):
                    self.reply_seconds.append(clock() - due)
            elif data.startswith(b'{"type":"ready"', start):
                self.ready += 1
            elif data.startswith(b'{"type":"error"', start):
                self.refusals.append(data[start:end])

        return hear
