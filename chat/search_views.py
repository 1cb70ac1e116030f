"""The search page: a plain form, and results that are plain links."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import MemberRequest
from chat import limits
from chat.exceptions import ChatError, not_found
from chat.keeping import OF_SEARCH, kept
from chat.search.language import quoted
from chat.search_pages import search_page
from chat.search_results import search as find
from chat.summaries import summary
from chat.views import page


@require_safe
@page
@kept(OF_SEARCH)
def search(request: MemberRequest) -> HttpResponse:
    """Find messages; without a question, say what can be asked."""
    q, cursor = request.GET.get("q"), request.GET.get("cursor", "")
    if q is None:
        return render(request, "chat/search.html", search_page(request.user, q=""))
    try:
        limits.check(limits.SEARCHES, request.user.pk)
        results = find(request.user, q, cursor=cursor)
    except ChatError as error:
        context = search_page(request.user, q=q, problem=error.detail)
        return render(request, "chat/search.html", context, status=error.status)
    return render(request, "chat/search.html", search_page(request.user, q=q, results=results, is_first=not cursor))


@require_safe
@page
def search_room(request: MemberRequest, room_id: int) -> HttpResponse:
    """Search in one room: with that filled in, the words are for the asker to add."""
    shown = summary(request.user, room_id)
    if shown is None:
        raise not_found()
    where = f"@{shown['other']['handle']}" if shown["other"] else quoted(shown["name"])
    return redirect(f"{reverse('search')}?{urlencode({'q': f'in:{where} '})}")
