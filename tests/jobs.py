"""Jobs in tests: what waits is done here and now, by this process, from the real queue."""

import json
from typing import Any

from django.db import connection
from procrastinate.jobs import Job

from accounts.jobs import Task, find_tasks
from accounts.jobs.performing import perform

_DUE_NOW = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND scheduled_at IS NOT NULL"
_TAKE = "SELECT * FROM procrastinate_fetch_job_v2(NULL, NULL) WHERE id IS NOT NULL"
_FINISH = "SELECT procrastinate_finish_job_v1(%s, %s, false)"
_WAITING = "SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"


def run_jobs(*, early: bool = False) -> int:
    """Do all jobs that wait, and those that they make; answers how many. Raises what a job raises.

    Parameters: `early`, also those whose time has not come.
    """
    tasks = find_tasks()
    done = 0
    while True:
        if early:
            _execute(_DUE_NOW)
        rows = _execute(_TAKE)
        if not rows:
            return done
        _do(tasks, rows[0])
        done += 1


def waiting_jobs() -> list[tuple[str, dict[str, Any]]]:
    """What waits: names without their modules, and arguments."""
    return [(row["task_name"].rpartition(".")[2], row["args"]) for row in _execute(_WAITING)]


def forget_jobs() -> None:
    """Empty the queue. Its tables are not our models', so nobody else does it between tests."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("DELETE FROM procrastinate_workers")


def _do(tasks: dict[str, Task[Any, Any]], row: dict[str, Any]) -> None:
    job = Job.from_row(row)
    try:
        perform(tasks[job.task_name], job)
    except Exception:
        _execute(_FINISH, job.id, "failed")
        raise
    _execute(_FINISH, job.id, "succeeded")


def _execute(statement: str, *values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if "args" in row:
            row["args"] = json.loads(row["args"])  # Django leaves it as it comes
    return rows
