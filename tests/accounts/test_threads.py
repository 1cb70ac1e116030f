"""The database threads: what they were given is done before anybody empties the tables under it."""

import asyncio
import threading
import time

import pytest
from django.db import connection, transaction

from accounts.threads import in_thread
from tests.threads import wait_for_threads

DELAY = 0.2
SECONDS = 30


async def test_who_waits_for_the_threads_finds_the_work_of_a_cancelled_task_done() -> None:
    begun, done = threading.Event(), threading.Event()

    @in_thread
    def work() -> None:
        begun.set()
        time.sleep(DELAY)
        done.set()

    task = asyncio.create_task(work())
    await asyncio.to_thread(begun.wait, SECONDS)
    task.cancel()
    await asyncio.to_thread(wait_for_threads, seconds=SECONDS)
    assert done.is_set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(2))
async def test_what_a_test_leaves_running_is_over_before_the_tables_are_emptied(again: int) -> None:
    begun, end = threading.Event(), threading.Event()

    @in_thread
    def read_against_the_order_of_a_flush() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM chat_message")
            begun.set()
            end.wait(SECONDS)
            cursor.execute("SELECT count(*) FROM accounts_user")
            cursor.execute("SELECT count(*) FROM chat_membership")

    task = asyncio.create_task(read_against_the_order_of_a_flush())
    await asyncio.to_thread(begun.wait, SECONDS)
    assert not task.done()
    threading.Timer(DELAY, end.set).start()  # when this test is over, and its tables are to be emptied
