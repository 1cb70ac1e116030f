"""What comes with an upload, checked for shape only."""

from typing import Any

import msgspec
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import StrictSerializer
from chat.api_serializers import AttachmentSerializer
from chat.request_serializers import TextField
from chat.services.uploads import LONGEST_VOICE, Recording

MOST_VALUES = 100


@extend_schema_field(OpenApiTypes.STR)
class WaveformField(serializers.Field[Any, Any, Any, Any]):
    """A list in JSON, as forms know no lists of numbers."""

    def to_internal_value(self, data: Any) -> list[int]:
        try:
            values = msgspec.json.decode(str(data), type=list[int])
        except msgspec.DecodeError:
            values = None
        if values is None or len(values) > MOST_VALUES or not all(0 <= value <= 255 for value in values):
            raise serializers.ValidationError(f"Send a JSON list of at most {MOST_VALUES} whole numbers from 0 to 255.")
        return values

    def to_representation(self, value: Any) -> Any:
        return value


class UploadSerializer(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True, help_text="The file itself.")
    alt = TextField(required=False, help_text="What it shows, in words, at most 1,024 characters.")
    voice = serializers.BooleanField(required=False, help_text="It is a voice message.")
    duration = serializers.FloatField(
        min_value=0, max_value=LONGEST_VOICE, required=False, help_text="Of a voice message, in seconds."
    )
    waveform = WaveformField(required=False, help_text="Of a voice message: how loud it is, in JSON.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        told = {name: attrs.pop(name) for name in ("duration", "waveform") if name in attrs}
        if not attrs.pop("voice", False):
            return attrs
        if missing := sorted({"duration", "waveform"} - set(told)):
            raise serializers.ValidationError({name: ["A voice message needs this."] for name in missing})
        return {**attrs, "voice": Recording(**told)}


class AttachmentsSerializer(serializers.Serializer[Any]):
    results = AttachmentSerializer(many=True)


class DescribeSerializer(StrictSerializer):
    alt = TextField(help_text="What it shows, in words, at most 1,024 characters.")
