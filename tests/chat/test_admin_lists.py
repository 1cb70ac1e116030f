"""Lists of the admin and of people, however long: each page, filter and search of them reads few rows, by an index."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg import ClientCursor

from accounts.models import User
from tests.chat.crowd import MANY, fill
from tests.factories import superuser

pytestmark = pytest.mark.django_db

COUNTED = 100
"""In place of thousands: what the lists stop at, so that tables of a few thousand rows are long ones."""

MOST_READ = MANY // 2
QUERIES = 19
"""Of one page: who asks and what they may (4); how much waits (2); the filters, the rows, and their number."""

SEARCHES = ("common", "rara", "10.0.0.1")
CHOICES = 4
"""Of one filter: the others go the same way."""

SHORT = {"procrastinate", "auth"}
"""What is long for a few days at most, or never: there a filter may read all of it."""


class Reading:
    """Explains every statement, and keeps how many rows of tables it reads."""

    def __init__(self) -> None:
        self.statements: list[tuple[int, str]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT"):
            text = ClientCursor(connection.connection).mogrify(sql, params)
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}")
                [(plan,)] = cursor.fetchall()
            self.statements.append((_read_by(plan[0]["Plan"]), text))
        return execute(sql, params, many, context)


def _read_by(plan: dict[str, Any]) -> int:
    """Rows that scans of tables touch, whether they are wanted or not."""
    below = sum(map(_read_by, plan.get("Plans", [])))
    if "Relation Name" not in plan:
        return below
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return below + int(sum(plan.get(name, 0) for name in names) * plan["Actual Loops"])


@pytest.fixture
def office(client_for: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("accounts.tables.MOST_COUNTED", COUNTED)
    monkeypatch.setattr("accounts.finding.MOST", COUNTED)
    monkeypatch.setattr("accounts.tables.WINDOW", 5 * COUNTED)
    monkeypatch.setattr("chat.search.everywhere.WALK", 5 * COUNTED)
    monkeypatch.setattr("chat.search.everywhere.MOST", COUNTED)
    return client_for(superuser("Root"))


def test_each_page_filter_and_search_of_each_list_reads_few_rows(office: Client) -> None:
    fill()
    wrong, seen = [], 0
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):  # by the index, also of tables as short as these
            cursor.execute(f"SET LOCAL enable_{way} = off")
    for path in _paths(office):
        reading = Reading()
        with connection.execute_wrapper(reading):
            assert office.get(path).status_code == 200, path
        seen += 1
        wrong += [f"{path} reads {rows} rows: {text}" for rows, text in reading.statements if rows > MOST_READ]
        if len(reading.statements) > QUERIES:
            wrong.append(f"{path} takes {len(reading.statements)} statements")
    assert not wrong, "\n\n".join(wrong)
    assert seen > 50


def _paths(office: Client) -> Iterator[str]:
    """Every list, what its filters lead to, and what people search for."""
    yield from ("/admin/", "/api/users/", "/api/users/?q=rara", "/people/", "/people/?q=rara")
    for model, model_admin in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = office.get(path).content.decode()
        yield path
        if model._meta.app_label in SHORT:
            continue
        filters = page[page.find('id="changelist-filter"') :]
        links: dict[str, list[str]] = defaultdict(list)
        for link in map(unescape, re.findall(r'href="(\?[^"]+)"', filters)):
            links[link.partition("=")[0]].append(path + link)
        for each in links.values():
            yield from each[:CHOICES]
        if model_admin.search_fields:
            yield from (f"{path}?q={words}" for words in SEARCHES)
