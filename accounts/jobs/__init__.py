"""Work for later: what a request starts, a job worker does (`manage.py worker`).

In the shape of Django 6's tasks, kept by procrastinate in our own PostgreSQL: to enqueue is to insert a row, so a job
commits or rolls back with the data it is about. Tasks live in `background.py` of each app:

    @task
    def send_greeting(user_id: int) -> None: ...

    send_greeting.enqueue(user_id=7)
    send_greeting.using(run_after=timedelta(minutes=2), key=str(7)).enqueue(user_id=7)

    @periodic("*/5 * * * *")
    def sweep() -> None: ...

A job is done **at least once**: a worker that is killed half-way leaves it to be done again. So tasks take ids, read
how things stand by then, and change nothing the second time.
"""

from accounts.jobs.tasks import GiveUp, Task, find_tasks, periodic, task, worker_seen

__all__ = ["GiveUp", "Task", "find_tasks", "periodic", "task", "worker_seen"]
