"""Inviting people from their list in the admin."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from accounts import invitations
from accounts.exceptions import AccountError
from accounts.forms import AccountForm
from accounts.models import User
from accounts.tables import BoundedAdmin


class InviteForm(AccountForm):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "class": "vTextField"}),
    )
    days = forms.TypedChoiceField(
        label="The link works for",
        choices=[(1, "a day"), (7, "a week"), (14, "two weeks"), (30, "30 days")],
        coerce=int,
        initial=invitations.DAYS,
    )


class InvitesPeople(BoundedAdmin[User]):
    """A list of people with a page to invite somebody, for who may also add them."""

    change_list_template = "admin/people.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(never_cache(self.invite))
        return [path("invite/", page, name="invite-person"), *super().get_urls()]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Make an invitation, and show its link, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, made = InviteForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            try:
                made = invitations.invite(actor=cast("User", request.user), **form.cleaned_data)
            except AccountError as refusal:
                form.refuse(refusal)
        context: dict[str, Any] = {"title": "Invite somebody", "opts": self.opts, "made": made}
        context["form"] = InviteForm() if made else form
        status = 400 if request.method == "POST" and made is None else 200
        return render(request, "admin/invite.html", {**self.admin_site.each_context(request), **context}, status=status)
