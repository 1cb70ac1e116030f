"""Asks the server on this machine whether it lives, for health checks in containers: `python -m config.alive`."""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 4


def main() -> int:
    """Answer 0 where it does, 1 where not, as shells understand it."""
    port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
    try:
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=SECONDS):
            return 0
    except (URLError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
