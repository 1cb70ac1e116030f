"""The filters in the admin: made by administrators, tried by all moderators before anybody meets them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.exceptions import AccountError
from accounts.models import FilterRule, User
from accounts.moderation import filters, rules
from accounts.moderation.roles import MODERATE
from accounts.tables import BoundedAdmin, Nothing, newest
from chat.models import Message, Room

DRY_RUN = 5_000
"""Messages that a dry run looks at, the newest."""

MOST_SHOWN = 50


class RuleForm(forms.ModelForm[FilterRule]):
    class Meta:
        model = FilterRule
        fields = ("kind", "pattern", "action", "sentence", "is_active")

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        try:
            fields["pattern"] = rules.clean_pattern(fields.get("kind", ""), fields.get("pattern", ""))
        except AccountError as refusal:
            raise ValidationError({"pattern": refusal.sentence}) from refusal
        return fields


class TryForm(forms.Form):
    """A text to try the filters on, or a pattern to try on what was said lately."""

    text = forms.CharField(required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    kind = forms.ChoiceField(choices=FilterRule.Kind.choices, required=False)
    pattern = forms.CharField(max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@admin.register(FilterRule)
class FilterAdmin(BoundedAdmin[FilterRule]):
    nothing = Nothing("No filters. All goes through as it is written.", "try/", "Try one")
    form = RuleForm
    list_display = ("pattern", "kind", "action", "is_active", "made_by")
    list_filter = ("kind", "action", "is_active")
    list_select_related = ("made_by",)
    search_fields: ClassVar = ["pattern"]
    actions = None
    change_list_template = "admin/filters.html"

    def get_urls(self) -> list[URLPattern]:
        return [path("try/", self.admin_site.admin_view(self.try_out), name="try-filters"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: FilterRule, form: RuleForm, change: bool) -> None:
        rules.save_rule(actor=cast("User", request.user), rule=obj)

    def delete_model(self, request: HttpRequest, obj: FilterRule) -> None:
        rules.remove_rule(actor=cast("User", request.user), rule=obj)

    def try_out(self, request: HttpRequest) -> HttpResponse:
        """What the filters make of a text; and which of the newest messages a pattern, or all filters, would meet."""
        if not self.has_view_permission(request) or not request.user.has_perm(MODERATE):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        context: dict[str, Any] = {"title": "Try the filters", "opts": self.opts, "form": form}
        if request.method == "POST" and form.is_valid():
            context |= self._tried(form.cleaned_data, dry="dry" in request.POST)
        return render(request, "admin/try_filters.html", {**self.admin_site.each_context(request), **context})

    def _tried(self, fields: dict[str, Any], *, dry: bool) -> dict[str, Any]:
        known = filters.latest()
        if fields["pattern"]:
            try:
                pattern = rules.clean_pattern(fields["kind"], fields["pattern"])
            except AccountError as refusal:
                return {"problem": refusal.sentence}
            known = filters.Rules.of(0, [FilterRule(kind=fields["kind"], pattern=pattern, action="mask")])
        if not dry:
            hits = known.hits(fields["text"])
            return {"tried": True, "result": known.screen(fields["text"]), "hits": {hit.rule for hit in hits}}
        said = _said_lately()
        met = [message for message in said if known.hits(message.body)]
        return {"dry": True, "looked": len(said), "met": met[:MOST_SHOWN], "count": len(met)}


def _said_lately() -> list[Message]:
    """The newest messages of rooms of many: what two say to each other is not read here."""
    said: QuerySet[Message] = Message.objects.filter(kind=Message.Kind.TEXT, deleted_at=None)
    said = newest(said.exclude(room__kind=Room.Kind.DIRECT)).select_related("author", "room").order_by("-pk")
    return list(said.only("body", "created_at", "author__full_name", "room__name", "room__kind")[:DRY_RUN])
