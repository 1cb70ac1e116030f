"""What we note about the device behind a request, and how we call it on the profile page."""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest

USER_AGENT_LENGTH = 300

# Order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
    ("curl", r"^curl/"),
    ("Python", r"python|httpx|aiohttp"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in from."""

    user_agent: str = ""
    ip: str | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Device":
        user_agent = re.sub(r"[^ -~]", "", request.headers.get("User-Agent", ""))
        return cls(user_agent[:USER_AGENT_LENGTH], _address(request.META.get("REMOTE_ADDR", "")))

    def resembles(self, other: "Device") -> bool:
        """Whether it could be the same one: in the same words, and from the same part of the net.

        Browsers change their version and providers their customers' addresses; neither makes a new device.
        """
        return describe(self.user_agent) == describe(other.user_agent) and _part(self.ip) == _part(other.ip)


def describe(user_agent: str) -> str:
    """The device in words: "Firefox on Linux"."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def _part(ip: str | None) -> str:
    """The part of the net that an address is of, as wide as one provider's customers are often moved in."""
    if ip is None:
        return ""
    address = ip_address(ip)
    return str(ip_network((ip, 16 if address.version == 4 else 32), strict=False))


def _first(patterns: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((name for name, pattern in patterns if re.search(pattern, user_agent)), None)


def _address(text: str) -> str | None:
    """An address Postgres accepts; servers on a unix socket have none to tell."""
    try:
        validate_ipv46_address(text)
    except ValidationError:
        return None
    return text
