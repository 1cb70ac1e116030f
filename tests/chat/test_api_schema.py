"""What the API's documentation says."""

import json
from pathlib import Path

from django.core.management import call_command


def test_it_is_complete_valid_and_free_of_warnings(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(file))
    paths = json.loads(file.read_text())["paths"]
    methods = {path: set(each) for path, each in paths.items()}
    for path, expected in {
        "/api/rooms/": {"get", "post"},
        "/api/rooms/public/": {"get"},
        "/api/rooms/{room_id}/": {"get", "patch"},
        "/api/rooms/{room_id}/read/": {"post"},
        "/api/rooms/{room_id}/members/": {"get", "post"},
        "/api/rooms/{room_id}/invitations/": {"get", "post"},
        "/api/rooms/{room_id}/messages/": {"get", "post"},
        "/api/messages/{message_id}/": {"get", "delete"},
        "/api/invitations/{token}/accept/": {"post"},
        "/api/users/": {"get"},
        "/api/presence/": {"get"},
    }.items():
        assert expected <= methods[path], path
