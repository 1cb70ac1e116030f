"""Pages about single messages: all that the toolbar does, by plain forms; and lists of messages that are kept."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest, form_page
from accounts.zones import zone_of
from chat import limits, services
from chat.exceptions import ChatError, not_found
from chat.forms import LOST_NUMBER, EditForm, ForwardForm
from chat.message_pages import delete_page, may_delete, message_page, pins_page, saved_page
from chat.models import Message, Reaction
from chat.pagination import SavedPagination
from chat.places import place_of
from chat.reminding import chosen
from chat.services.seats import seat_of
from chat.summaries import chats_list, summary
from chat.views import page


@require_GET
@page
def permalink(request: MemberRequest, message_id: int) -> HttpResponse:
    """Show a message among its neighbours."""
    return redirect(place_of(_visible(request, message_id)))


@form_page
@page
def message(request: MemberRequest, message_id: int) -> HttpResponse:
    """Say what can be done with a message, and do it."""
    shown = _visible(request, message_id)
    if request.method != "POST":
        return render(request, "chat/message.html", message_page(request.user, shown))
    act = ACTIONS.get(request.POST.get("action", ""))
    try:
        if act is None:
            raise ChatError("invalid", LOST_NUMBER)
        limits.check(limits.CHANGES, request.user.pk)
        return redirect(act(request, shown))
    except ChatError as error:
        text = request.POST.get("body")
        context = message_page(request.user, _visible(request, message_id), text=text, problem=error.detail)
        return render(request, "chat/message.html", context, status=error.status)


def _edit(request: MemberRequest, shown: Message) -> str:
    form = EditForm(request.POST)
    if not form.is_valid():
        raise ChatError("invalid", LOST_NUMBER)
    services.edit_message(actor=request.user, message_id=shown.pk, **form.cleaned_data)
    return place_of(shown)


def _react(request: MemberRequest, shown: Message) -> str:
    emoji = request.POST.get("emoji", "")
    mine = Reaction.objects.filter(message=shown, user=request.user, emoji=emoji).exists()
    services.react(actor=request.user, message_id=shown.pk, emoji=emoji, on=not mine)
    return place_of(shown)


def _pin(request: MemberRequest, shown: Message) -> str:
    services.pin_message(actor=request.user, message_id=shown.pk, on=shown.pinned_at is None)
    return place_of(shown)


def _remove_preview(request: MemberRequest, shown: Message) -> str:
    services.remove_preview(actor=request.user, message_id=shown.pk)
    return place_of(shown)


def _save(request: MemberRequest, shown: Message) -> str:
    services.save_message(user=request.user, message_id=shown.pk, on=True)
    return reverse("saved")


def _let_go(request: MemberRequest, shown: Message) -> str:
    services.save_message(user=request.user, message_id=shown.pk, on=False)
    return reverse("saved")


def _remind(request: MemberRequest, shown: Message) -> str:
    at = chosen(request.POST.get("choice", ""), now=timezone.now(), zone=zone_of(request.user))
    services.set_reminder(user=request.user, message_id=shown.pk, at=at)
    return reverse("saved")


def _forget(request: MemberRequest, shown: Message) -> str:
    services.drop_reminder(user=request.user, message_id=shown.pk)
    return reverse("saved")


def _restore(request: MemberRequest, shown: Message) -> str:
    services.restore_message(actor=request.user, message_id=shown.pk)
    return place_of(shown)


def _forward(request: MemberRequest, shown: Message) -> str:
    form = ForwardForm(chats_list(request.user), request.POST)
    if not form.is_valid():
        raise ChatError("invalid", "Choose a conversation to forward to.")
    room_id = form.cleaned_data["room"]
    services.forward_message(
        author=request.user, message_id=shown.pk, room_id=room_id, client_id=form.cleaned_data["client_id"]
    )
    return reverse("room", args=[room_id])


ACTIONS: dict[str, Callable[[MemberRequest, Message], str]] = {
    "edit": _edit,
    "react": _react,
    "pin": _pin,
    "preview": _remove_preview,
    "save": _save,
    "let-go": _let_go,
    "remind": _remind,
    "forget": _forget,
    "restore": _restore,
    "forward": _forward,
}


@form_page
@page
def delete_message(request: MemberRequest, message_id: int) -> HttpResponse:
    """Ask first, then delete: what the dialog does where there is script."""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            deleted = services.delete_message(actor=request.user, message_id=message_id, reason=reason)
        except ChatError as error:
            if error.code not in {"reason", "too_long"}:
                raise
            return _ask_to_delete(request, message_id, problem=error.detail, status=error.status)
        return redirect("room", room_id=deleted.room_id)
    return _ask_to_delete(request, message_id)


def _ask_to_delete(request: MemberRequest, message_id: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = _visible(request, message_id)
    if found.is_deleted or not may_delete(request.user, found):
        raise not_found("message")
    return render(request, "chat/delete.html", delete_page(request.user, found, problem=problem), status=status)


@require_GET
@page
def saved(request: MemberRequest) -> HttpResponse:
    """What somebody keeps for later, the last one first."""
    cursor = request.GET.get("cursor", "")
    try:
        kept, following = SavedPagination().page(Message.objects.saved_by(request.user), cursor=cursor)
    except ChatError:
        return redirect("saved")  # of another time, or mistyped: from the beginning
    return render(request, "chat/saved.html", saved_page(request.user, kept, cursor=cursor, following=following))


@require_GET
@page
def pins(request: MemberRequest, room_id: int) -> HttpResponse:
    """What is pinned in a room, the last one first."""
    shown = summary(request.user, room_id)
    if shown is None:
        raise not_found()
    pinned = Message.objects.filter(room=room_id).pinned().with_people().order_by("-pinned_at")
    seat = seat_of(request.user, room_id)
    return render(request, "chat/pins.html", pins_page(request.user, seat, pinned, room=shown))


def _visible(request: MemberRequest, message_id: int) -> Message:
    visible = Message.objects.visible_to(request.user).with_people().filter(kind=Message.Kind.TEXT)
    return get_object_or_404(visible, pk=message_id)
