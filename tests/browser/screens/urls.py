"""Our addresses, and some for what does not happen by itself while the demo runs: it is whole, and open to all."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.test import override_settings
from django.urls import path

from accounts.invitations import closed_sentence
from config import errors, outages
from config.urls import urlpatterns as ours


def broken(request: HttpRequest, status: int) -> HttpResponseBase:
    """What is answered where DEBUG explains nothing."""
    match status:
        case 400:
            return errors.bad_request(request, BadRequest())
        case 403:
            return errors.permission_denied(request, PermissionDenied())
        case 404:
            return errors.page_not_found(request, Http404())
        case 503:
            return outages.unavailable(request, OperationalError("for a picture"))
    return errors.server_error(request)


def closed(request: HttpRequest) -> HttpResponse:
    """The door of a server that lets in by invitation (`SIGN_UP`)."""
    with override_settings(SIGN_UP="invite"):
        return render(request, "accounts/signup_closed.html", {"sentence": closed_sentence()})


urlpatterns = [path("broken/<int:status>/", broken), path("closed/", closed), *ours]
