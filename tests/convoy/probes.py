"""What the workers and services hold at one moment: memory, threads, files, connections, groups."""

from pathlib import Path
from typing import Any

import psycopg
import redis


def worker(pid: int) -> dict[str, int]:
    """One worker: resident memory in KiB, threads, open files."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "rss": int(status["VmRSS"].split()[0]),
        "threads": int(status["Threads"]),
        "files": len(list(Path(f"/proc/{pid}/fd").iterdir())),
    }


def sample(pids: list[int], *, valkey: str, database: str) -> dict[str, Any]:
    """All of them. Groups are the channels that somebody subscribes to at Valkey."""
    with redis.Redis.from_url(valkey, socket_timeout=3) as client:
        groups = sorted(name.decode(errors="replace") for name in client.pubsub_channels())
        clients = client.client_list()
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return {
        "workers": {pid: worker(pid) for pid in pids},
        "groups": len(groups),
        "names": groups[:20],
        "redis": len(clients),
        "postgres": row[0] if row else 0,
    }
