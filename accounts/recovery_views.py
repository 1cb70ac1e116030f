"""The pages that mails lead to, and that ask for mails: for who is signed in, and for who cannot sign in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import recovery
from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.forms import AddressForm, ChoosePasswordForm
from accounts.link_pages import link_page
from accounts.requests import MemberRequest, VisitorRequest, form_page


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


@link_page()
def choose_password(request: VisitorRequest, user_id: int, token: str) -> HttpResponse:
    """Choose a new password, by a link that works once."""
    owner = recovery.who_may_choose(user_id=user_id, token=token)
    form = ChoosePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            recovery.choose_password(user_id=user_id, token=token, new=form.cleaned_data["new_password"])
        except AccountError as error:
            if error.code == "link_stale":
                raise
            form.refuse(error)
        else:
            messages.success(request, "Your password is changed, and you are signed out everywhere. Sign in with it.")
            return redirect("login")
    status = 400 if request.method == "POST" else 200
    return render(request, "accounts/choose_password.html", {"form": form, "owner": owner}, status=status)


@link_page()
def verify_address(request: VisitorRequest, user_id: int, token: str) -> HttpResponse:
    """Say that an address is one's own."""
    if request.method == "POST":
        recovery.verify_address(user_id=user_id, token=token)
        messages.success(request, "Thank you, this is your address.")
        return redirect("account" if request.auth_session else "login")
    owner = recovery.who_verifies(user_id=user_id, token=token)
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
