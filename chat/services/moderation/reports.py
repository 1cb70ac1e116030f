"""Reports: what people tell the moderators, one case for each message or person however many tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import FilterRule, User
from accounts.moderation import words
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.models import COMMENT_LENGTH
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_moderator
from chat.exceptions import ChatError, not_found
from chat.models import Complaint, Message, Report, Room
from chat.report_models import UNDECIDED
from chat.services.touching import refuse_deleted

LINES_AROUND = 10
"""How many messages before and after a reported one are shown with it."""

Fields = dict[str, Any]
State = Report.State


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with its complaints, and the messages around the one it is about, in order."""

    report: Report
    complaints: Sequence[Complaint]
    lines: Sequence[Message]


def report_message(*, reporter: User, message_id: int, reason: str, comment: str = "") -> Report:
    """Tell the moderators of a message that ``reporter`` may see; again changes nothing. Raises ``ParleyError``."""
    reason, comment = _checked(reason, comment)
    message = Message.objects.visible_to(reporter).filter(pk=message_id, kind=Message.Kind.TEXT).first()
    if message is None:
        raise not_found("message")
    refuse_deleted(message)
    if message.author_id == reporter.pk:
        raise ChatError("self", "This is your own message. You can delete it.")
    return _complain({"message": message}, _sealed(message), reporter, reason, comment)


def report_person(*, reporter: User, user_id: int, reason: str, comment: str = "") -> Report:
    """Tell the moderators of somebody; again changes nothing. Raises ``ParleyError``."""
    reason, comment = _checked(reason, comment)
    if user_id == reporter.pk:
        raise ChatError("self", "This is you. Choose somebody else to report.")
    if not User.objects.filter(pk=user_id).exists():
        raise ChatError("not_found", "There is no such person.", status=404)
    return _complain({"person_id": user_id, "said_at": None}, {}, reporter, reason, comment)


def open_report(*, moderator: User, report_id: int) -> Opened:
    """Look at a case with the lines around its message. Raises ``ParleyError``.

    What two people say to each other moderators see by this way only, and that they looked is recorded.
    """
    require_moderator(moderator)
    report = Report.objects.select_related("person", "room", "message", "assignee", "decided_by").filter(pk=report_id)
    found = report.first()
    if found is None:
        raise ChatError("not_found", "There is no such report.", status=404)
    lines = _lines_around(found.message) if found.message else []
    if found.room is not None and found.room.kind == Room.Kind.DIRECT:
        with audited():
            after = {"report": found.pk, "room": found.room.pk, "lines": [line.seq for line in lines]}
            record(actor=moderator, action="report.opened_direct", target=_target(found), after=after)
    return Opened(found, list(found.complaints.select_related("reporter")), lines)


def take_report(*, moderator: User, report_id: int) -> Report:
    """Take a case in hand, also from another moderator. Raises ``ParleyError``."""
    with audited():
        report = _hold(moderator, report_id)
        before = {"state": report.state, "assignee": report.assignee_id}
        report.state, report.assignee = State.IN_HAND, moderator
        report.save(update_fields=["state", "assignee"])
        _record(moderator, "report.taken", report, "", before)
    return report


def decide_report(*, moderator: User, report_id: int, resolved: bool, reason: str) -> Report:
    """Close a case: something was done (``resolved``), or nothing has to be. Raises ``ParleyError``.

    Tells those who reported, who learn no more than that.
    """
    reason = words.clean_reason(reason)
    with audited():
        report = _hold(moderator, report_id)
        close(report, moderator=moderator, state=State.RESOLVED if resolved else State.DISMISSED, reason=reason)
    return report


def close(report: Report, *, moderator: User, state: str, reason: str) -> None:
    """Close a case that is held, within ``audited()``."""
    before = {"state": report.state, "assignee": report.assignee_id}
    report.state, report.decided_at, report.decided_by, report.answer = state, timezone.now(), moderator, reason
    report.assignee = report.assignee or moderator
    report.save(update_fields=["state", "decided_at", "decided_by", "answer", "assignee"])
    sentence = _THANKS[state].format(what="a message" if report.is_about_message else "somebody")
    reporters = report.complaints.filter(reporter__isnull=False).order_by("reporter_id")
    for reporter_id in reporters.values_list("reporter_id", flat=True):
        tell(reporter_id, sentence)
    _record(moderator, f"report.{state}", report, reason, before)


def forget_reported(*, before: datetime, most: int) -> int:
    """Throw away the texts of cases that were decided before then, ``most`` at once; answers how many cases.

    What was decided, and that somebody reported it, stays.
    """
    with audited():
        due = Report.objects.select_for_update(skip_locked=True).filter(decided_at__lt=before, forgotten_at=None)
        ids = list(due.order_by("decided_at").values_list("pk", flat=True)[:most])
        if ids:
            Complaint.objects.filter(report__in=ids).update(body="", comment="")
            Report.objects.filter(pk__in=ids).update(body="", forgotten_at=timezone.now())
            after = {"reports": sorted(ids), "decided_before": before.isoformat()}
            record(actor=None, action="report.forgotten", target=Target("report", None, _cases(len(ids))), after=after)
    return len(ids)


def _cases(count: int) -> str:
    return f"{count} report" if count == 1 else f"{count} reports"


def flag(message: Message, rules: Sequence[FilterRule]) -> None:
    """Report a message that a filter found, in nobody's name; within the transaction that stores it."""
    comment = f"Found by a filter: {', '.join(rule.pattern for rule in rules)}"[:COMMENT_LENGTH]
    _complain({"message": message}, _sealed(message), None, Complaint.Reason.OTHER, comment)


def _checked(reason: str, comment: str) -> tuple[str, str]:
    if reason not in Complaint.Reason.values:
        sentence = "Choose what is wrong with it."
        raise ChatError("invalid", sentence, fields={"reason": [sentence]})
    return reason, words.clean_comment(comment, field="comment")


def _sealed(message: Message) -> Fields:
    """What a message said when it was reported, whatever becomes of it."""
    return {
        "person_id": message.author_id,
        "room_id": message.room_id,
        "body": message.body,
        "revision": message.revision,
        "said_at": message.created_at,
    }


def _complain(about: Fields, sealed: Fields, reporter: User | None, reason: str, comment: str) -> Report:
    for _ in range(3):
        try:
            with transaction.atomic():
                report = _undecided(about, sealed)
                fresh = {"reason": reason, "comment": comment}
                if (body := sealed.get("body", "")) != report.body:
                    fresh["body"] = body
                _, created = Complaint.objects.get_or_create(report=report, reporter=reporter, defaults=fresh)
                if created:
                    Report.objects.filter(pk=report.pk).update(count=F("count") + 1)
            return report
        except IntegrityError:  # somebody else opened the case in this moment, or he himself clicked twice
            continue
    raise ChatError("busy", "Many people report this right now. Try again in a moment.", status=503, retry_after=1)


def _undecided(about: Fields, sealed: Fields) -> Report:
    known = Report.objects.select_for_update().filter(state__in=UNDECIDED, **about).first()
    return known or Report.objects.create(**about, **sealed)


def _lines_around(message: Message) -> list[Message]:
    lines = Message.objects.filter(room=message.room_id).select_related("author", "deleted_by")
    before = lines.filter(seq__lt=message.seq).order_by("-seq")[:LINES_AROUND]
    after = lines.filter(seq__gt=message.seq).order_by("seq")[:LINES_AROUND]
    itself = lines.filter(pk=message.pk)
    return [*reversed(before), *itself, *after]


def _hold(moderator: User, report_id: int) -> Report:
    """Lock a case that is not decided, for a moderator who is not the one it is about."""
    require_moderator(moderator)
    report = Report.objects.select_for_update().filter(pk=report_id).first()
    if report is None:
        raise ChatError("not_found", "There is no such report.", status=404)
    if report.is_decided:
        raise ChatError("decided", "This report is decided already. Load the page again.", status=409)
    if report.person_id == moderator.pk:
        raise ChatError("self", "This report is about you. Another moderator decides it.", status=403)
    return report


def _target(report: Report) -> Target:
    return Target("report", report.pk, f"Report {report.pk} about {report.person.full_name}")


def _record(moderator: User, action: str, report: Report, reason: str, before: dict[str, Any]) -> None:
    after = {"state": report.state, "assignee": report.assignee_id}
    about = {"message": report.message_id, "person": report.person_id}
    record(
        actor=moderator,
        action=action,
        target=_target(report),
        reason=reason,
        before=before,
        after=after | about,
        revision=report.revision if report.is_about_message else None,
    )


_THANKS: dict[str, str] = {
    State.RESOLVED: "You reported {what}. The moderators have looked at it, and have done something. Thank you.",
    State.DISMISSED: "You reported {what}. The moderators have looked at it, and found that nothing has to be done.",
}
