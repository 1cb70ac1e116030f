"""`manage.py rebuild_threads`: see that each reply is in the thread of what it answers."""

from typing import Any

from accounts.commands import OperatorCommand
from chat import services
from chat.models import Message


class Command(OperatorCommand):
    help = "Put each reply in the thread of what it answers, where it is not yet; can be run at any time, again."
    examples = ("rebuild_threads", "rebuild_threads --json")

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        with self.progress("messages", Message.objects.count()) as advance:
            for progress in services.rebuild_threads():
                advance(progress.done - done)
                done = progress.done
        self.say(f"Looked at {progress.done:,} messages; {progress.mended:,} were put in their threads.")
        self.answer(messages=progress.done, mended=progress.mended)
