"""`manage.py rebuild_search`: make search know every message as it is."""

from chat import services
from chat.management.rebuilding import RebuildCommand


class Command(RebuildCommand):
    help = "Compare what search knows with all messages and put right what is otherwise; can be run at any time, again."
    examples = ("rebuild_search", "rebuild_search --json")
    rebuild = services.rebuild_search
    mended = "put right"
