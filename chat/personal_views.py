"""Pages about what is one's own: a room in short, how one has it, where to read on, whom one blocks. Plain forms."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import MemberRequest, form_page
from accounts.serializers import user_card
from chat import services
from chat.detail_pages import details_page
from chat.exceptions import ChatError
from chat.forms import PreferencesForm, ReadForm
from chat.pages import app_frame
from chat.summaries import Summary, summary
from chat.views import page


@require_http_methods(["GET", "HEAD"])
@page
def details(request: MemberRequest, room_id: int) -> HttpResponse:
    """What stands beside a conversation where there is the width for it."""
    shown = summary(request.user, room_id)
    if shown is None:
        raise Http404
    return render(request, "chat/details.html", details_page(request.user, shown))


@form_page
@page
def preferences(request: MemberRequest, room_id: int) -> HttpResponse:
    """How one has a room: what notifies, muted, on top."""
    shown = summary(request.user, room_id)
    if shown is None:
        raise Http404
    form = PreferencesForm(request.POST or None, initial=shown)
    if form.is_valid():
        try:
            services.set_preferences(user=request.user, room_id=room_id, **form.cleaned_data)
        except ChatError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, "Saved.")
            return redirect("room-preferences", room_id=room_id)
    return _page(request, shown, form)


def _page(request: MemberRequest, shown: Summary, form: PreferencesForm) -> HttpResponse:
    context = {**app_frame(request.user), "room": shown, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "chat/preferences.html", context, status=status)


@require_POST
@page
def mark_unread(request: MemberRequest, room_id: int) -> HttpResponse:
    """Read on from a message later. The room is left, as whoever looks at it reads it."""
    form = ReadForm(request.POST)
    seq = form.cleaned_data["seq"] if form.is_valid() else 0
    services.mark_unread(user=request.user, room_id=room_id, seq=seq)
    return redirect("rooms")


@require_POST
@page
def block(request: MemberRequest, user_id: int) -> HttpResponse:
    services.block(user=request.user, other_id=user_id)
    messages.success(request, "Blocked. Neither of you can write to the other; they are not told.")
    return redirect("blocks")


@require_POST
@page
def unblock(request: MemberRequest, user_id: int) -> HttpResponse:
    services.unblock(user=request.user, other_id=user_id)
    messages.success(request, "Unblocked.")
    return redirect("blocks")


@require_http_methods(["GET", "HEAD"])
@page
def blocks(request: MemberRequest) -> HttpResponse:
    """The people one blocks."""
    people = [user_card(person) for person in services.blocked_by(user=request.user)]
    context = {**app_frame(request.user), "people": people}
    return render(request, "chat/blocks.html", context)
