"""Sending files in tests, over REST as browsers do."""

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from chat.models import Room


def post_file(api: APIClient, content: bytes, name: str = "file", **fields: Any) -> Any:
    """What comes of an upload."""
    file = SimpleUploadedFile(name, content)
    return api.post("/api/uploads/", {"file": file, **fields}, format="multipart")


def uploaded(api: APIClient, content: bytes, name: str = "file", **fields: Any) -> dict[str, Any]:
    """An upload that is taken."""
    answer = post_file(api, content, name, **fields)
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def post_message(api: APIClient, room: Room, *attachments: dict[str, Any], body: str = "", **fields: Any) -> Any:
    message = {"client_id": str(uuid4()), "body": body, "attachments": [each["id"] for each in attachments]}
    return api.post(f"/api/rooms/{room.pk}/messages/", {**message, **fields}, format="json")


def sent(api: APIClient, room: Room, *attachments: dict[str, Any], body: str = "", **fields: Any) -> dict[str, Any]:
    """A message that is sent with these."""
    answer = post_message(api, room, *attachments, body=body, **fields)
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told
