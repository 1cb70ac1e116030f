"""The addresses of what people sent. Each request is asked anew whether its sender may see it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import MemberRequest
from chat.exceptions import ChatError
from chat.media.serving import Stored, refused, serve
from chat.models import Attachment
from chat.services.uploads import MAIN


@require_safe
@login_required
def attachment(request: MemberRequest, attachment_id: UUID, width: int | None = None) -> HttpResponseBase:
    """A file, or a picture in one of its widths; with `?download`, to be saved."""
    return send_attachment(request, request.user, attachment_id, width)


def send_attachment(request: HttpRequest, user: User, attachment_id: UUID, width: int | None) -> HttpResponseBase:
    """Answer with what ``user`` may see; raises ``Http404`` for anything else."""
    found = get_object_or_404(Attachment.objects.visible_to(user), pk=attachment_id)
    part = MAIN if width is None else str(width)
    if part not in found.parts or found.stored_at is None:
        raise Http404
    stored = Stored(
        blob=found.blob,
        part=part,
        size=found.parts[part],
        type=f"{found.type}; charset=utf-8" if found.type == "text/plain" else found.type,
        name=found.name,
        at=found.stored_at,
        inline=found.kind != Attachment.Kind.FILE and "download" not in request.GET,
    )
    try:
        return serve(request, stored)
    except ChatError as error:
        return refused(error)
