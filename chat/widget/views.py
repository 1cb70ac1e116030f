"""The page that shows the widget, with what to copy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chat.demo.setup import SITE
from chat.widget.models import Site


@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """A page as it might be somebody else's. It shows the site that ``?site=`` names, else that of the demo."""
    key = request.GET.get("site", SITE)
    site = Site.objects.active().filter(key=key).first() if key.isalnum() else None
    origin = f"{request.scheme}://{request.get_host()}"
    socket = origin.replace("http", "ws", 1)
    response = render(request, "chat/widget/demo.html", {"site": site, "origin": origin, "socket": socket})
    response.headers["Cache-Control"] = "no-store"
    return response
