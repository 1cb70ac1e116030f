"""Why Parley does not start with some values, and what to set instead: by variable, as they stand in its report.

Of what type a variable is, and within which bounds, is declared with it (`config/variables.py`). Here are the forms of
addresses, and what is wrong in public only, or beside others.
"""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from accounts.push.encoding import is_private_key
from config import mail
from config.variables import VARIABLES

SHORTEST_KEY = 32  # bytes: HS256 wants a key at least as long as its hash (RFC 7518, section 3.2)

Values = dict[str, Any]
"""By the names of the variables."""

_SPECIAL = ", and what is special in a password with `%` (`%2F` for `/`)"

# What an address is like, and how to write it.
_ADDRESSES = {
    "BIND": (r"unix:\S+|\S*:\d{1,5}", "`127.0.0.1:8000` or `unix:/run/parley.sock`"),
    "SENTRY_DSN": (r"https?://[^\s/@]+@\S+/\d+", "`https://key@sentry.example.com/1`"),
    "CLOUDINARY_URL": (r"cloudinary://[^\s/:@]+:[^\s/@]+@[^\s/]+", "`cloudinary://key:secret@cloud`"),
    "S3_ENDPOINT_URL": (r"https?://\S+", "`https://s3.example.com`"),
    "CLAMD_ADDRESS": (r"tcp://[^\s/]+:\d+|unix:/\S+", "`tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`"),
    "RESEND_API_URL": (r"https?://\S+", "`https://api.resend.com/`"),
    "MAIL_FROM": (r"(?:[^<>]*<)?[^\s<>@]+@[^\s<>@]+>?", "`Parley <parley@example.com>`"),
    "DATABASE_URL": (r"postgres(?:ql)?://.+", f"`postgres://user:password@host:5432/name`{_SPECIAL}"),
    "REDIS_URL": (r"(?:rediss?|unix)://.+", f"`redis://:password@host:6379/0`{_SPECIAL}"),
}
_HOST = re.compile(r"\*|\.?[^\s/:@*\[\]]+|\[[0-9a-fA-F:.]+\]")
_CONTACT = re.compile(r"mailto:[^@\s]+@[\w-]+(?:\.[\w-]+)+|https://[\w-]+(?:\.[\w-]+)+")
_UNSAFE = re.compile(r"(?:fsync|synchronous_commit|full_page_writes)\s*=\s*(?:off|false|0)", re.IGNORECASE)


def refusals(values: Values) -> dict[str, str]:
    """Return, by variable, why Parley must not run with these values, and what to set."""
    areas = (_of_addresses, _of_lists, _of_files, _of_mail, _of_push)
    problems = {name: problem for area in areas for name, problem in area(values).items()}
    return problems if values["DEBUG"] else {**problems, **_in_public(values)}


def _in_public(values: Values) -> dict[str, str]:
    missing = {
        variable.name: f"is missing. {variable.help}"
        for variable in VARIABLES
        if variable.required and not values[variable.name]
    }
    return {**_of_keys(values), **_of_hosts(values), **_of_durability(values), **missing}


def _of_addresses(values: Values) -> dict[str, str]:
    return {
        name: f"cannot be read as an address. Write it as {example}."
        for name, (pattern, example) in _ADDRESSES.items()
        if values[name] and not _is_address(values[name], pattern)
    }


def _is_address(text: str, pattern: str) -> bool:
    try:
        port = urlsplit(text).port
    except ValueError:  # what comes behind the host is no port, or a bracket is no part of one
        return False
    return port != 0 and re.fullmatch(pattern, text) is not None


def _of_lists(values: Values) -> dict[str, str]:
    return {
        name: f"`{item}` is no {kind}. Write {example}; several have commas between them."
        for name, (is_right, kind, example) in _LISTS.items()
        for item in values[name] or []
        if not is_right(item)
    }


def _is_host(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def _is_origin(text: str) -> bool:
    """Whether it is a scheme, a host and perhaps a port. With a path, or as a bare host, it would never match."""
    return _is_address(text, r"https?://[^/]+") and text == "{0.scheme}://{0.netloc}".format(urlsplit(text))


_LISTS = {
    "ALLOWED_HOSTS": (_is_host, "host", "`chat.example.com`"),
    "ALLOWED_ORIGINS": (_is_origin, "origin", "`https://chat.example.com`"),
    "CORS_ALLOWED_ORIGINS": (_is_origin, "origin", "`https://chat.example.com`"),
}


def _of_keys(values: Values) -> dict[str, str]:
    problems = {}
    if any(len(key.encode()) < SHORTEST_KEY for key in values["JWT_ACCEPTED_KEYS"] or []):
        problems["JWT_ACCEPTED_KEYS"] = (
            f"has a key shorter than {SHORTEST_KEY} bytes. `manage.py rotate_keys` makes them."
        )
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY"):
        if len((values[name] or "").encode()) < SHORTEST_KEY:
            problems[name] = f"is shorter than {SHORTEST_KEY} bytes. Set a longer random text."
    if values["JWT_SIGNING_KEY"] == values["SECRET_KEY"]:
        problems.setdefault("JWT_SIGNING_KEY", "is the SECRET_KEY. Set another random text.")
    return problems


def _of_files(values: Values) -> dict[str, str]:
    if values["CLOUDINARY_URL"] and values["S3_BUCKET"]:
        return {"S3_BUCKET": "is set, and CLOUDINARY_URL as well. Choose one place for files."}
    return {}


def _of_hosts(values: Values) -> dict[str, str]:
    if "*" in (values["ALLOWED_HOSTS"] or []):
        return {"ALLOWED_HOSTS": "must not be `*`. Name the hosts under which people reach Parley."}
    return {}


def _of_durability(values: Values) -> dict[str, str]:
    if _UNSAFE.search(unquote(values["DATABASE_URL"] or "")):
        return {"DATABASE_URL": "turns off what keeps messages through a crash. Remove that option."}
    return {}


def _of_mail(values: Values) -> dict[str, str]:
    return mail.refusals(
        resend_api_key=values["RESEND_API_KEY"] or "",
        email_url=values["EMAIL_URL"] or "",
        site_url=values["SITE_URL"] or "",
        debug=values["DEBUG"],
    )


def _of_push(values: Values) -> dict[str, str]:
    problems = {}
    key, contact = values["VAPID_PRIVATE_KEY"] or "", values["VAPID_CONTACT"] or ""
    if key and not is_private_key(key):
        problems["VAPID_PRIVATE_KEY"] = (
            "is no private key. Make one: `openssl rand 32 | basenc --base64url`; or leave it empty."
        )
    if contact and not _CONTACT.fullmatch(contact):
        problems["VAPID_CONTACT"] = "is no contact. Write it as `mailto:you@example.com` or `https://chat.example.com`."
    return problems
