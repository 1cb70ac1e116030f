"""People and devices in Django's admin. What others must hear of goes through `accounts.services`."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts import (
    jobs_admin,  # noqa: F401  registers what it shows
    services,
)
from accounts.acts import Act, ActForm, Asked, perform
from accounts.exceptions import AccountError
from accounts.invitations_admin import InvitesPeople
from accounts.models import Appeal, Session, User
from accounts.moderation import appeals, sanctions
from accounts.moderation.audit import Target, audited, record
from accounts.names import clean_email, clean_full_name, clean_handle, fold_email
from accounts.tables import FindsPeople, LookingAdmin, Nothing

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.enable_nav_sidebar = False


class UserForm(forms.ModelForm[User]):
    new_password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        required=False,
        strip=False,
        help_text="Leave it empty to keep the password. A new one signs the person out on every device.",
    )

    class Meta:
        model = User
        fields = ("full_name", "email", "handle", "is_active", *POWERS)

    def clean_full_name(self) -> str:
        return clean_full_name(self.cleaned_data["full_name"])

    def clean_email(self) -> str:
        return clean_email(self.cleaned_data["email"])

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"]
        return handle if handle == self.instance.handle else clean_handle(handle)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        elif self.instance.pk is None:
            raise ValidationError("A new account needs a password.")
        return password


class StandingFilter(admin.SimpleListFilter):
    """Who is muted or banned now."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("muted", "Muted now"), ("banned", "Banned now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        column = self.value()
        return queryset.filter(**{f"{column}_until__gt": timezone.now()}) if column in {"muted", "banned"} else queryset


@admin.register(User)
class UserAdmin(FindsPeople, InvitesPeople):
    """Accounts are deactivated, never deleted: what somebody wrote stays in its place."""

    form = UserForm
    list_display = ("full_name", "handle", "is_active", "muted_until", "banned_until", "date_joined")
    list_filter = ("is_active", "is_staff", StandingFilter)
    ordering = ("-pk",)
    search_fields = ("full_name", "handle", "email")
    search_help_text = "How a name, or a part of it, or a handle begins; or a whole e-mail address."
    readonly_fields = ("date_joined", "email_verified_at")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "full_name",
                    "handle",
                    "email",
                    "email_verified_at",
                    "new_password",
                    "is_active",
                    "date_joined",
                )
            },
        ),
        ("Powers", {"fields": POWERS}),
    )
    actions: tuple[Any, ...] = ("deactivate", "sign_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Visitors of other sites have a list of their own."""
        return super().get_queryset(request).filter(is_visitor=False)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What moderators need not know, such as an address, only those see who may change it."""
        if self.has_change_permission(request, obj) or self.has_add_permission(request):
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("full_name", "handle", "is_active", "date_joined")}),)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[User], search_term: str) -> Any:
        """By an address only for those who may see it."""
        if "@" in search_term.strip().lstrip("@") and self.has_change_permission(request):
            return queryset.filter(email=fold_email(search_term)), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only superusers hand out powers; staff could make themselves superusers otherwise."""
        powers = () if _is_superuser(request) else POWERS
        return (*self.readonly_fields, *powers)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Superusers are changed by superusers only: whoever sets a password owns the account."""
        if obj is not None and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        password = form.cleaned_data["new_password"]
        if not change:
            obj.set_password(password)
        if change and "email" in form.changed_data:
            obj.email_verified_at = None
        with audited():
            super().save_model(request, obj, form, change)
            if change and password:
                services.set_password(user=obj, new=password)
            if change and not obj.is_active:
                services.deactivate(user=obj)
            if change and {"full_name", "handle"} & set(form.changed_data):
                services.show_otherwise(user=obj)
            self._record(request, obj, form)

    def _record(self, request: HttpRequest, obj: User, form: UserForm) -> None:
        """Which fields were changed, and for powers also to what. Passwords are no business of the trail."""
        powers = ("is_active", "is_staff", "is_superuser")
        before = {name: form.initial.get(name) for name in powers if name in form.changed_data}
        after = {name: getattr(obj, name) for name in powers if name in form.changed_data}
        if "groups" in form.changed_data:
            after["groups"] = [group.name for group in form.cleaned_data["groups"]]
        target = Target("user", obj.pk, obj.full_name)
        changed = {"fields": sorted(form.changed_data)}
        actor = cast("User", request.user)
        record(actor=actor, action="account.changed", target=target, before=before, after=after | changed)

    @admin.action(description="Deactivate and sign out everywhere", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._changeable(request, queryset)
        for user in users:
            with audited():
                services.deactivate(user=user)
                target = Target("user", user.pk, user.full_name)
                record(actor=cast("User", request.user), action="account.deactivated", target=target)
        self.message_user(request, f"{len(users)} deactivated.", messages.SUCCESS)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        actor, ended = cast("User", request.user), 0
        for user in self._changeable(request, queryset):
            try:
                reason = "Signed out from the list of people."
                ended += sanctions.end_sessions(actor=actor, user_id=user.pk, reason=reason)
            except AccountError as refusal:
                self.message_user(request, refusal.sentence, messages.ERROR)
        self.message_user(request, f"{ended} devices signed out.", messages.SUCCESS)

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]


@admin.register(Session)
class SessionAdmin(FindsPeople, LookingAdmin[Session]):
    """Devices, to look at and to sign out. Fingerprints of tokens are not shown."""

    list_display = ("user", "device", "ip", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__handle", "ip")
    search_help_text = "How a name, or a part of it, or a handle begins; or an IP address."
    person_path = "user"
    ordering = ("-created_at", "id")
    fields = ("user", "device", "user_agent", "ip", "created_at", "last_used_at", "expires_at", "revoked_at")
    actions = ("sign_out",)

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> list[str]:
        return list(self.fields)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Session], search_term: str) -> Any:
        try:
            return queryset.filter(ip=str(ip_address(search_term.strip()))), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.action(description="Sign out", permissions=["moderate"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        actor, ended = cast("User", request.user), 0
        for session in queryset.select_related("user"):
            try:
                reason = "Signed out from the list of devices."
                sanctions.end_sessions(actor=actor, user_id=session.user_id, reason=reason, session_id=session.pk)
                ended += 1
            except AccountError as refusal:
                self.message_user(request, refusal.sentence, messages.ERROR)
        self.message_user(request, f"{ended} signed out.", messages.SUCCESS)


class DecidedFilter(admin.SimpleListFilter):
    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("decided", "Decided")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "To be decided"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appeal]) -> QuerySet[Appeal]:
        return queryset.filter(decided_at__isnull=self.value() != "decided")


@admin.register(Appeal)
class AppealAdmin(LookingAdmin[Appeal]):
    """Who disagrees with what, to be granted or refused."""

    nothing = Nothing("No appeals. Nobody disagrees.", "?queue=decided", "What was decided")
    list_display = ("person", "text", "at", "granted", "decided_by")
    list_select_related = ("notice__user", "decided_by")
    list_filter = (DecidedFilter,)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Who waits longest first; of what is decided, the newest."""
        return ("-pk",) if request.GET.get("queue") == "decided" else ("pk",)

    @admin.display(description="who")
    def person(self, appeal: Appeal) -> str:
        return appeal.notice.user.full_name

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request) or not self.has_moderate_permission(request):
            raise PermissionDenied
        found = Appeal.objects.select_related("notice__user", "notice__sanction__by", "decided_by")
        appeal = found.filter(pk=object_id).first() if object_id.isdigit() else None
        if appeal is None:
            raise Http404
        acts, form = [] if appeal.decided_at else decisions(appeal), ActForm(request.POST or None)
        if request.method == "POST" and perform(request, acts, form):
            return redirect(request.path)
        title = f"Appeal of {appeal.notice.user.full_name}"
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "appeal": appeal}
        status = 400 if request.method == "POST" else 200
        return render(request, "admin/appeal.html", {**context, "form": form, "acts": {"": acts}}, status=status)


def decisions(appeal: Appeal) -> list[Act]:
    """Grant it, or refuse it."""

    def decide(granted: bool) -> Callable[[Asked], object]:
        return lambda a: appeals.decide(actor=a.moderator, appeal_id=appeal.pk, granted=granted, answer=a.reason)

    return [
        Act("grant", "Grant: end the sanction", "The appeal is granted, and they are told.", decide(True)),
        Act("refuse", "Refuse", "The appeal is refused, and they are told.", decide(False), is_danger=True),
    ]


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
