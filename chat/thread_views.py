"""The page of a thread: read it, and reply in it by a plain form."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.requests import MemberRequest, form_page
from chat import services
from chat.exceptions import ChatError
from chat.forms import MessageForm
from chat.models import Message
from chat.summaries import Summary, summary
from chat.thread_pages import begun_in, thread_page
from chat.threads import root_of
from chat.views import page, send_form


@form_page
@page
def thread(request: MemberRequest, room_id: int, seq: int) -> HttpResponse:
    """Show the thread that begins at a place in a room; from the place of a reply, go to where its thread begins."""
    shown = summary(request.user, room_id)
    asked = Message.objects.filter(room=room_id, seq=seq).values_list("pk", flat=True).first()
    if shown is None or asked is None:
        raise Http404
    root = root_of(request.user, asked)
    if request.method == "POST":
        return _reply(request, shown, root)
    if root.pk != asked:
        return redirect(f"{_address(root)}#m-{seq}")
    cursor = request.GET.get("cursor", "")
    try:
        form = MessageForm(initial={"body": begun_in(shown, root)})
        context = thread_page(request.user, shown, root, form=form, cursor=cursor)
    except ChatError:
        return redirect(_address(root))  # a cursor of another time, or mistyped: the newest replies
    return render(request, "chat/thread.html", context)


def _reply(request: MemberRequest, shown: Summary, root: Message) -> HttpResponse:
    form = MessageForm(request.POST)
    try:
        sent = send_form(request, shown["id"], form, reply_to=root.pk)
        services.drop_draft(user=request.user, room_id=shown["id"], thread_root=root.pk)
    except ChatError as error:
        context = thread_page(request.user, shown, root, form=form.again(error))
        return render(request, "chat/thread.html", context, status=error.status)
    return redirect(f"{_address(root)}#m-{sent.seq}")


def _address(root: Message) -> str:
    return reverse("thread", args=[root.room_id, root.seq])
