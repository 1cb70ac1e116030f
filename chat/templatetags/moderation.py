"""What the pages of the admin show everywhere: the ways around, and how much waits to be decided."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Appeal
from accounts.moderation.roles import MODERATE
from chat.models import Report
from chat.report_models import UNDECIDED

register = template.Library()

MOST_SHOWN = 15
MOST_COUNTED = 99

PLACES = (
    ("chat.view_report", "chat_report", "Reports"),
    ("accounts.view_appeal", "accounts_appeal", "Appeals"),
    ("chat.view_message", "chat_message", "Messages"),
    ("accounts.view_user", "accounts_user", "People"),
    ("chat.view_room", "chat_room", "Rooms"),
    ("accounts.view_filterrule", "accounts_filterrule", "Filters"),
    ("accounts.view_auditentry", "accounts_auditentry", "Audit"),
)
"""What it takes to see a list, the list, and its name."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list of the admin, and how much in it waits."""

    url: str
    words: str
    count: int
    is_here: bool


@register.simple_tag
def places(request: HttpRequest) -> list[Place]:
    """The lists that this person may see."""
    user, found = request.user, []
    counts = {"chat_report": _reports, "accounts_appeal": _appeals}
    for permission, name, words in PLACES:
        if user.has_perm(permission):
            url = reverse(f"admin:{name}_changelist")
            count = counts[name]()[:MOST_COUNTED].count() if name in counts else 0
            found.append(Place(url, words, count, request.path.startswith(url)))
    return found


@register.simple_tag
def queue(request: HttpRequest) -> dict[str, Any]:
    """What waits longest, of reports and appeals."""
    if not request.user.has_perm(MODERATE):
        return {"may_see": False}
    reports = _reports().select_related("person", "assignee").order_by("opened_at", "pk")
    appeals = _appeals().select_related("notice__user").order_by("pk")
    return {"may_see": True, "reports": reports[:MOST_SHOWN], "appeals": appeals[:MOST_SHOWN]}


@register.filter
def spoken(action: str) -> str:
    """An action of the audit trail, as people say it."""
    return action.replace(".", " ").replace("_", " ").capitalize()


def _reports() -> Any:
    return Report.objects.filter(state__in=UNDECIDED)


def _appeals() -> Any:
    return Appeal.objects.filter(decided_at=None)
