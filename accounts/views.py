"""The ways in and out: plain forms, which work without script. The settings are in `accounts.settings_views`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import cookies, invitations, services
from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.forms import AccountForm, InvitationForm, SignInForm, SignUpForm
from accounts.models import User
from accounts.requests import VisitorRequest, form_page

AVATAR_SECONDS = 300

# Signing up, in and out


@form_page
def sign_up(request: VisitorRequest) -> HttpResponse:
    if invitations.is_needed() and request.auth_session is None:
        context, status = {"sentence": invitations.closed_sentence()}, 403 if request.method == "POST" else 200
        return render(request, "accounts/signup_closed.html", context, status=status)
    return _door(request, SignUpForm, services.sign_up, "accounts/signup.html")


@never_cache
@form_page
def accept_invitation(request: VisitorRequest, token: str) -> HttpResponse:
    """Sign up by the link of an invitation, whoever else may."""
    address = invitations.who_is_invited(token)
    if address is None:
        return render(request, "accounts/invitation_stale.html", {"sentence": invitations.STALE}, status=404)
    form_class, enter = partial(InvitationForm, address=address), partial(services.sign_up, invitation=token)
    return _door(request, form_class, enter, "accounts/signup.html")


@form_page
def sign_in(request: VisitorRequest) -> HttpResponse:
    return _door(request, SignInForm, services.sign_in, "accounts/login.html")


def _door(
    request: VisitorRequest,
    form_class: Callable[..., AccountForm],
    enter: Callable[..., services.SignedIn],
    template: str,
) -> HttpResponse:
    """Show the form and let people in; whoever is in already goes on to where they wanted to go."""
    if request.auth_session is not None:
        return redirect(_next(request))
    form, status, banned = form_class(request.POST or None), 200, False
    if request.method == "POST":
        try:
            if form.is_valid():
                return _welcome(request, enter(**form.cleaned_data, device=Device.of(request)))
            status = 400
        except AccountError as error:
            form.refuse(error)
            status, banned = error.status, error.code == "banned"
    context = {"form": form, "next": _next(request, default=""), "banned": banned}
    return render(request, template, context, status=status)


def _welcome(request: HttpRequest, signed_in: services.SignedIn) -> HttpResponse:
    """Send on who just came in. A new CSRF token keeps one planted before from being worth anything."""
    rotate_token(request)
    response = redirect(_next(request))
    cookies.set_cookies(response, signed_in[1])
    return response


def _next(request: HttpRequest, default: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Where the visitor wanted to go, if that is a page of this site."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else default


@require_POST
def sign_out(request: VisitorRequest) -> HttpResponse:
    if request.auth_session is not None:
        services.sign_out(session=request.auth_session)
    response = redirect("login")
    cookies.delete_cookies(response)
    return response


def admin_sign_in(request: VisitorRequest) -> HttpResponse:
    """Stand in for the admin's own sign-in page: one sign-in serves everything."""
    if request.auth_session is not None and not request.auth_session.user.is_staff:
        raise PermissionDenied("Only staff may use the admin.")
    return redirect_to_login(_next(request, default=resolve_url("admin:index")))


# Avatars


@require_GET
def avatar(request: VisitorRequest, user_id: int) -> HttpResponse:
    """The initials as a picture, for scripts. Names change, so it is kept for minutes only."""
    if request.auth_session is None:
        raise Http404
    user = get_object_or_404(User, pk=user_id)
    response = render(request, "accounts/avatar.svg", {"subject": user}, content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={AVATAR_SECONDS}"
    return response
