"""Resend, through anymail, with the key by which it recognises a mail that is sent once more."""

from typing import Any

from anymail.backends.resend import EmailBackend, ResendPayload


class ResendBackend(EmailBackend):
    """Sends the `idempotency_key` of a message along, of which anymail knows nothing."""

    def build_message_payload(self, message: Any, defaults: Any) -> ResendPayload:
        payload = super().build_message_payload(message, defaults)
        if key := getattr(message, "idempotency_key", ""):
            payload.headers["Idempotency-Key"] = key
        return payload
