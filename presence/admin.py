"""When people were last here, to look at and not to change."""

from typing import ClassVar

from django.contrib import admin

from accounts.tables import FindsPeople, LookingAdmin
from presence.models import LastSeen


@admin.register(LastSeen)
class LastSeenAdmin(FindsPeople, LookingAdmin[LastSeen]):
    list_display = ("user", "at")
    list_select_related = ("user",)
    search_fields: ClassVar = ["user__full_name", "user__handle"]
    person_path = "user"
    ordering = ("-pk",)  # by when they were here would take an index that is kept while they are
