"""When people were last here, to look at and not to change."""

from typing import ClassVar

from django.contrib import admin

from accounts.tables import LookingAdmin
from presence.models import LastSeen


@admin.register(LastSeen)
class LastSeenAdmin(LookingAdmin[LastSeen]):
    list_display = ("user", "at")
    list_select_related = ("user",)
    search_fields: ClassVar = ["user__full_name", "user__handle"]
    ordering = ("-at",)
