"""Where pictures are decoded: a process beside each web worker, so that a picture can harm nothing but itself.

It is started when it is first needed, works on one picture at a time, with bounded memory and less right to the
processor than anybody who waits for a message, and is killed and started anew when a picture takes too long or crashes
it. Whoever wants a picture waits in a thread; who has gone meanwhile gives up their turn.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event, Lock, Timer
from typing import IO, Any

from chat.exceptions import ChatError
from chat.media import developing
from chat.media.developing import read_exactly, read_head, write_head

logger = logging.getLogger(__name__)

SECONDS = 20.0
"""How long one picture may take."""

sender_has_gone: ContextVar[Callable[[], bool]] = ContextVar("sender_has_gone", default=lambda: False)
"""Whether nobody waits any more for what this context does; web workers know."""

_DETAILS = {
    "broken_picture": "This picture cannot be read. It may be damaged; open it, save it again, and send that.",
    "too_many_pixels": (
        f"This picture has more than {developing.MOST_PIXELS // 1_000_000} million pixels. Make it smaller."
    ),
    "too_heavy": (
        "This picture takes too much memory to be opened. Make it smaller, or save it as a plain JPEG, and send that."
    ),
    "too_many_frames": f"This animation has more than {developing.MOST_FRAMES} frames. Send a shorter one, or a video.",
    "sender_gone": "The connection ended before this picture could be looked at. Send it once more.",
    "crop_outside": "The square that was chosen is not inside the picture. Choose it again.",
}


@dataclass(frozen=True, slots=True)
class Developed:
    """What became of a picture: ``told`` as `developing` says it, and the encoded parts by name."""

    told: Mapping[str, Any]
    parts: Mapping[str, bytes]


class Darkroom:
    """The way to the process of this worker."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def develop(self, file: IO[bytes], order: Mapping[str, Any], *, size: int) -> Developed:
        """Have one picture of ``size`` bytes made anew; waits for its turn and for the work.

        Raises ``ChatError`` for what is no picture that could be shown, and where nobody waits for it any more.
        """
        if size > developing.MOST_BYTES:
            raise _refusal("too_heavy")
        with self._lock:
            if sender_has_gone.get()():
                raise _refusal("sender_gone")
            for is_last in (False, True):  # it may have ended before, for a reason of its own
                file.seek(0)
                process = self._running()
                is_late = Event()
                late = Timer(self._seconds, _end_late, [process, is_late])
                late.start()
                try:
                    return self._ask(process, file, {**order, "size": size})
                except (EOFError, OSError, ValueError):
                    self._end()
                    logger.warning("A picture of %d bytes ended the darkroom; it is started anew.", size)
                    if is_late.is_set() or is_last:
                        break
                finally:
                    late.cancel()
        raise _refusal("broken_picture")

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _ask(self, process: subprocess.Popen[bytes], file: IO[bytes], order: Mapping[str, Any]) -> Developed:
        assert process.stdin is not None and process.stdout is not None
        write_head(process.stdin, dict(order))
        shutil.copyfileobj(file, process.stdin)
        process.stdin.flush()
        told = read_head(process.stdout)
        parts = {name: read_exactly(process.stdout, length) for name, length in told.pop("parts")}
        if code := told.get("refused"):
            raise _refusal(code)
        return Developed(told, parts)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            # -I: nothing from where it was started, and no environment, which has the secrets of the site.
            self._process = subprocess.Popen(
                [sys.executable, "-I", developing.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"MALLOC_ARENA_MAX": "1"},
                cwd="/",
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _end_late(process: subprocess.Popen[bytes], is_late: Event) -> None:
    is_late.set()
    process.kill()


darkroom = Darkroom()
"""That of this worker."""

atexit.register(darkroom.close)


def _refusal(code: str) -> ChatError:
    return ChatError(code, _DETAILS.get(code, _DETAILS["broken_picture"]), status=422)
