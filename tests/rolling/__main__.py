"""`make rolling`: nginx, three servers, PostgreSQL and Valkey; a migration and a roll of all servers under load.

Fails if one message was refused or lost. Needs nginx (`apt install nginx`).
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from config.env import ROOT
from tests.rolling.stage import Stage

CALM_SECONDS = 5
MOST_SECONDS = 3600
SERVERS = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="make rolling", description=__doc__)
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--rate", type=float, default=20, help="messages a second")
    parser.add_argument("--rounds", type=int, default=1, help="how often all servers are replaced")
    options = parser.parse_args()
    if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") is None:
        sys.stderr.write("nginx is not installed: apt install nginx\n")
        return 2
    with Stage(SERVERS) as stage:
        say(f"{SERVERS} servers are ready behind nginx at {stage.url}.")
        load = start_load(stage, options)
        roll(stage, options.rounds)
        time.sleep(CALM_SECONDS)
        load.send_signal(signal.SIGINT)
        out, problems = load.communicate()
        if not out.strip():
            sys.stderr.write(problems)
            return 1
        report(json.loads(out))
        return load.returncode


def start_load(stage: Stage, options: argparse.Namespace) -> subprocess.Popen[str]:
    """Let the product's own load test begin, and wait until everybody is connected."""
    words = [
        *("loadtest", "--json", "--url", stage.url, "--users", str(options.users)),
        *("--rate", str(options.rate), "--seconds", str(MOST_SECONDS)),
    ]
    load = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *words],
        cwd=ROOT, env=stage.environment(settings="config.settings"), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: said_so_far(stage) > options.rate or load.poll() is not None)
    say("People talk.")
    return load


def roll(stage: Stage, rounds: int) -> None:
    time.sleep(CALM_SECONDS)
    seconds = timed(lambda: stage.manage("migrate", "--noinput", "-v0"))
    say(f"The migration took {seconds:.1f} s, with the old version at work.")
    for _ in range(rounds):
        for number, port in enumerate(stage.ports, start=1):
            say(f"Server {number} drained and was replaced in {stage.roll(port):.1f} s.")


def said_so_far(stage: Stage) -> int:
    import psycopg

    with psycopg.connect(stage.services.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM chat_message WHERE kind = 'text'").fetchone()
    return int(row[0]) if row else 0


def wait_for(reached: Callable[[], bool], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.2)


def timed(work: Callable[[], object]) -> float:
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def report(result: dict[str, Any]) -> None:
    failed = sum(result["failed"].values())
    said, acknowledged, lost = result["sent"], result["acknowledged"], result["lost"]
    say(f"{said:,} messages said, {acknowledged:,} acknowledged, {failed} failed, {lost} lost.")
    moved, again = result["reconnects"], result["said_again"]
    say(f"{moved} times a socket moved to another server; {again} messages were said again.")
    for name, key in (("Acknowledged", "ack_ms"), ("Delivered", "delivery_ms")):
        say(f"{name}: " + ", ".join(f"{share} within {value:,.0f} ms" for share, value in result[key].items()) + ".")


def say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
