"""`manage.py rebuild_threads`: see that each reply is in the thread of what it answers."""

from chat import services
from chat.management.rebuilding import RebuildCommand


class Command(RebuildCommand):
    help = "Put each reply in the thread of what it answers, where it is not yet; can be run at any time, again."
    examples = ("rebuild_threads", "rebuild_threads --json")
    rebuild = services.rebuild_threads
    mended = "put in their threads"
