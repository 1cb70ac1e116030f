"""Search in REST: what comes in, checked for shape only, and what goes out, for the documentation."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictSerializer
from chat.api_serializers import MessageSerializer
from chat.models import Room
from chat.request_serializers import TextField
from chat.search.having import HAVING
from chat.search.language import LONGEST
from chat.search_results import MOST, PAGE

_LANGUAGE = f"""At most {LONGEST} characters. Words, each of which is in the message, also as a part of a word; \
a `"quoted phrase"`; `-word` is not in it. `from:@handle` or `from:me`; `in:room`, `in:"a room"` or `in:@handle` for a \
direct one; `has:` {", ".join(HAVING)}; `before:`, `after:` and `on:` a day like 2026-11-30, in UTC. \
Case and accents make no difference."""


class SearchQuerySerializer(StrictSerializer):
    q = TextField(help_text=_LANGUAGE)
    cursor = serializers.CharField(required=False, default="", help_text="`next` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE, help_text="Results on a page.")


class HitRoomSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Room.Kind.values)
    name = serializers.CharField(help_text="Of a direct room, the name of the other person.")


class StretchSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    match = serializers.BooleanField(help_text="Whether this is what was looked for.")


class HitSerializer(serializers.Serializer[Any]):
    message = MessageSerializer()
    room = HitRoomSerializer()
    snippet = StretchSerializer(many=True, help_text="One line of plain text around the first match, in its stretches.")
    files = serializers.ListField(
        child=StretchSerializer(many=True), help_text="Names and descriptions of its files, where they match."
    )
    url = serializers.CharField(help_text="Where a browser shows the message among its neighbours.")


class PieceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["text", "from", "in", "has", "before", "after", "on"])
    words = serializers.CharField(help_text="As people say it: “with a link”.")


class ResultsSerializer(serializers.Serializer[Any]):
    """A page may have fewer results than `limit` and still a next one: go on while there is a `next`."""

    results = HitSerializer(many=True, help_text="Newest first.")
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page, if there is one.")
    looked_for = PieceSerializer(many=True, help_text="How the search was understood.")
    looked_back_to = serializers.DateTimeField(
        allow_null=True,
        help_text="Older messages were not looked through yet; the next page goes on there. Null means: all were.",
    )
