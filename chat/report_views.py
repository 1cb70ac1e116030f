"""Reporting a message or somebody by a plain form: what the dialog does where there is script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.requests import MemberRequest, form_page
from accounts.serializers import user_card
from chat import limits
from chat.exceptions import not_found
from chat.forms import ReportForm
from chat.message_pages import item_of
from chat.models import Message
from chat.pages import app_frame
from chat.services import moderation
from chat.views import page

THANKS = "Thank you. The moderators look at it, and tell you when they have decided."


@form_page
@page
def report_message(request: MemberRequest, message_id: int) -> HttpResponse:
    visible = Message.objects.visible_to(request.user).with_people().filter(kind=Message.Kind.TEXT, deleted_at=None)
    message = get_object_or_404(visible, pk=message_id)
    if message.author_id == request.user.pk:
        raise not_found("message")
    back = reverse("room", args=[message.room_id])
    shown = {"item": item_of(message, request.user), "room_id": message.room_id}
    return _form(request, lambda **fields: moderation.report_message(message_id=message_id, **fields), shown, back)


@form_page
@page
def report_person(request: MemberRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(User.objects.active().exclude(pk=request.user.pk), pk=user_id)
    shown = {"person": user_card(person)}
    report = moderation.report_person
    return _form(request, lambda **fields: report(user_id=user_id, **fields), shown, reverse("rooms"))


def _form(request: MemberRequest, report: Callable[..., object], shown: Mapping[str, Any], back: str) -> HttpResponse:
    form, status = ReportForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                limits.check(limits.REPORTS, request.user.pk)
                report(reporter=request.user, **form.cleaned_data)
                messages.success(request, THANKS)
                return redirect(back)
        except ParleyError as error:
            form.refuse(error)
            status = error.status
    context = {**app_frame(request.user), **shown, "form": form, "back": back}
    return render(request, "chat/report.html", context, status=status)
