#!/usr/bin/env python
"""Parley's command line: `manage.py help` lists the commands, `make help` the usual ways to use them."""

import io
import os
import sys

from config.env import ConfigurationError, write_development_file


def main() -> None:
    """Run one management command; a wrong setting is a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a journal or a pipe hears of each step when it is done
    # Settings are read before any command runs, so the first `up` writes its secrets here.
    if sys.argv[1:2] == ["up"] and write_development_file():
        sys.stdout.write("  .env           written, with fresh secrets\n")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except ConfigurationError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Who read our words, such as `head`, has enough of them. What is left goes nowhere, also at our end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
