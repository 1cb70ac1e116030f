"""Shapes of push subscriptions in JSON."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictSerializer


class SubscribeSerializer(StrictSerializer):
    """What the browser's `PushSubscription` says, without its wrapping."""

    endpoint = serializers.CharField(max_length=4000, help_text="Where the push service of the browser is.")
    p256dh = serializers.CharField(max_length=200, help_text="`keys.p256dh`, in base64url.")
    auth = serializers.CharField(max_length=100, help_text="`keys.auth`, in base64url.")
    text = serializers.BooleanField(default=True, help_text="Whether notices may say what was written.")


class PushSerializer(serializers.Serializer[Any]):
    """How it stands with the device that asks."""

    key = serializers.CharField(
        allow_null=True, help_text="The `applicationServerKey` to subscribe with; null: this server pushes nothing."
    )
    subscribed = serializers.BooleanField()
    text = serializers.BooleanField(help_text="Whether notices say what was written.")
