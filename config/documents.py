"""`.env.example` and `docs/configuration.md`, made from the registry of variables."""

from itertools import groupby
from textwrap import fill

from config.variables import VARIABLES, Variable

HEAD = """\
# Configuration

Parley is configured by environment variables; a file `.env` beside `manage.py` is read first, and the real
environment wins over it. Without `DEBUG` Parley refuses to start while a required variable is missing, and says
all that is missing in one message. `manage.py config` shows the values in use.

`ENV_FILE` names another file than `.env`, or none if it is empty.

This page is made by `manage.py config --write`.
"""


def env_example() -> str:
    """Return a `.env` in which every line is a comment: the defaults, ready to be changed."""
    parts = ["# Copy to .env and remove the `#` of what you set. Made by `manage.py config --write`."]
    for group, variables in _groups():
        parts.append(f"\n# {group}")
        for variable in variables:
            parts.append("\n" + fill(variable.help, 100, initial_indent="# ", subsequent_indent="# "))
            parts.append(f"#{variable.name}={_text(variable.default)}")
    return "\n".join(parts) + "\n"


def markdown() -> str:
    """Return the page that explains each variable."""
    parts = [HEAD]
    for group, variables in _groups():
        parts.append(f"## {group}\n\n| variable | type | default | what it does |\n|---|---|---|---|")
        parts.extend(_row(variable) for variable in variables)
        parts.append("")
    return "\n".join(parts)


def _row(variable: Variable) -> str:
    kind = " or ".join(f"`{choice}`" for choice in variable.one_of) or variable.kind
    default = f"`{_text(variable.default)}`" if variable.default not in ("", []) else "none"
    notes = [
        *(["**Required** outside DEBUG."] if variable.required else []),
        *(["Secret."] if variable.secret else []),
    ]
    return f"| `{variable.name}` | {kind} | {default} | {' '.join([variable.help, *notes])} |"


def _groups() -> list[tuple[str, list[Variable]]]:
    return [(name, list(group)) for name, group in groupby(VARIABLES, key=lambda variable: variable.group)]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
