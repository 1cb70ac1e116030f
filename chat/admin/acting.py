"""A page of the admin that shows a row, with what can be done about it beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.acts import Act, ActForm, perform
from accounts.moderation.roles import MODERATE

Extra = dict[str, Any]


def acted_page(request: HttpRequest, acts: list[Act], show: Callable[[Extra], HttpResponse]) -> HttpResponse:
    """Do what was asked for, or show the page, which gets ``acts`` and their ``form`` along."""
    form = ActForm(request.POST or None)
    refused = False
    if request.method == "POST":
        if perform(request, acts, form):
            return redirect(request.path)
        refused = True
        request.method = "GET"  # the page itself takes no form
    may = request.user.has_perm(MODERATE)
    page = show({"acts": {"": acts} if acts and may else {}, "form": form})
    if refused and page.status_code == 200:
        page.status_code = 400
    return page
