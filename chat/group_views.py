"""Pages of rooms of many, all of plain forms: making and finding them, what they are, who is in them, ways in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import AccountForm
from accounts.requests import MemberRequest, form_page
from chat import limits, services
from chat.exceptions import ChatError
from chat.group_forms import AddForm, LinkForm, MemberForm, RoomForm, SettingsForm
from chat.group_pages import about_page, find_page, invitation_page
from chat.pages import app_frame
from chat.services.seats import seat_of
from chat.views import page


def brake(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let one person change rooms only so often in a while."""

    @wraps(view)
    def braked(request: MemberRequest, **captured: Any) -> HttpResponse:
        if request.method == "POST":
            limits.check(limits.GROUPS, request.user.pk)
        return view(request, **captured)

    return braked


@form_page
@page
@brake
def new_room(request: MemberRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            room = services.create_room(user=request.user, **form.cleaned_data)
        except ChatError as error:
            form.refuse(error)
        else:
            return redirect("room-about", room_id=room.pk)
    status = 400 if form.errors else 200
    return render(request, "chat/new_room.html", {**app_frame(request.user), "form": form}, status=status)


@require_GET
@page
def find_rooms(request: MemberRequest) -> HttpResponse:
    return render(request, "chat/find_rooms.html", find_page(request.user, q=_words(request)))


@require_POST
@page
@brake
def join(request: MemberRequest, room_id: int) -> HttpResponse:
    services.join_room(user=request.user, room_id=room_id)
    return redirect("room", room_id=room_id)


@require_GET
@page
def about(request: MemberRequest, room_id: int) -> HttpResponse:
    return render(request, "chat/about.html", about_page(request.user, room_id, q=_words(request)))


@require_POST
@page
@brake
def change(request: MemberRequest, room_id: int) -> HttpResponse:
    form = SettingsForm(request.POST)
    if form.is_valid():
        try:
            services.update_room(actor=request.user, room_id=room_id, **form.cleaned_data)
        except ChatError as error:
            _stop_where_forbidden(error)
            form.refuse(error)
        else:
            return _about(request, room_id, "The room is changed.")
    return _again(request, room_id, {"settings_form": form})


@require_POST
@page
@brake
def add(request: MemberRequest, room_id: int) -> HttpResponse:
    """Bring people in, or invite them to come."""
    form = AddForm(request.POST)
    if form.is_valid():
        try:
            people = form.people(request.user)
            if request.POST.get("do") == "invite":
                for user_id in people:
                    services.invite(actor=request.user, room_id=room_id, user_id=user_id)
                return _about(request, room_id, "They are invited.")
            added = services.add_members(actor=request.user, room_id=room_id, user_ids=people)
        except ChatError as error:
            if error.status == 403:
                raise
            form.refuse(error)
        else:
            return _about(request, room_id, "They are in the room now." if added else "They were in the room already.")
    return _again(request, room_id, {"add_form": form})


@require_POST
@page
@brake
def member(request: MemberRequest, room_id: int, user_id: int) -> HttpResponse:
    """Give somebody a role, hand them the room, or remove them."""
    form = MemberForm(request.POST)
    do = form.cleaned_data["do"] if form.is_valid() else ""
    try:
        if do == "remove":
            services.remove_member(actor=request.user, room_id=room_id, user_id=user_id)
        elif do == "hand_over":
            services.hand_over(actor=request.user, room_id=room_id, user_id=user_id)
        elif do:
            services.set_role(actor=request.user, room_id=room_id, user_id=user_id, role=do)
    except ChatError as error:
        seat_of(request.user, room_id)  # raises where there is no page to go back to
        messages.error(request, error.detail)
    return redirect("room-about", room_id=room_id)


@require_POST
@page
@brake
def make_link(request: MemberRequest, room_id: int) -> HttpResponse:
    """Make a link and show it, this once: its token is kept nowhere."""
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            _, token = services.make_link(actor=request.user, room_id=room_id, **form.cleaned_data)
        except ChatError as error:
            _stop_where_forbidden(error)
            form.refuse(error)
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[token]))
            return render(request, "chat/about.html", about_page(request.user, room_id, link=link))
    return _again(request, room_id, {"link_form": form})


@require_POST
@page
@brake
def end_invitation(request: MemberRequest, room_id: int, invitation_id: int) -> HttpResponse:
    services.revoke_invitation(actor=request.user, room_id=room_id, invitation_id=invitation_id)
    return _about(request, room_id, "The invitation is ended.")


@require_POST
@page
@brake
def archive(request: MemberRequest, room_id: int) -> HttpResponse:
    """Put a room away, or open it again."""
    archived = request.POST.get("archived") == "yes"
    services.archive_room(actor=request.user, room_id=room_id, archived=archived)
    return _about(request, room_id, "The room is archived." if archived else "The room is open again.")


@require_POST
@page
@brake
def leave(request: MemberRequest, room_id: int) -> HttpResponse:
    try:
        services.leave_room(user=request.user, room_id=room_id)
    except ChatError as error:
        _stop_where_forbidden(error)
        messages.error(request, error.detail)
        return redirect("room-about", room_id=room_id)
    messages.success(request, "You left the room.")
    return redirect("rooms")


@form_page
@page
@brake
def invitation(request: MemberRequest, token: str) -> HttpResponse:
    """Show where an invitation leads; go there, or decline."""
    if request.method != "POST":
        return render(request, "chat/invitation.html", invitation_page(request.user, token))
    if request.POST.get("do") == "decline":
        services.decline_invitation(user=request.user, token=token)
        messages.success(request, "You declined the invitation.")
        return redirect("find-rooms")
    room = services.accept_invitation(user=request.user, token=token)
    return redirect("room", room_id=room.pk)


def _about(request: MemberRequest, room_id: int, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("room-about", room_id=room_id)


def _again(request: MemberRequest, room_id: int, forms: Mapping[str, AccountForm]) -> HttpResponse:
    context: dict[str, Any] = about_page(request.user, room_id, forms=forms)
    return render(request, "chat/about.html", context, status=400)


def _stop_where_forbidden(error: ChatError) -> None:
    """Who may not do this at all gets no form to correct."""
    if error.status in (403, 404):
        raise error


def _words(request: MemberRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]
