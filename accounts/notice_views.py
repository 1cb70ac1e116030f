"""What moderators told somebody, and the way to disagree: also for those who cannot sign in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.forms import BanAppealForm
from accounts.models import Notice
from accounts.moderation.appeals import appeal, appeal_ban
from accounts.moderation.notices import mark_read
from accounts.requests import MemberRequest, VisitorRequest, form_page

MOST_SHOWN = 100

SENT = "Your appeal is with the moderators. What they decide, you read here."


@login_required
@require_GET
def notices(request: MemberRequest) -> HttpResponse:
    """All notices of one's own, newest first. To look at them is to have read them."""
    shown = list(Notice.objects.filter(user=request.user).select_related("appeal", "sanction")[:MOST_SHOWN])
    if request.user.unread_notices:
        mark_read(user=request.user)
    return render(request, "accounts/notices.html", {"notices": shown})


@login_required
@require_POST
def appeal_notice(request: MemberRequest, notice_id: int) -> HttpResponse:
    try:
        appeal(user=request.user, notice_id=notice_id, text=request.POST.get("text", ""))
    except AccountError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, SENT)
    return redirect("notices")


@form_page
def appeal_at_the_door(request: VisitorRequest) -> HttpResponse:
    """For who is banned: their password says who they are, and lets them no further than this form."""
    form, status = BanAppealForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                appeal_ban(**form.cleaned_data, ip=Device.of(request).ip)
            except AccountError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, "Your appeal is with the moderators. Try to sign in again in a few days.")
                return redirect("login")
    return render(request, "accounts/appeal.html", {"form": form}, status=status)
