"""What lists of the admin have in common: they cost the same however many rows there are, and most only show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from accounts.finding import find_by_words
from accounts.moderation.roles import MODERATE

Row = TypeVar("Row", bound=Model)

MOST_COUNTED = 2_000
"""Rows of a list are counted no further, and shown no further: who looks for an older one searches."""

WINDOW = 100_000
"""Rows among which few are looked for, where no index knows them."""


class BoundedPaginator(Paginator[Any]):
    """Counts up to `MOST_COUNTED` rows, which costs the same however many there are."""

    @property
    def most(self) -> int:
        return MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by(*rows.query.order_by).values("pk")[:MOST_COUNTED].count()


class FindsPeople:
    """Searches by how words of people's names, and handles, begin: `person_path` leads from the rows to the people."""

    person_path = "pk"
    search_help_text: ClassVar[Any] = "How a name, or a part of it, or a handle begins."

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        if search_term.strip():
            queryset = queryset.filter(**{f"{self.person_path}__in": find_by_words(search_term)})
        return queryset, False


def newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep those among the newest `WINDOW` rows of the table: to look for few among very many has an end."""
    last = rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return rows.filter(pk__gt=last - WINDOW)


def lately(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    """As `newest`, by the time in an indexed column."""
    times = rows.model._default_manager.order_by(f"-{column}").values_list(column, flat=True)
    since = times[WINDOW : WINDOW + 1].first()
    return rows if since is None else rows.filter(**{f"{column}__gt": since})


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is said of an empty list, and what to do then: where it leads, and in which words."""

    sentence: str
    url: str = ""
    words: str = ""


class BoundedAdmin(admin.ModelAdmin[Row]):
    """A list that takes the same time however long it is. ``title`` is its name, where that is not the rows' name."""

    title: ClassVar[str] = ""
    nothing: ClassVar[Nothing | None] = None

    list_per_page = 50
    list_max_show_all = 0
    paginator = BoundedPaginator
    show_full_result_count = False  # it counts the whole table once more
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()  # an order for which there is no index sorts the whole table

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        name = str(self.opts.verbose_name_plural)
        context = {"title": self.title or capfirst(name), "nothing": self.nothing or Nothing(f"No {name} so far.")}
        return super().changelist_view(request, {**context, **(extra_context or {})})


class LookingAdmin(BoundedAdmin[Row]):
    """Shows rows with all their fields and lets nobody add, edit or erase them."""

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> list[str]:
        return [field.name for field in self.model._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """A row is only shown: its "Save" would write back all that was read, over what has changed since."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """For actions: who sees the list may not be who acts."""
        return request.user.has_perm(MODERATE)
