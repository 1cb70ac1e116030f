"""What is answered when a request cannot be: a page in our look, and under /api/ JSON like any other error there."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from config.api import NOT_FOUND

BROKEN = {
    "code": "broken",
    "detail": "Something broke on our side. Nothing that was sent is lost; try again in a moment.",
}
MALFORMED = {"code": "malformed", "detail": "This request cannot be understood. Check its address and headers."}
FORBIDDEN = {"code": "permission_denied", "detail": "You may not do that."}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_rest(request):
        return JsonResponse(MALFORMED, status=400)
    return HttpResponse(_page(request, "400.html"), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_rest(request):
        return JsonResponse(FORBIDDEN, status=403)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_rest(request):
        return JsonResponse(NOT_FOUND, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_rest(request):
        return JsonResponse(BROKEN, status=500)
    return HttpResponse(_page(request, "500.html"), status=500)


class NotAllowedMiddleware:
    """Say something where an address that only takes forms is opened, as by reloading the page that a form led to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or is_rest(request) or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


def is_rest(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _page(request: HttpRequest, template: str) -> str:
    """Without the request: what broke may be what its context processors ask."""
    context = {"SITE_NAME": settings.SITE_NAME, "csp_nonce": getattr(request, "csp_nonce", "")}
    return render_to_string(template, context)
