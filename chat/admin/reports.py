"""The queue of reports, and the page of each: the message among its neighbours, and everything that can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from accounts.acts import Act, ActForm, Asked, acts_on_person, perform
from accounts.exceptions import ParleyError
from accounts.models import Sanction, User
from accounts.tables import LookingAdmin, Nothing
from chat.admin.acts import acts_on_message, acts_on_room, removal
from chat.models import Message, Report
from chat.report_models import UNDECIDED
from chat.services import moderation

EXCERPT = 90


class QueueFilter(admin.SimpleListFilter):
    """What is to be decided, unless something else is asked for."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("mine", "In my hands"), ("decided", "Decided"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "To be decided"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        match self.value():
            case "open":
                return queryset.filter(state=Report.State.OPEN)
            case "mine":
                return queryset.filter(state=Report.State.IN_HAND, assignee=cast("User", request.user))
            case "decided":
                return queryset.exclude(state__in=UNDECIDED)
            case "all":
                return queryset
            case _:
                return queryset.filter(state__in=UNDECIDED)


@admin.register(Report)
class ReportAdmin(LookingAdmin[Report]):
    nothing = Nothing("No reports. All quiet.", "?queue=decided", "What was decided")
    list_display = ("what", "person", "count", "state", "assignee", "opened_at")
    list_select_related = ("person", "assignee")
    list_filter = (QueueFilter,)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits longest first; of what is decided, the newest."""
        return ("-pk",) if request.GET.get("queue") in {"decided", "all"} else ("opened_at", "pk")

    @admin.display(description="report")
    def what(self, report: Report) -> str:
        if not report.is_about_message:
            return "The person"
        return "A message, whose text is forgotten" if report.forgotten_at else Truncator(report.body).chars(EXCERPT)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one report; what is done on it is posted here."""
        if not self.has_view_permission(request) or not self.has_moderate_permission(request):
            raise PermissionDenied
        moderator = cast("User", request.user)
        form = ActForm(request.POST or None, initial={"close": True})
        try:
            if request.method == "POST":
                report = Report.objects.select_related("person", "room", "message").get(pk=object_id)
                if self._post(request, report, form):
                    return redirect(request.path)
            opened = moderation.open_report(moderator=moderator, report_id=int(object_id))
        except (ParleyError, Report.DoesNotExist, ValueError):
            raise Http404 from None
        report = opened.report
        context = {
            **self.admin_site.each_context(request),
            "title": "Report",
            "opts": self.opts,
            "report": report,
            "complaints": opened.complaints,
            "lines": [_line(line, report) for line in opened.lines],
            "is_direct": report.room is not None and report.room.kind == "direct",
            "earlier": Sanction.objects.filter(user=report.person).select_related("by")[:5],
            "others": Report.objects.filter(person=report.person).exclude(pk=report.pk).order_by("-pk")[:5],
            "acts": acts_of(report),
            "form": form,
        }
        return render(request, "admin/report.html", context, status=400 if request.method == "POST" else 200)

    def _post(self, request: HttpRequest, report: Report, form: ActForm) -> bool:
        def close(asked: Asked) -> None:
            moderation.decide_report(moderator=asked.moderator, report_id=report.pk, resolved=True, reason=asked.reason)

        acts = [act for group in acts_of(report).values() for act in group]
        chosen = request.POST.get("act", "")
        after = None if report.is_decided or chosen in {"take", "resolve", "dismiss"} else close
        return perform(request, acts, form, after=after)


def acts_of(report: Report) -> dict[str, list[Act]]:
    """All that can be done on the page of a report, in groups."""
    groups: dict[str, list[Act]] = {"The message": [], "The person": acts_on_person(report.person), "The room": []}
    if report.message is not None:
        groups["The message"] = acts_on_message(report.message)
    if report.room is not None and report.room.kind != "direct":
        groups["The room"] = [removal(report.room, report.person), *acts_on_room(report.room)]
    if not report.is_decided:
        groups["The report"] = _decisions(report)
    return {name: acts for name, acts in groups.items() if acts}


def _decisions(report: Report) -> list[Act]:
    def decide(resolved: bool) -> Callable[[Asked], object]:
        return lambda a: moderation.decide_report(
            moderator=a.moderator, report_id=report.pk, resolved=resolved, reason=a.reason
        )

    def take(asked: Asked) -> object:
        return moderation.take_report(moderator=asked.moderator, report_id=report.pk)

    told = "and those who reported are told."
    return [
        Act("take", "Take it in hand", "It is yours.", take),
        Act("resolve", "Resolve", f"The report is resolved, {told}", decide(True)),
        Act("dismiss", "Dismiss: nothing to do", f"The report is dismissed, {told}", decide(False)),
    ]


def _line(line: Message, report: Report) -> dict[str, Any]:
    return {
        "message": line,
        "is_reported": line.pk == report.message_id,
        "html": mark_safe(line.html),  # noqa: S308 - sanitised when it was written
    }
