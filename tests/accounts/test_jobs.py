"""Enqueueing: what waits, under which key, and what becomes of what is left or long done."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import jobs
from accounts.jobs import GiveUp, find_tasks, upkeep
from accounts.models import AuditEntry, User
from tests.jobs import run_jobs, waiting_jobs

done: list[int] = []


@jobs.task(retries=2, first_wait=timedelta(seconds=8))
def note(number: int) -> None:
    if number < 0:
        raise ValueError("There are no such numbers.")
    done.append(number)


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_enqueued_if_and_when_its_transaction_commits() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        note.enqueue(1)
        raise RuntimeError
    assert waiting_jobs() == []
    with transaction.atomic():
        note.enqueue(number=2)
    assert waiting_jobs() == [("note", {"number": 2})]
    assert run_jobs() == 1
    assert done == [2]


@pytest.mark.django_db
def test_what_the_function_does_not_take_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        note.enqueue(nubmer=1)  # type: ignore[call-arg]
    assert waiting_jobs() == []
    note.call(7)
    assert done == [7]


@pytest.mark.django_db
def test_a_job_waits_for_its_time() -> None:
    note.using(run_after=timedelta(minutes=5)).enqueue(1)
    assert run_jobs() == 0
    assert run_jobs(early=True) == 1


@pytest.mark.django_db
def test_under_a_key_one_waits_until_it_is_begun() -> None:
    assert note.using(key="a").enqueue(1)
    assert note.using(key="a").enqueue(2) is None
    assert note.using(key="b").enqueue(3)
    run_jobs()
    assert done == [1, 3]
    assert note.using(key="a").enqueue(4)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_waits_for_two_is_not_begun_before_the_second_has_committed() -> None:
    """It would not see what the second has written, and nothing would make it look again."""
    note.using(key="a").enqueue(1)
    enqueued, commit = threading.Event(), threading.Event()

    def second() -> None:
        with transaction.atomic():
            assert note.using(key="a").enqueue(1) is None
            enqueued.set()
            assert commit.wait(30)
        connection.close()

    other = threading.Thread(target=second)
    other.start()
    assert enqueued.wait(30)
    assert run_jobs() == 0
    commit.set()
    other.join()
    assert run_jobs() == 1


def test_rests_grow_and_differ() -> None:
    rests = [note.wait_after(attempts).total_seconds() for attempts in range(12)]
    for attempts, rest in enumerate(rests):
        longest = min(8 * 2**attempts, 3600)
        assert longest / 2 <= rest <= longest
    assert len({note.wait_after(3) for _ in range(5)}) == 5


@pytest.mark.django_db
def test_jobs_of_a_dead_worker_are_done_again_but_not_for_ever() -> None:
    note.using(key="a").enqueue(1)
    for attempts in range(2):
        _take(heartbeat_ago=timedelta(seconds=31))
        note.using(key="a").enqueue(99)  # one that waits under the same key is not in the way
        assert upkeep.requeue_stalled() == 1
        assert _states()[0] == ("todo", attempts + 1)
        _forget_from_second()
    _take(heartbeat_ago=timedelta(seconds=31))
    assert upkeep.requeue_stalled() == 1
    assert _states() == [("failed", 3)]


@pytest.mark.django_db
def test_jobs_of_a_living_worker_are_left_to_it() -> None:
    assert jobs.worker_seen() is None
    note.enqueue(1)
    _take(heartbeat_ago=timedelta(seconds=20))
    assert upkeep.requeue_stalled() == 0
    seen = jobs.worker_seen()
    assert seen is not None
    assert timedelta(seconds=19) < timezone.now() - seen < timedelta(seconds=50)


@pytest.mark.django_db
def test_jobs_are_forgotten_when_they_are_long_done_and_later_when_they_failed() -> None:
    for number in (1, -1, 2):
        note.enqueue(number)
    with pytest.raises(ValueError, match="no such numbers"):
        run_jobs()
    run_jobs()
    note.enqueue(3)
    assert upkeep.forget_finished() == 0
    _age(timedelta(days=2))
    assert upkeep.forget_finished(at_once=1) == 1
    assert upkeep.forget_finished() == 1
    assert sorted(_states()) == [("failed", 1), ("todo", 0)]
    _age(timedelta(days=15))
    assert upkeep.forget_finished() == 1
    assert _states() == [("todo", 0)]


@pytest.mark.django_db
def test_of_what_is_done_every_few_seconds_little_is_kept() -> None:
    often, rarely = find_tasks()["chat.background.push_news"], find_tasks()["chat.background.collect_files"]
    assert (often.is_frequent, rarely.is_frequent) == (True, False)
    often.enqueue()
    rarely.enqueue()
    assert run_jobs() == 2
    assert upkeep.forget_finished() == 0
    _age(timedelta(minutes=11))
    assert upkeep.forget_finished() == 1
    assert _states() == [("succeeded", 1)]


@pytest.mark.django_db
def test_administrators_try_jobs_again_and_call_them_off(alice: User, client_for: Any) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client: Client = client_for(alice)
    failed = note.enqueue(-1)
    with pytest.raises(ValueError, match="no such numbers"):
        run_jobs()
    later = note.using(run_after=timedelta(days=1)).enqueue(5)
    page = client.get("/admin/procrastinate/procrastinatejob/").content.decode()
    assert "failed" in page
    assert "waits" in page
    assert "There are no such numbers" not in page
    assert client.get(f"/admin/procrastinate/procrastinatejob/{failed}/change/").status_code == 200
    _act(client, "try_again", failed, later)
    assert _states() == [("todo", 0), ("todo", 0)]
    _act(client, "call_off", failed)
    assert run_jobs() == 1
    assert done == [5]
    assert sorted(state for state, _ in _states()) == ["cancelled", "succeeded"]
    recorded = AuditEntry.objects.order_by("number").values_list("actor_id", "action", "target_id")
    assert list(recorded) == [
        (alice.pk, "job.tried_again", failed),
        (alice.pk, "job.tried_again", later),
        (alice.pk, "job.called_off", failed),
    ]
    assert client.get("/admin/procrastinate/procrastinateevent/").status_code == 404


def test_a_job_may_give_up() -> None:
    from accounts.jobs.performing import will_try_again

    assert will_try_again(note, ValueError(), 1)
    assert not will_try_again(note, ValueError(), 2)
    assert not will_try_again(note, GiveUp(), 0)


def _act(client: Client, action: str, *numbers: int | None) -> None:
    answer = client.post(
        "/admin/procrastinate/procrastinatejob/", {"action": action, "_selected_action": [str(n) for n in numbers]}
    )
    assert answer.status_code == 302


def _take(*, heartbeat_ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
            [timezone.now() - heartbeat_ago],
        )
        cursor.execute("SELECT procrastinate_fetch_job_v2(NULL, %s)", cursor.fetchone())


def _forget_from_second() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id > (SELECT min(id) FROM procrastinate_jobs)")


def _age(age: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = %s", [timezone.now() - age])


def _states() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())
