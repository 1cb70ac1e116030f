"""The settings: a page for each section, of plain forms, which work without script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import cookies, services
from accounts.addresses import pending_change
from accounts.appearance import APPEARANCE, update_appearance
from accounts.exceptions import AccountError
from accounts.forms import (
    AccountForm,
    AppearanceForm,
    ChangeAddressForm,
    ClosingForm,
    PasswordForm,
    ProfileForm,
    StatusForm,
    SwitchesForm,
)
from accounts.models import Session
from accounts.requests import MemberRequest, form_page
from accounts.serializers import me_card
from accounts.switches import STATUS, SWITCHES, update_switches


@login_required
@form_page
def profile(request: MemberRequest) -> HttpResponse:
    """Who one is: name and handle, and what one is doing."""
    form = ProfileForm(request.POST or None, initial=_profile(request))
    if form.is_valid():
        try:
            services.update_profile(user=request.user, **form.cleaned_data)
        except AccountError as error:
            form.refuse(error)
        else:
            return _saved(request, "profile", "Your profile is saved.")
    return _profile_page(request, profile_form=form)


@login_required
@form_page
def status(request: MemberRequest) -> HttpResponse:
    form = StatusForm(request.POST or None)
    if form.is_valid():
        try:
            update_switches(user=request.user, **form.changes())
        except AccountError as error:
            form.refuse(error)
        else:
            return _saved(request, "profile", "Your status is saved.")
    return _profile_page(request, status_form=form)


def _profile_page(request: MemberRequest, **sent: AccountForm) -> HttpResponse:
    """Both forms; the one that was sent keeps its input and shows what was wrong with it."""
    status_form = StatusForm(initial=model_to_dict(request.user, STATUS))
    forms = {"profile_form": ProfileForm(initial=_profile(request)), "status_form": status_form}
    return _section(request, "profile", card=me_card(request.user), **(forms | sent))


def _profile(request: MemberRequest) -> dict[str, Any]:
    return model_to_dict(request.user, services.PROFILE)


@login_required
@form_page
def appearance(request: MemberRequest) -> HttpResponse:
    """How the pages look, on all devices."""
    form = AppearanceForm(request.POST or None, initial=model_to_dict(request.user, APPEARANCE))
    if form.is_valid():
        update_appearance(user=request.user, **form.cleaned_data)
        return _saved(request, "appearance", "This is how it looks from now on.")
    return _section(request, "appearance", form=form)


@login_required
@require_GET
def notifications(request: MemberRequest) -> HttpResponse:
    """What this device tells of: the browser keeps that, so script shows it."""
    return _section(request, "notifications")


@login_required
@form_page
def privacy(request: MemberRequest) -> HttpResponse:
    """What others are told: reading, writing, being here."""
    form = SwitchesForm(request.POST or None, initial=model_to_dict(request.user, SWITCHES))
    if form.is_valid():
        update_switches(user=request.user, **form.cleaned_data)
        return _saved(request, "privacy", "What others are told is changed.")
    return _section(request, "privacy", form=form)


@login_required
@require_GET
def devices(request: MemberRequest) -> HttpResponse:
    """Where one is signed in."""
    return _section(request, "devices", sessions=Session.objects.of(request.user).live().select_related("push"))


@login_required
@require_POST
def sign_out_session(request: MemberRequest, session_id: UUID) -> HttpResponse:
    try:
        services.revoke_session(user=request.user, session_id=session_id)
    except AccountError as error:
        raise Http404(error.detail) from error
    response = _saved(request, "devices", "The device is signed out.")
    if session_id == request.auth_session.pk:
        cookies.delete_cookies(response)
    return response


@login_required
@require_POST
def sign_out_others(request: MemberRequest) -> HttpResponse:
    services.revoke_sessions(user=request.user, keep=request.auth_session)
    return _saved(request, "devices", "Your other devices are signed out.")


@login_required
@require_GET
def account(request: MemberRequest) -> HttpResponse:
    """The address one signs in with, the password, and the end of it all."""
    return account_page(request)


@login_required
@form_page
def password(request: MemberRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            current, new = form.cleaned_data["current_password"], form.cleaned_data["new_password"]
            services.change_password(user=request.user, current=current, new=new, session=request.auth_session)
        except AccountError as error:
            form.refuse(error)
        else:
            return _saved(request, "account", "Your password is changed. Your other devices are signed out.")
    return account_page(request, password_form=form)


@login_required
@form_page
def close(request: MemberRequest) -> HttpResponse:
    """Shut one's own account, after asking for the password once more."""
    form = ClosingForm(request.POST or None, auto_id="closing_%s")
    if form.is_valid():
        try:
            services.close_account(user=request.user, session=request.auth_session, **form.cleaned_data)
        except AccountError as error:
            form.refuse(error)
        else:
            response = _saved(request, "login", "Your account is closed.")
            cookies.delete_cookies(response)
            return response
    return account_page(request, closing_form=form)


def account_page(request: MemberRequest, **sent: AccountForm) -> HttpResponse:
    """All forms of the account; the one that was sent keeps its input and shows what was wrong with it."""
    forms = {
        "address_form": ChangeAddressForm(auto_id="address_%s"),
        "password_form": PasswordForm(),
        "closing_form": ClosingForm(auto_id="closing_%s"),
    }
    return _section(request, "account", pending=pending_change(request.user), **(forms | sent))


def _section(request: MemberRequest, name: str, **context: Any) -> HttpResponse:
    status = 400 if request.method == "POST" else 200
    return render(request, f"accounts/{name}.html", {"section": name, **context}, status=status)


def _saved(request: MemberRequest, page: str, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(page)
