"""How mail is sent, from what the operator has set: by Resend, by an SMTP server, to the console, or not at all."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 10
"""How long a provider may take to answer. A job waits for it, with the row of its mail locked."""

# scheme: (usual port, TLS from the first byte, TLS after STARTTLS)
SCHEMES = {"smtp": (25, False, False), "smtp+tls": (587, False, True), "smtps": (465, True, False)}

BY_RESEND = "accounts.mail.backends.ResendBackend"
BY_SMTP = "django.core.mail.backends.smtp.EmailBackend"
TO_CONSOLE = "accounts.mail.console.ConsoleBackend"
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"

NOT_AN_URL = "is not the address of a mail server. Write `smtp+tls://user:password@mail.example.com:587` (or smtps://)."


def backend(*, resend_api_key: str, email_url: str, debug: bool) -> str:
    """The backend that these settings mean."""
    if resend_api_key:
        return BY_RESEND
    if email_url:
        return BY_SMTP
    return TO_CONSOLE if debug else NOWHERE


def smtp_settings(url: str) -> dict[str, Any]:
    """Django's settings for an SMTP server. Raises `ValueError` with what to write instead."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or parse_qs(parts.query) or parts.path.strip("/"):
        raise ValueError(NOT_AN_URL)
    port, ssl, starttls = SCHEMES[parts.scheme]
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": ssl,
        "EMAIL_USE_TLS": starttls,
    }


def refusals(*, resend_api_key: str, email_url: str, site_url: str, debug: bool) -> dict[str, str]:
    """Why mail could not be sent so, by variable."""
    problems = {}
    if email_url:
        try:
            smtp_settings(email_url)
        except ValueError:  # also of a port that is no number
            problems["EMAIL_URL"] = NOT_AN_URL
    if resend_api_key and email_url:
        problems["RESEND_API_KEY"] = "and EMAIL_URL are both set. Set the one by which mail shall go."
    if site_url and not _is_site(site_url):
        problems["SITE_URL"] = "is not the address of a site. Write `https://chat.example.com`."
    elif not site_url and not debug and (resend_api_key or email_url):
        problems["SITE_URL"] = "is missing. Mails link to it: the address under which people reach Parley."
    return problems


def _is_site(url: str) -> bool:
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and not parts.path.strip("/")
