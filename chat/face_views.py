"""Pictures of people and of rooms: handed out, and changed by plain forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import MemberRequest
from chat import limits, services
from chat.exceptions import ChatError
from chat.media import storage
from chat.media.serving import hand_out, refused
from chat.models import Room
from chat.services.faces import PARTS
from chat.views import page


@require_safe
@login_required
def avatar(request: MemberRequest, user_id: int, version: UUID, width: int = 256) -> HttpResponse:
    return _face(User.objects.filter(pk=user_id, avatar=version).exists(), version, width)


@require_safe
@login_required
def picture(request: MemberRequest, room_id: int, version: UUID, width: int = 256) -> HttpResponse:
    """A room's picture, for everybody who has been told its address: who may find it, or is invited."""
    return _face(Room.objects.filter(pk=room_id, picture=version).exists(), version, width)


def _face(is_shown: bool, version: UUID, width: int) -> HttpResponse:
    if not is_shown or str(width) not in PARTS:
        raise Http404
    try:
        return hand_out(storage.content(version, str(width)))
    except ChatError as error:
        return refused(error)


@require_POST
@page
def change_avatar(request: MemberRequest) -> HttpResponse:
    """Show another picture of oneself, or the initials."""
    _change(request, services.set_avatar, services.drop_avatar, user=request.user)
    return redirect("profile")


@require_POST
@page
def change_picture(request: MemberRequest, room_id: int) -> HttpResponse:
    """Show another picture of a room, or its initials."""
    _change(request, services.set_picture, services.drop_picture, actor=request.user, room_id=room_id)
    return redirect("room-about", room_id=room_id)


def _change(request: MemberRequest, put: Callable[..., Any], drop: Callable[..., Any], **whose: Any) -> None:
    """Do what the form asks for, and say what came of it on the page that it came from."""
    file = request.FILES.get("file")
    try:
        if request.POST.get("remove"):
            drop(**whose)
            messages.success(request, "The picture is removed.")
        elif file is None:
            messages.error(request, "Choose a picture first.")
        else:
            limits.check(limits.UPLOADS, request.user.pk)
            limits.check_bytes(request.user.pk, file.size)
            put(**whose, file=file)
            messages.success(request, "The picture is changed.")
    except ChatError as error:
        if error.status == 404:
            raise
        messages.error(request, error.detail)
