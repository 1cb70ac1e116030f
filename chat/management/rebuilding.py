"""What commands have in common that go through all messages and put right what is otherwise than it should be."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from accounts.commands import OperatorCommand
from chat.models import Message
from chat.services.searching import Progress


class RebuildCommand(OperatorCommand):
    """``rebuild`` does the work, a part at a time; ``mended`` says what became of the messages that it changed."""

    rebuild: ClassVar[Callable[[], Iterator[Progress]]]
    mended: ClassVar[str]

    def handle(self, *args: Any, **options: Any) -> None:
        done = Progress(0, 0)
        with self.progress("messages", Message.objects.count()) as advance:
            for progress in type(self).rebuild():
                advance(progress.done - done.done)
                done = progress
        self.say(f"Looked at {done.done:,} messages; {done.mended:,} were {self.mended}.")
        self.answer(messages=done.done, mended=done.mended)
