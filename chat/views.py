"""The pages of the chat. Script makes them live; reading, sending and deleting work by plain forms too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import MemberRequest, form_page
from chat import limits, services
from chat.exceptions import ChatError
from chat.forms import MessageForm, PlaceForm, ReadForm
from chat.keeping import OF_LIST, kept
from chat.models import Message
from chat.pages import app_frame, people_page, room_page
from chat.protocol_page import protocol_page
from chat.summaries import Summary, summary
from chat.upload_forms import uploaded


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for signed-in people, kept by no cache: after signing out, Back must not show it."""

    @wraps(view)
    def guarded(request: MemberRequest, **captured: Any) -> HttpResponse:
        try:
            return view(request, **captured)
        except ChatError as error:
            if error.status == 404:
                raise Http404(error.detail) from error
            messages.error(request, error.detail)
            return redirect("rooms")

    return never_cache(login_required(guarded))


@require_GET
@page
def home(request: MemberRequest) -> HttpResponse:
    return redirect("rooms")


@require_GET
@page
@kept(OF_LIST)
def rooms(request: MemberRequest) -> HttpResponse:
    return render(request, "chat/rooms.html", app_frame(request.user))


@form_page
@page
@kept(OF_LIST)
def room(request: MemberRequest, room_id: int) -> HttpResponse:
    """Read a room; post to it without script."""
    shown = summary(request.user, room_id)
    if shown is None:
        raise Http404
    if request.method == "POST":
        return _send(request, shown)
    form = MessageForm(initial=shown["draft"])
    context = room_page(request.user, shown, place=PlaceForm(request.GET).place(), form=form)
    return render(request, "chat/room.html", context)


def _send(request: MemberRequest, shown: Summary) -> HttpResponse:
    form = MessageForm(request.POST)
    try:
        sent = send_form(request, shown["id"], form)
        if not sent.reply_to_id:
            services.drop_draft(user=request.user, room_id=shown["id"])
    except ChatError as error:
        context = room_page(request.user, shown, place={}, form=form.again(error))
        return render(request, "chat/room.html", context, status=error.status)
    return redirect("room", room_id=shown["id"])


def send_form(request: MemberRequest, room_id: int, form: MessageForm, *, reply_to: int | None = None) -> Message:
    """Send what stands in a form, as the answer to ``reply_to`` or to what the form says; raises ``ChatError``."""
    client_id, body = form.draft()
    limits.check(limits.SENDS, request.user.pk)
    with uploaded(request.user, request.FILES.getlist("files")) as attachments:
        return services.send_message(
            author=request.user,
            room_id=room_id,
            client_id=client_id,
            body=body,
            reply_to=reply_to or form.answered,
            attachments=attachments,
        )


@require_POST
@page
def mark_read(request: MemberRequest, room_id: int) -> HttpResponse:
    """Without script, reading is told by a button: a page that was only fetched was not read."""
    form = ReadForm(request.POST)
    seq = form.cleaned_data["seq"] if form.is_valid() else 0
    services.mark_read(user=request.user, room_id=room_id, read_seq=seq)
    return redirect("room", room_id=room_id)


@require_GET
@page
def people(request: MemberRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return render(request, "chat/people.html", people_page(request.user, q=q))


@require_POST
@page
def open_direct(request: MemberRequest, user_id: int) -> HttpResponse:
    opened, _created = services.open_direct_room(user=request.user, other_id=user_id)
    return redirect("room", room_id=opened.pk)


@require_GET
def protocol(request: HttpRequest) -> HttpResponse:
    """How to talk to the socket, for everybody: it is no secret."""
    return render(request, "chat/protocol.html", dict(protocol_page()))
