"""When people were last here, to look at and not to change."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from presence.models import LastSeen


@admin.register(LastSeen)
class LastSeenAdmin(admin.ModelAdmin[LastSeen]):
    list_display = ("user", "at")
    list_select_related = ("user",)
    search_fields: ClassVar = ["user__full_name", "user__handle", "user__email"]
    ordering = ("-at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LastSeen | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LastSeen | None = None) -> bool:
        return False
