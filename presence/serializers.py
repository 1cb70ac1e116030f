"""The shape of a question about presence, and of its answer."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rows import LARGEST_ID
from accounts.serializers import StrictSerializer
from presence.leases import Status

USERS_LIMIT = 200


@extend_schema_field(OpenApiTypes.STR)
class IdList(serializers.Field[list[int], str, str, Any]):
    """Ids separated by commas, e.g. `1,2`; each once, in the order given."""

    default_error_messages = {  # noqa: RUF012 - declared so by the framework
        "not_ids": "Give the ids of users as numbers with commas between them, like users=1,2.",
        "too_many": "Ask about at most {limit} users at once; {count} were given.",
    }

    def to_internal_value(self, data: str) -> list[int]:
        words = [word.strip() for word in data.split(",")]
        if not all(word.isascii() and word.isdigit() and len(word) <= 19 for word in words):
            self.fail("not_ids")
        ids = list(dict.fromkeys(int(word) for word in words))
        if len(ids) > USERS_LIMIT:
            self.fail("too_many", limit=USERS_LIMIT, count=len(ids))
        if not all(1 <= pk <= LARGEST_ID for pk in ids):
            self.fail("not_ids")
        return ids

    def to_representation(self, value: list[int]) -> str:
        return ",".join(map(str, value))


class PresenceQuerySerializer(StrictSerializer):
    """Whose presence: `?users=1,2`."""

    users = IdList(
        help_text=f"Ids of users with commas between them, at most {USERS_LIMIT}.",
        error_messages={"required": "Say whose presence you want to know, like users=1,2."},
    )


class PresenceSerializer(serializers.Serializer[Any]):
    """One user's presence. Only for the documentation: `presence.broadcasts.presence_data` makes it."""

    user = serializers.IntegerField()
    status = serializers.ChoiceField(choices=list(Status.__args__))  # type: ignore[attr-defined]
    last_seen = serializers.DateTimeField(required=False)


class PresenceListSerializer(serializers.Serializer[Any]):
    results = PresenceSerializer(many=True)
