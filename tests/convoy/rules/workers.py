"""What whoever runs it may rely on: when all have gone, the workers hold no more than before."""

from collections.abc import Iterator

from tests.convoy.case import Case, Violation

MORE_KIB = 48 * 1024
"""How much a worker's memory may have grown: pools, caches and the allocator's own ideas."""

MORE_THREADS = 16
MORE_FILES = 12
GROUPS_A_WORKER = 2
CONNECTIONS_A_WORKER = 10


def all_is_let_go(case: Case) -> Iterator[Violation]:
    """Memory, threads, files, connections and groups are back to where they were."""
    samples = {event["when"]: event for event in case.notes("sample")}
    warm, end = samples.get("warm"), samples.get("end")
    if warm is None or end is None:
        return
    events = [warm, end]
    count = len(warm["workers"])
    most = {what: max(worker[what] for worker in warm["workers"].values()) for what in ("rss", "threads", "files")}
    allowed = {"rss": MORE_KIB, "threads": MORE_THREADS, "files": MORE_FILES}
    for pid, worker in end["workers"].items():
        for what, more in allowed.items():
            if worker[what] > most[what] + more:
                text = f"Worker {pid} holds {worker[what]} {what} when all are gone, at most {most[what]} before."
                yield Violation("all_is_let_go", text, events)
    if end["groups"] > GROUPS_A_WORKER * count:
        text = f"{end['groups']} groups are joined though nobody is there: {end.get('names')}"
        yield Violation("all_is_let_go", text, events)
    if end["postgres"] > CONNECTIONS_A_WORKER * count:
        yield Violation("all_is_let_go", f"{end['postgres']} connections to PostgreSQL are open.", events)


def workers_end_when_told(case: Case) -> Iterator[Violation]:
    """In a rolling restart the old workers go, within a minute."""
    for event in case.notes("stuck"):
        yield Violation("workers_end_when_told", f"Old workers did not go: {event['pids']} (see server.log).", [event])


RULES = {"workers_end_when_told": workers_end_when_told, "all_is_let_go": all_is_let_go}
