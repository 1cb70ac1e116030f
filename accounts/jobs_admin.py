"""Jobs in Django's admin: to look at, to try again, and to call off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.text import capfirst
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from accounts.jobs import upkeep
from accounts.jobs.tasks import find_tasks
from accounts.models import User
from accounts.moderation.audit import Target, audited, record
from accounts.tables import BoundedAdmin, Nothing

Changing = Callable[[Sequence[int]], list[tuple[int, str]]]

WORDS = {
    "todo": "waits",
    "doing": "runs",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "called off",
    "aborted": "broken off",
}

for theirs in (ProcrastinateEvent, ProcrastinateJob, ProcrastinatePeriodicDefer, ProcrastinateWorker):
    if admin.site.is_registered(theirs):
        admin.site.unregister(theirs)


class EventInline(admin.TabularInline[ProcrastinateEvent, ProcrastinateJob]):
    """What became of a job, and when."""

    model = ProcrastinateEvent
    fields = readonly_fields = ("at", "type")
    ordering = ("at",)
    extra = 0
    can_delete = False
    verbose_name_plural = "What happened"
    template = "admin/events.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, capfirst(words)) for state, words in WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> QuerySet[ProcrastinateJob]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class TaskFilter(admin.SimpleListFilter):
    """A list of our own: to ask the table which tasks there are reads all of it."""

    title = "task"
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(find_tasks())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> QuerySet[ProcrastinateJob]:
        return queryset.filter(task_name=self.value()) if self.value() else queryset


@admin.register(ProcrastinateJob)
class JobAdmin(BoundedAdmin[ProcrastinateJob]):
    """Jobs are rows of the queue: they are made by what happens, and only looked at here."""

    title = "Jobs"
    nothing = Nothing("No jobs. All is done, and forgotten after a day.")
    list_display = ("id", "task_name", "args", "state", "attempts", "enqueued_at", "changed_at", "scheduled_at")
    list_filter = (StateFilter, TaskFilter)
    ordering = ("-id",)
    fields = ("task_name", "args", "state", "attempts", "enqueued_at", "changed_at", "scheduled_at", "queueing_lock")
    readonly_fields = fields
    inlines = (EventInline,)
    actions = ("try_again", "call_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcrastinateJob]:
        # Subqueries, as those of a join would be worked out for rows that are not on the page as well.
        events = ProcrastinateEvent.objects.filter(job=OuterRef("pk")).order_by().values("job")
        began, changed = events.annotate(at_=Min("at")).values("at_"), events.annotate(at_=Max("at")).values("at_")
        return super().get_queryset(request).annotate(began=Subquery(began), changed=Subquery(changed))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="state")
    def state(self, job: ProcrastinateJob) -> str:
        return WORDS.get(job.status, job.status)

    @admin.display(description="enqueued")
    def enqueued_at(self, job: ProcrastinateJob) -> datetime | None:
        return getattr(job, "began", None)

    @admin.display(description="last change")
    def changed_at(self, job: ProcrastinateJob) -> datetime | None:
        return getattr(job, "changed", None)

    @admin.action(description="Try again (failed ones, and those that wait for their time)", permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        tried = self._act(request, queryset, "job.tried_again", upkeep.try_again)
        self.message_user(request, f"{tried} will be done as soon as a worker is free.", messages.SUCCESS)

    @admin.action(description="Call off (those that wait)", permissions=["change"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        called_off = self._act(request, queryset, "job.called_off", upkeep.call_off)
        self.message_user(request, f"{called_off} will not be done.", messages.SUCCESS)

    def _act(self, request: HttpRequest, rows: QuerySet[ProcrastinateJob], action: str, act: Changing) -> int:
        """Change these jobs and record each that was changed; answers how many."""
        with audited():
            changed = act(list(rows.order_by("id").values_list("id", flat=True)))
            for number, task in changed:
                record(actor=cast("User", request.user), action=action, target=Target("job", number, task))
        return len(changed)
