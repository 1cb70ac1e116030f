"""`manage.py rebuild_search`: make search know every message as it is."""

from typing import Any

from accounts.commands import OperatorCommand
from chat import services
from chat.models import Message


class Command(OperatorCommand):
    help = "Compare what search knows with all messages and put right what is otherwise; can be run at any time, again."
    examples = ("rebuild_search", "rebuild_search --json")

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        with self.progress("messages", Message.objects.count()) as advance:
            for progress in services.rebuild_search():
                advance(progress.done - done)
                done = progress.done
        self.say(f"Looked at {progress.done:,} messages; {progress.mended:,} were put right.")
        self.answer(messages=progress.done, mended=progress.mended)
