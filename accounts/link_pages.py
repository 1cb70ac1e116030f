"""Pages that links in mails lead to. They do nothing before a button is pressed: programs look at links, too.

A view raises the `AccountError` of a link that opens nothing; here that becomes a page, which says so and leads on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.exceptions import AccountError
from accounts.requests import VisitorRequest, form_page

View = Callable[..., HttpResponse]


def link_page(*, is_address: bool = False) -> Callable[[View], View]:
    """Decorate the view of such a page. ``is_address``: it leads on to the address of the account."""

    def decorate(view: View) -> View:
        @never_cache
        @form_page
        @wraps(view)
        def answer(request: VisitorRequest, **parts: Any) -> HttpResponse:
            try:
                return view(request, **parts)
            except AccountError as error:
                is_taken = error.code == "email_taken"
                context = {"sentence": error.detail, "is_address": is_address, "is_taken": is_taken}
                return render(request, "accounts/link_stale.html", context, status=404)

        return answer

    return decorate
