"""Management commands as tests run them: what they print, and what they answer to scripts."""

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command


def told(name: str, *words: str) -> str:
    """What a command says to people."""
    out = StringIO()
    call_command(name, *words, stdout=out)
    return out.getvalue()


def answered(name: str, *words: str) -> Any:
    """What a command answers to a script: one JSON object and nothing else, whether it succeeds or not."""
    out = StringIO()
    try:
        call_command(name, *words, "--json", stdout=out)
    except CommandError:
        assert json.loads(out.getvalue())["ok"] is False
    [line] = out.getvalue().splitlines()
    return json.loads(line)
