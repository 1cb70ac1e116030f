"""Pages that stay right while rows come and go: a page begins after the last row of the one before, not at a number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat.exceptions import ChatError

Rows = TypeVar("Rows", bound=Model)
Row = TypeVar("Row")

LIMIT = 50
LIMIT_MAX = 100


class KeysetPagination(BasePagination):
    """`?cursor=&limit=` over rows in the order of two columns, of which the second is unique.

    A cursor names the last row of a page. It is signed: clients hand it back as it is, and what is in it need not be
    checked again.
    """

    columns: ClassVar[tuple[str, str]]
    descending: ClassVar[bool] = False

    def paginate_queryset(
        self, queryset: QuerySet[Rows, Row], request: Request, view: APIView | None = None
    ) -> list[Row]:
        cursor = request.query_params.get("cursor", "")
        rows, self._next = self.page(queryset, cursor=cursor, limit=_limit(request.query_params))
        return rows

    def page(
        self, queryset: QuerySet[Rows, Row], *, cursor: str = "", limit: int = LIMIT
    ) -> tuple[list[Row], str | None]:
        """Return the rows of one page, and the cursor of the next one; raises ``ChatError`` for a wrong cursor."""
        if cursor:
            queryset = queryset.filter(self._after(self._read(cursor)))
        order = [f"-{column}" if self.descending else column for column in self.columns]
        rows = list(queryset.order_by(*order)[: limit + 1])
        return rows[:limit], self._write(rows[limit - 1]) if len(rows) > limit else None

    def get_paginated_response(self, data: Sequence[Mapping[str, Any]]) -> Response:
        return Response({"results": data, "next": self._next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {
            "type": "string",
            "nullable": True,
            "description": "The `cursor` of the next page, if there is one.",
        }
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", "`next` of the page before; without it the list begins.", type="string"),
            _parameter("limit", "Rows on a page.", type="integer", minimum=1, maximum=LIMIT_MAX, default=LIMIT),
        ]

    def _after(self, last: Sequence[Any]) -> Q:
        first, second = self.columns
        way = "lt" if self.descending else "gt"
        beyond = Q((f"{first}__{way}", last[0])) | Q((f"{second}__{way}", last[1]))
        return Q((f"{first}__{way}e", last[0])) & beyond

    def _write(self, row: object) -> str:
        values = [getattr(row, column) for column in self.columns]
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        return signing.dumps(plain, salt=self._salt)

    def _read(self, cursor: str) -> list[Any]:
        try:
            values: list[Any] = signing.loads(cursor, salt=self._salt)
        except signing.BadSignature:
            sentence = "This is no cursor of this list. Begin again without one."
            raise ChatError("invalid", sentence, fields={"cursor": [sentence]}) from None
        return values

    @property
    def _salt(self) -> str:
        return f"chat.pagination.{type(self).__name__}"


class RoomPagination(KeysetPagination):
    """Newest activity first."""

    columns = ("last_activity_at", "pk")
    descending = True


class PeoplePagination(KeysetPagination):
    """By name."""

    columns = ("full_name", "pk")


class SavedPagination(KeysetPagination):
    """Kept last, first."""

    columns = ("saved_at", "pk")
    descending = True


class ThreadPagination(KeysetPagination):
    """Newest first."""

    columns = ("seq", "pk")
    descending = True


class PublicRoomPagination(KeysetPagination):
    """By name."""

    columns = ("name", "pk")


class MemberPagination(KeysetPagination):
    """By name."""

    columns = ("full_name", "pk")


class InvitationPagination(KeysetPagination):
    """Newest first."""

    columns = ("created_at", "pk")
    descending = True


def _limit(params: Mapping[str, str]) -> int:
    word = params.get("limit", str(LIMIT))
    if word.isascii() and word.isdigit() and len(word) <= 3 and 1 <= int(word) <= LIMIT_MAX:
        return int(word)
    raise ValidationError({"limit": [f"Give a whole number from 1 to {LIMIT_MAX}."]})


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
