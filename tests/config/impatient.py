"""`manage.py serve`, with less patience for workers that do not leave: `python -m tests.config.impatient`."""

import sys

import django

from config.supervisor import Supervisor, listen, name_of

PATIENCE = 3.0


def main() -> None:
    django.setup()
    listener = listen("127.0.0.1:0")
    supervisor = Supervisor(listener, 1, patience=PATIENCE)
    supervisor.start()
    sys.stdout.write(f"Parley serves on {name_of(listener)} with 1 worker.\n")
    supervisor.run()


if __name__ == "__main__":
    main()
