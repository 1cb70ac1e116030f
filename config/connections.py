"""How many connections to PostgreSQL the workers of this machine may open."""

from django.conf import settings

FOR_THE_QUEUE = 5
"""Those by which a job worker looks after the queue, beside those of its jobs."""


def of_jobs() -> int:
    """By all job workers."""
    jobs: int = settings.JOB_WORKERS * (settings.JOB_CONCURRENCY + FOR_THE_QUEUE)
    return jobs


def of_all() -> int:
    """By all of them: web workers have a pool each."""
    return of_jobs() + settings.DATABASE_POOL_SIZE * settings.WEB_WORKERS
