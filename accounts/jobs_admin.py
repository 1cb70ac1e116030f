"""Jobs in Django's admin: to look at, to try again, and to call off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from accounts.jobs import upkeep

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

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProcrastinateJob)
class JobAdmin(admin.ModelAdmin[ProcrastinateJob]):
    """Jobs are rows of the queue: they are made by what happens, and only looked at here."""

    list_display = ("id", "task_name", "args", "state", "attempts", "enqueued_at", "changed_at", "scheduled_at")
    list_filter = ("status", "task_name")
    search_fields = ("task_name",)
    ordering = ("-id",)
    fields = ("task_name", "args", "state", "attempts", "enqueued_at", "changed_at", "scheduled_at", "queueing_lock")
    readonly_fields = fields
    inlines = (EventInline,)
    actions = ("try_again", "call_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcrastinateJob]:
        events = {"began": Min("procrastinateevent__at"), "changed": Max("procrastinateevent__at")}
        return super().get_queryset(request).annotate(**events)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="state", ordering="status")
    def state(self, job: ProcrastinateJob) -> str:
        return WORDS.get(job.status, job.status)

    @admin.display(description="enqueued", ordering="began")
    def enqueued_at(self, job: ProcrastinateJob) -> datetime | None:
        return getattr(job, "began", None)

    @admin.display(description="last change", ordering="changed")
    def changed_at(self, job: ProcrastinateJob) -> datetime | None:
        return getattr(job, "changed", None)

    @admin.action(description="Try again (failed ones, and those that wait for their time)", permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        tried = upkeep.try_again(_numbers(queryset))
        self.message_user(request, f"{tried} will be done as soon as a worker is free.", messages.SUCCESS)

    @admin.action(description="Call off (those that wait)", permissions=["change"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        called_off = upkeep.call_off(_numbers(queryset))
        self.message_user(request, f"{called_off} will not be done.", messages.SUCCESS)


def _numbers(queryset: QuerySet[ProcrastinateJob]) -> list[int]:
    return list(queryset.order_by("id").values_list("id", flat=True))
