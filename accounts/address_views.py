"""The pages by which somebody comes to sign in with another address: asking, confirming, and "that was not me"."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import addresses, cookies
from accounts.exceptions import AccountError
from accounts.forms import ChangeAddressForm
from accounts.link_pages import link_page
from accounts.requests import MemberRequest, VisitorRequest, form_page
from accounts.settings_views import account_page


@login_required
@form_page
def change_address(request: MemberRequest) -> HttpResponse:
    """Ask for another address. The answer is one and the same whether it has an account or not."""
    form = ChangeAddressForm(request.POST or None, auto_id="address_%s")
    if form.is_valid():
        try:
            change = addresses.ask_for_change(user=request.user, session=request.auth_session, **form.cleaned_data)
        except AccountError as error:
            form.refuse(error)
        else:
            messages.success(request, f"A mail is on its way to {change.new_email}. Open its link within a day.")
            return redirect("account")
    return account_page(request, address_form=form)


@login_required
@require_POST
def call_off(request: MemberRequest) -> HttpResponse:
    addresses.call_off(user=request.user)
    messages.success(request, "Your address stays as it is.")
    return redirect("account")


@link_page(is_address=True)
def confirm_address(request: VisitorRequest, change_id: int, token: str) -> HttpResponse:
    """Say that the new address is one's own."""
    if request.method == "POST":
        change = addresses.confirm_change(change_id=change_id, token=token)
        messages.success(request, f"You sign in as {change.new_email} from now on.")
        return redirect("account" if request.auth_session else "login")
    change = addresses.what_is_confirmed(change_id=change_id, token=token)
    return render(request, "accounts/confirm_address.html", {"change": change})


@link_page(is_address=True)
def undo_address(request: VisitorRequest, change_id: int, token: str) -> HttpResponse:
    """Say that somebody else asked for another address; then choose a new password."""
    if request.method == "POST":
        owner, reset_token = addresses.undo_change(change_id=change_id, token=token)
        response = redirect("choose-password", owner.pk, reset_token)
        cookies.delete_cookies(response)  # if it is one of the devices that were just signed out
        return response
    change = addresses.what_is_undone(change_id=change_id, token=token)
    return render(request, "accounts/undo_address.html", {"change": change})
