"""Sites of others, and their visitors, in Django's admin. Everything that is changed goes through `chat.services`."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts import services as accounts
from accounts.models import User
from accounts.moderation.audit import Target, audited, record
from accounts.tables import BoundedAdmin, FindsPeople, Nothing
from chat import services
from chat.exceptions import ChatError
from chat.models import Room, Site, Visitor
from chat.services.sites import check_places, clean_origins
from chat.widget.models import vouched_for
from chat.widget.signing import secret_of
from chat.widget.snippet import snippet


class SiteForm(forms.ModelForm[Site]):
    origins = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Where the pages are that show the chat, one in a line: https://example.org. Nothing but these.",
    )
    # Chosen by a search: where there are ten thousand rooms, nobody waits for a list of them, nor reads it.
    rooms = forms.ModelMultipleChoiceField(
        Room.objects.exclude(kind=Room.Kind.DIRECT),
        required=False,
        widget=AutocompleteSelectMultiple(Site._meta.get_field("rooms"), admin.site),
        help_text="Where visitors may talk. They see who is in these rooms and what was said there.",
    )
    team = forms.ModelChoiceField(
        Room.objects.exclude(kind=Room.Kind.DIRECT),
        required=False,
        widget=AutocompleteSelect(Site._meta.get_field("team"), admin.site),
        help_text="Instead of rooms: each visitor has a conversation of their own with the people of this one.",
    )

    class Meta:
        model = Site
        fields = ("name", "origins", "rooms", "team", "enforced", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["origins"] = "\n".join(self.instance.origins)

    def clean_origins(self) -> list[str]:
        try:
            return clean_origins(self.cleaned_data["origins"].split())
        except ChatError as refusal:
            raise forms.ValidationError(refusal.detail) from refusal

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        rooms, team = fields.get("rooms") or (), fields.get("team")
        try:
            check_places([room.pk for room in rooms], team.pk if team else None)
        except ChatError as refusal:
            raise forms.ValidationError(refusal.detail) from refusal
        return fields


@admin.register(Site)
class SiteAdmin(BoundedAdmin[Site]):
    """Sites are shut, never deleted: what their visitors wrote stays in its place."""

    form = SiteForm
    nothing = Nothing("No sites. None but this one shows the chat.", "add/", "Add a site")
    list_display = ("name", "key", "where", "enforced", "is_active", "created_at")
    list_filter = ("is_active", "enforced")
    search_fields = ("name", "key")
    readonly_fields = ("key", "to_copy", "overlap_until", "created_at")
    fields = (
        *("name", "key", "origins", "rooms", "team", "enforced", "is_active"),
        *("to_copy", "overlap_until", "created_at"),
    )
    actions = ("rotate",)

    @admin.display(description="origins")
    def where(self, site: Site) -> str:
        return ", ".join(site.origins)

    @admin.display(description="what goes into its pages")
    def to_copy(self, site: Site) -> str:
        if not site.pk:
            return "It is shown here once the site is saved."
        return format_html("<code>{}</code><br><code>{}</code>", *snippet(site).splitlines())

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        team = form.cleaned_data["team"]
        rooms = [room.pk for room in form.cleaned_data["rooms"]]
        said = {**form.cleaned_data, "rooms": rooms, "team": team.pk if team else None}
        if change:
            services.update_site(site=obj, **said)
            return
        active = said.pop("is_active")
        made = services.create_site(**said)
        if not active:
            services.update_site(site=made, **said, is_active=False)
        obj.pk, obj.key = made.pk, made.key
        self._tell_secret(request, made)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The rooms are stored already."""

    @admin.action(description="Make a new secret; the present one is good for one more day", permissions=["change"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[Site]) -> None:
        for site in queryset:
            self._tell_secret(request, services.rotate_secret(site=site))

    def _tell_secret(self, request: HttpRequest, site: Site) -> None:
        detail = f"The secret of {site.name} is {secret_of(site)}. It is shown this once: keep it on the site's server."
        self.message_user(request, detail, messages.WARNING)


@admin.register(Visitor)
class VisitorAdmin(FindsPeople, BoundedAdmin[Visitor]):
    list_display = ("user", "site", "created_at", "may_come")
    list_select_related = ("user", "site")
    list_filter = ("site",)
    search_fields = ("user__full_name", "user__handle", "subject")
    search_help_text = "How a name, or a part of it, or a handle begins; or what their site calls them, in full."
    person_path = "user"
    ordering = ("-pk",)
    actions = ("shut_out", "let_in")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Visitor], search_term: str) -> Any:
        sites = list(Site.objects.values_list("pk", flat=True))  # each by the index, which begins with them
        known = list(Visitor.objects.filter(site__in=sites, subject=vouched_for(search_term)))
        if known:
            return queryset.filter(pk__in=[visitor.pk for visitor in known]), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Visitor | None = None) -> list[str]:
        return [field.name for field in Visitor._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Visitor | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Visitor | None = None) -> bool:
        return False

    @admin.display(description="may come in", boolean=True)
    def may_come(self, visitor: Visitor) -> bool:
        return visitor.user.is_active

    @admin.action(description="Shut out, at once", permissions=["change"])
    def shut_out(self, request: HttpRequest, queryset: QuerySet[Visitor]) -> None:
        for user in User.objects.filter(visitor__in=queryset, is_active=True):
            with audited():
                accounts.deactivate(user=user)
                target = Target("user", user.pk, user.full_name)
                record(actor=cast("User", request.user), action="account.deactivated", target=target)
        self.message_user(request, "Shut out.", messages.SUCCESS)

    @admin.action(description="Let in again", permissions=["change"])
    def let_in(self, request: HttpRequest, queryset: QuerySet[Visitor]) -> None:
        users = list(User.objects.filter(visitor__in=queryset, is_active=False))
        for user in users:
            with audited():
                User.objects.filter(pk=user.pk).update(is_active=True)
                target, after = Target("user", user.pk, user.full_name), {"is_active": True}
                actor = cast("User", request.user)
                record(actor=actor, action="account.changed", target=target, before={"is_active": False}, after=after)
        self.message_user(request, f"{len(users)} may come in again.", messages.SUCCESS)
