"""One person, as moderators need to know them: where they are, what was imposed on them, what is said of them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from accounts.acts import ActForm, acts_on_person, perform, shut_out, silence, warn
from accounts.admin import UserAdmin
from accounts.exceptions import ParleyError
from accounts.models import PersonNote, Sanction, Session, User
from accounts.moderation import sanctions
from accounts.moderation.roles import MODERATE
from chat.admin.bulk import BulkAct, bulk_action
from chat.models import Membership, Report

MOST_ROOMS = 50
MOST_ROWS = 20


class PeopleList(ChangeList):
    """Leads to the page for moderators, not to the form for administrators."""

    def url_for_result(self, result: Any) -> str:
        return reverse("admin:person", args=[result.pk])


WARN = BulkAct("warn", "Warn…", "Warn this person?", "Warn {} people?", "{} warned.", warn)
MUTE = BulkAct("mute", "Mute for…", "Mute this person?", "Mute {} people?", "{} muted.", silence, length="mute_for")
BAN = BulkAct(
    "ban", "Ban for…", "Ban this person?", "Ban {} people?", "{} banned.", shut_out, length="ban_for", is_danger=True
)


class PersonAdmin(UserAdmin):
    """The account form of `accounts.admin`, and beside it the page of the person."""

    actions = (*map(bulk_action, (WARN, MUTE, BAN)), *UserAdmin.actions)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MODERATE)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PeopleList

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.person)
        return [path("<int:object_id>/person/", page, name="person"), *super().get_urls()]

    def person(self, request: HttpRequest, object_id: int) -> HttpResponse:
        person = get_object_or_404(User, pk=object_id)  # also visitors of other sites, who are not in this list
        if not self.has_view_permission(request, person) or not request.user.has_perm(MODERATE):
            raise PermissionDenied
        form, status = ActForm(request.POST or None), 200
        if request.method == "POST":
            if self._post(request, person, form):
                return redirect("admin:person", person.pk)
            status = 400
        return render(request, "admin/person.html", self._context(request, person, form), status=status)

    def _post(self, request: HttpRequest, person: User, form: ActForm) -> bool:
        """A note, one device to sign out, or one of the acts."""
        moderator = cast("User", request.user)
        try:
            if request.POST.get("act") == "note":
                sanctions.note(author=moderator, user_id=person.pk, text=request.POST.get("note", ""))
                messages.success(request, "The note is kept.")
                return True
            if device := request.POST.get("device"):
                reason = request.POST.get("reason") or "Signed out by a moderator."
                sanctions.end_sessions(actor=moderator, user_id=person.pk, reason=reason, session_id=UUID(device))
                messages.success(request, "The device is signed out.")
                return True
        except (ParleyError, ValueError) as refusal:
            messages.error(request, getattr(refusal, "sentence", "This device is not there any more."))
            return False
        return perform(request, acts_on_person(person), form)

    def _context(self, request: HttpRequest, person: User, form: ActForm) -> dict[str, Any]:
        seats = Membership.objects.filter(user=person).select_related("room").exclude(room__kind="direct")
        return {
            **self.admin_site.each_context(request),
            "title": person.full_name,
            "opts": self.opts,
            "person": person,
            "form": form,
            "acts": {"": acts_on_person(person)},
            "may_edit": self.has_change_permission(request, person),
            "sanctions": Sanction.objects.filter(user=person).select_related("by")[:MOST_ROWS],
            "sessions": Session.objects.of(person).live()[:MOST_ROWS],
            "seats": seats.order_by("-room__last_activity_at")[:MOST_ROOMS],
            "notes": PersonNote.objects.filter(user=person).select_related("author")[:MOST_ROWS],
            "reports": Report.objects.filter(person=person).order_by("-pk")[:MOST_ROWS],
        }


admin.site.unregister(User)
admin.site.register(User, PersonAdmin)
