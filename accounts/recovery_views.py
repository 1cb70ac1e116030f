"""The pages that mails lead to, and that ask for mails: for who is signed in, and for who cannot sign in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import recovery
from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.forms import AddressForm, ChoosePasswordForm
from accounts.requests import MemberRequest, VisitorRequest

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def ask_for_reset(request: VisitorRequest) -> HttpResponse:
    """Ask for a link to choose a new password. The answer is one and the same whoever is asked for."""
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            recovery.ask_for_reset(email=form.cleaned_data["email"], ip=Device.of(request).ip)
        except AccountError as error:
            form.refuse(error)
            return render(request, "accounts/reset.html", {"form": form}, status=error.status)
        return render(request, "accounts/reset_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "accounts/reset.html", {"form": form}, status=400 if request.method == "POST" else 200)


@never_cache
@form_page
def choose_password(request: VisitorRequest, user_id: int, token: str) -> HttpResponse:
    """Choose a new password, by a link that works once."""
    owner = recovery.who_may_choose(user_id=user_id, token=token)
    if owner is None:
        return _stale(request)
    form = ChoosePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            recovery.choose_password(user_id=user_id, token=token, new=form.cleaned_data["new_password"])
        except AccountError as error:
            if error.code == "link_stale":
                return _stale(request)
            form.refuse(error)
        else:
            messages.success(request, "Your password is changed, and you are signed out everywhere. Sign in with it.")
            return redirect("login")
    status = 400 if request.method == "POST" else 200
    return render(request, "accounts/choose_password.html", {"form": form, "owner": owner}, status=status)


@never_cache
@form_page
def verify_address(request: VisitorRequest, user_id: int, token: str) -> HttpResponse:
    """Say that an address is one's own. By a button: what looks at links before people do shall not say it."""
    owner = recovery.who_verifies(user_id=user_id, token=token)
    if owner is None:
        return _stale(request)
    if request.method == "POST":
        try:
            recovery.verify_address(user_id=user_id, token=token)
        except AccountError:
            return _stale(request)
        messages.success(request, "Thank you, this is your address.")
        return redirect("account" if request.auth_session else "login")
    return render(request, "accounts/verify.html", {"owner": owner})


@login_required
@require_POST
def ask_for_verification(request: MemberRequest) -> HttpResponse:
    try:
        recovery.ask_for_verification(user=request.user)
    except AccountError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, "A mail is on its way. Its link works for a week.")
    return redirect("account")


def _stale(request: VisitorRequest) -> HttpResponse:
    return render(request, "accounts/link_stale.html", {"sentence": recovery.STALE_LINK}, status=404)
