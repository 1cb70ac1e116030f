"""The account pages: plain forms, which work without script."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import cookies, services
from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.forms import (
    AccountForm,
    PasswordForm,
    ProfileForm,
    SignInForm,
    SignUpForm,
    StatusForm,
    SwitchesForm,
)
from accounts.models import Session, User
from accounts.requests import MemberRequest, VisitorRequest
from accounts.switches import STATUS, SWITCHES, update_switches

AVATAR_SECONDS = 300

# Signing up, in and out


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: VisitorRequest) -> HttpResponse:
    return _door(request, SignUpForm, services.sign_up, "accounts/signup.html")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: VisitorRequest) -> HttpResponse:
    return _door(request, SignInForm, services.sign_in, "accounts/login.html")


def _door(
    request: VisitorRequest,
    form_class: type[AccountForm],
    enter: Callable[..., services.SignedIn],
    template: str,
) -> HttpResponse:
    """Show the form and let people in; whoever is in already goes on to where they wanted to go."""
    if request.auth_session is not None:
        return redirect(_next(request))
    form, status = form_class(request.POST or None), 200
    if request.method == "POST":
        try:
            if form.is_valid():
                return _welcome(request, enter(**form.cleaned_data, device=Device.of(request)))
            status = 400
        except AccountError as error:
            form.refuse(error)
            status = error.status
    return render(request, template, {"form": form, "next": _next(request, default="")}, status=status)


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


# One's own profile


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    initial = {"full_name": request.user.full_name, "handle": request.user.handle}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.update_profile(user=request.user, **form.cleaned_data)
        except AccountError as error:
            form.refuse(error)
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("profile")
    return _profile_page(request, profile_form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: MemberRequest) -> HttpResponse:
    form = SwitchesForm(request.POST or None)
    if form.is_valid():
        update_switches(user=request.user, **form.cleaned_data)
        messages.success(request, "What others are told is changed.")
        return redirect("profile")
    return _profile_page(request, switches_form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: MemberRequest) -> HttpResponse:
    form = StatusForm(request.POST or None)
    if form.is_valid():
        try:
            update_switches(user=request.user, **form.changes())
        except AccountError as error:
            form.refuse(error)
        else:
            messages.success(request, "Your status is saved.")
            return redirect("profile")
    return _profile_page(request, status_form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: MemberRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            current, new = form.cleaned_data["current_password"], form.cleaned_data["new_password"]
            services.change_password(user=request.user, current=current, new=new, session=request.auth_session)
        except AccountError as error:
            form.refuse(error)
        else:
            messages.success(request, "Your password is changed. Your other devices are signed out.")
            return redirect("profile")
    return _profile_page(request, password_form=form)


@login_required
@require_POST
def sign_out_session(request: MemberRequest, session_id: UUID) -> HttpResponse:
    try:
        services.revoke_session(user=request.user, session_id=session_id)
    except AccountError as error:
        raise Http404(error.detail) from error
    messages.success(request, "The device is signed out.")
    response = redirect("profile")
    if session_id == request.auth_session.pk:
        cookies.delete_cookies(response)
    return response


@login_required
@require_POST
def sign_out_others(request: MemberRequest) -> HttpResponse:
    services.revoke_sessions(user=request.user, keep=request.auth_session)
    messages.success(request, "Your other devices are signed out.")
    return redirect("profile")


def _profile_page(
    request: MemberRequest,
    *,
    profile_form: ProfileForm | None = None,
    password_form: PasswordForm | None = None,
    switches_form: SwitchesForm | None = None,
    status_form: StatusForm | None = None,
) -> HttpResponse:
    """The page with all its forms; the one that was sent keeps its input and shows what was wrong with it."""
    user = request.user
    profile_form = profile_form or ProfileForm(initial={"full_name": user.full_name, "handle": user.handle})
    context = {
        "profile_form": profile_form,
        "password_form": password_form or PasswordForm(),
        "switches_form": switches_form or SwitchesForm(initial=model_to_dict(user, SWITCHES)),
        "status_form": status_form or StatusForm(initial=model_to_dict(user, STATUS)),
        "sessions": Session.objects.of(user).live(),
    }
    return render(request, "accounts/profile.html", context, status=400 if request.method == "POST" else 200)


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
