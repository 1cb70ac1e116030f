"""What we call a device."""

import pytest
from django.test import RequestFactory

from accounts.devices import USER_AGENT_LENGTH, Device, describe

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_told_in_words(user_agent: str, words: str) -> None:
    assert describe(user_agent) == words


def test_a_hostile_user_agent_is_cut_to_what_can_be_stored() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="a\x00\x1b[31m" + "x" * 5000, REMOTE_ADDR="")
    device = Device.of(request)
    assert len(device.user_agent) == USER_AGENT_LENGTH
    assert device.user_agent.isprintable()
    assert device.ip is None
