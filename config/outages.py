"""When PostgreSQL or Redis cannot be reached: 503 with a sentence, for pages and REST alike."""

import logging
from collections.abc import Callable

import redis.exceptions
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError, redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)
RETRY_AFTER = 5  # seconds
DETAIL = "Parley cannot reach its database right now. Nothing was lost; try again in a moment."


class OutageMiddleware:
    """Answer 503 where a view could not reach a service.

    Middleware need not be caught: `accounts.middleware` leaves its failure to the view that asks for the user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Django calls this for what a view raised."""
        return unavailable(request, exception) if isinstance(exception, OUTAGES) else None


def unavailable(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Log the outage in one line and answer in the form that the caller reads."""
    logger.warning("%s %s: %s", request.method, request.path, str(exception).partition("\n")[0])
    response: HttpResponseBase
    if request.path.startswith("/api/"):
        response = JsonResponse({"code": "unavailable", "detail": DETAIL}, status=503)
    else:
        # Without the request: its context processors would ask the database who is signed in.
        context = {"detail": DETAIL, "SITE_NAME": settings.SITE_NAME, "csp_nonce": getattr(request, "csp_nonce", "")}
        response = HttpResponse(render_to_string("503.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
