"""People and devices in Django's admin. What others must hear of goes through `accounts.services`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import (
    jobs_admin,  # noqa: F401  registers what it shows
    services,
)
from accounts.models import Session, User
from accounts.names import clean_email, clean_full_name, clean_handle

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


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


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Accounts are deactivated, never deleted: what somebody wrote stays in its place."""

    form = UserForm
    list_display = ("full_name", "handle", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("full_name", "handle", "email")
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
    actions = ("deactivate", "sign_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Visitors of other sites have a list of their own."""
        return super().get_queryset(request).filter(is_visitor=False)

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
        super().save_model(request, obj, form, change)
        if change and password:
            services.set_password(user=obj, new=password)
        if change and not obj.is_active:
            services.deactivate(user=obj)
        if change and {"full_name", "handle"} & set(form.changed_data):
            User.objects.filter(pk=obj.pk).bump_version()

    @admin.action(description="Deactivate and sign out everywhere", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._changeable(request, queryset)
        for user in users:
            services.deactivate(user=user)
        self.message_user(request, f"{len(users)} deactivated.", messages.SUCCESS)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        ended = sum(services.revoke_sessions(user=user) for user in self._changeable(request, queryset))
        self.message_user(request, f"{ended} devices signed out.", messages.SUCCESS)

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin[Session]):
    """Devices, to look at and to sign out. Fingerprints of tokens are not shown."""

    list_display = ("user", "device", "ip", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__handle", "user__email", "ip")
    fields = ("user", "device", "user_agent", "ip", "created_at", "last_used_at", "expires_at", "revoked_at")
    readonly_fields = fields
    actions = ("sign_out",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A device is only shown: its "Save" would write back what was read, and undo a sign-out of that moment."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Sign out", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for session in queryset:
            services.sign_out(session=session)
        self.message_user(request, "Signed out.", messages.SUCCESS)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
