"""The registry of environment variables: every setting that an operator can change, and nothing else.

`.env.example` and `docs/configuration.md` are generated from it (`manage.py config`). All bad variables
are reported in one message, because to be told of them one restart at a time is no fun.
"""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, validate

from accounts.push.encoding import is_private_key
from config import mail

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 32  # bytes: HS256 wants a key at least as long as its hash (RFC 7518, section 3.2)

Values = dict[str, Any]

_SCANNER = re.compile(r"tcp://[^/\s]+:\d{1,5}|unix:/\S+")
_CONTACT = re.compile(r"mailto:[^@\s]+@[\w-]+(?:\.[\w-]+)+|https://[\w-]+(?:\.[\w-]+)+")
_UNSAFE = re.compile(r"(?:fsync|synchronous_commit|full_page_writes)\s*=\s*(?:off|false|0)", re.IGNORECASE)


class ConfigurationError(ImproperlyConfigured):
    """The environment does not describe a Parley that could run; the message says all that is wrong."""


@dataclass(frozen=True)
class Variable:
    """One environment variable, with what the reader and the documentation need to know of it."""

    group: str
    name: str
    kind: Literal["bool", "int", "list", "str"]
    default: Any
    help: str
    secret: bool = False
    required: bool = False  # outside DEBUG
    one_of: tuple[str, ...] = ()
    minimum: int | None = None

    def read(self, env: Env) -> Any:
        """Return the parsed value; a bad one is kept in `env` until `seal()` reports them all."""
        if not env.str(self.name, "").strip():
            return self.default
        checks: list[validate.Validator] = []
        if self.one_of:
            checks.append(validate.OneOf(self.one_of))
        if self.minimum is not None:
            checks.append(validate.Range(min=self.minimum))
        return getattr(env, self.kind)(self.name, validate=checks or None)


VARIABLES = (
    Variable(
        "General", "DEBUG", "bool", False,
        "Development: readable errors, embedded services, no secrets needed. Never where others can reach it.",
    ),
    Variable(
        "General", "SITE_NAME", "str", "Parley",
        "The name in page titles and in the admin.",
    ),
    Variable(
        "General", "LOG_LEVEL", "str", "INFO",
        "How much is logged. At INFO every request is one line.",
        one_of=("DEBUG", "INFO", "WARNING", "ERROR"),
    ),
    Variable(
        "General", "LOG_FORMAT", "str", "line",
        "`line` for people, `json` for programs: one object a line, with the id of the request or connection. Neither "
        "has texts of messages, tokens or what was searched for.",
        one_of=("line", "json"),
    ),
    Variable(
        "General", "VAR_DIR", "str", "var",
        "Directory for what is made at run time: embedded services, logs, collected static files. "
        "Relative to the checkout.",
    ),
    Variable(
        "Secrets", "SECRET_KEY", "str", "",
        "Signs what Django signs (CSRF, messages, links in mails, invitations). A long random text.",
        secret=True, required=True,
    ),
    Variable(
        "Secrets", "JWT_SIGNING_KEY", "str", "",
        "Signs access and refresh tokens. At least 32 bytes, and not the SECRET_KEY: one leak shall not open both.",
        secret=True, required=True,
    ),
    Variable(
        "Secrets", "JWT_ACCEPTED_KEYS", "list", [],
        "Other keys whose tokens are accepted too, so that a new key signs nobody out: `manage.py rotate_keys` says "
        "when which key stands here.",
        secret=True,
    ),
    Variable(
        "Secrets", "VAPID_PRIVATE_KEY", "str", "",
        "The key by which the push services of browsers know this server: 32 bytes in base64url. Empty: it comes from "
        "the SECRET_KEY, and all machines have the same. Where it changes, devices subscribe anew when a page opens.",
        secret=True,
    ),
    Variable(
        "Web", "ALLOWED_HOSTS", "list", [],
        "Host names under which people reach Parley, separated by commas. `*` is refused.",
        required=True,
    ),
    Variable(
        "Web", "ALLOWED_ORIGINS", "list", [],
        "Exact origins (`https://chat.example.com`) whose pages may open a socket and send forms. "
        "Empty: `https://` and each of the ALLOWED_HOSTS.",
    ),
    Variable(
        "Web", "CORS_ALLOWED_ORIGINS", "list", [],
        "Exact origins of other sites whose scripts may call the API with a bearer token (never with cookies).",
    ),
    Variable(
        "Web", "BIND", "str", "127.0.0.1:8000",
        "Address and port to listen on.",
    ),
    Variable(
        "Web", "WEB_WORKERS", "int", 2,
        "Web processes that share the port; about one for each processor core.",
        minimum=1,
    ),
    Variable(
        "Web", "PAGE_CACHE_MB", "int", 64,
        "How many megabytes of pages one web process keeps, each until something in it changes. 0: none.",
        minimum=0,
    ),
    Variable(
        "Web", "BEHIND_PROXY", "bool", False,
        "A proxy in front ends TLS and overwrites `X-Real-IP` and `X-Forwarded-Proto`. Without such a proxy anybody "
        "could claim any address, so it is off.",
    ),
    Variable(
        "Jobs", "JOB_WORKERS", "int", 1,
        "Processes that `serve` starts beside the web workers for what is done later: mail, pictures, upkeep. "
        "0: none here; run `manage.py worker` yourself, on as many machines as you like.",
        minimum=0,
    ),
    Variable(
        "Jobs", "JOB_CONCURRENCY", "int", 4,
        "How many jobs one of these processes does at once. Each may hold a connection to PostgreSQL.",
        minimum=1,
    ),
    Variable(
        "Watching", "METRICS_TOKEN", "str", "",
        "Who asks for `/metrics` must say `Authorization: Bearer` and this. Empty: only who comes from this machine.",
        secret=True,
    ),
    Variable(
        "Watching", "READY_NEEDS_WORKER", "bool", False,
        "Whether `/readyz` fails where no job worker was here within a minute; else it only says so.",
    ),
    Variable(
        "Watching", "SENTRY_DSN", "str", "",
        "Where errors are reported to, with the code they are in and without texts, cookies, addresses or names.",
        secret=True,
    ),
    Variable(
        "People", "SIGN_UP", "str", "open",
        "Who may sign up: `open`, everybody; `invite`, whoever has an invitation (`manage.py invite`, or *People* in "
        "the admin); `domain`, addresses of the SIGN_UP_DOMAINS, and whoever has an invitation.",
        one_of=("open", "invite", "domain"),
    ),
    Variable(
        "People", "SIGN_UP_DOMAINS", "list", [],
        "What stands behind the @ of addresses that need no invitation, separated by commas. Subdomains are others. "
        "Who signs up is asked by mail whether the address is theirs, and is in before they answer: where that is too "
        "little, choose `invite`.",
    ),
    Variable(
        "Messages", "MESSAGE_EDIT_SECONDS", "int", 900,
        "How long after sending a message can be edited by its author. 0: never.",
        minimum=0,
    ),
    Variable(
        "Messages", "MESSAGES_KEPT_DAYS", "int", 0,
        "How many days messages are kept; `manage.py purge` throws older ones away for good. 0: for ever.",
        minimum=0,
    ),
    Variable(
        "Messages", "DELETED_KEPT_DAYS", "int", 30,
        "How many days the text of a deleted message is kept for moderators, until `manage.py purge` forgets it.",
        minimum=0,
    ),
    Variable(
        "Messages", "REVISIONS_KEPT_DAYS", "int", 0,
        "How many days earlier versions of edited messages are kept. 0: as long as the message.",
        minimum=0,
    ),
    Variable(
        "Messages", "REPORTS_KEPT_DAYS", "int", 90,
        "How many days the text of a reported message, and what was said of it, is kept after the report is decided, "
        "until `manage.py purge` forgets it. 0: for ever.",
        minimum=0,
    ),
    Variable(
        "Messages", "PURGE_NIGHTLY", "bool", True,
        "Whether a job worker throws away each night, at 03:43 UTC, what is kept no longer. If not, run "
        "`manage.py purge` yourself.",
    ),
    Variable(
        "Messages", "THREADS", "bool", False,
        "Show beside a conversation what was answered to one of its messages, and under that message how often. "
        "Replies stand in the conversation as before, and what is unread is counted there. If there are replies from a "
        "version without threads, run `manage.py rebuild_threads` once.",
    ),
    Variable(
        "Messages", "LINK_PREVIEWS", "bool", False,
        "Show under a message what its first link leads to. This server asks the linked one then, which learns of it; "
        "only addresses of the public internet are asked.",
    ),
    Variable(
        "Notifications", "PUSH", "bool", True,
        "Tell devices that want it of messages also while no page is open (Web Push). This server hands notices, which "
        "only the device can open, to the push services of the browsers' makers, and needs a way to them: https, out.",
    ),
    Variable(
        "Notifications", "PUSH_DELAY_SECONDS", "int", 20,
        "How long a message waits to be read before devices are told of it, in seconds; up to ten more pass by then.",
        minimum=0,
    ),
    Variable(
        "Notifications", "VAPID_CONTACT", "str", "",
        "How a push service reaches the operator if something is wrong: `mailto:you@example.com`, or an address that "
        "begins with `https://`. Empty: the host of SITE_URL.",
    ),
    Variable(
        "Files", "UPLOAD_MB", "int", 25,
        "The largest file that can be sent, in megabytes.",
        minimum=1,
    ),
    Variable(
        "Files", "UPLOAD_DAY_MB", "int", 2000,
        "How much one person may send in a day, in megabytes.",
        minimum=1,
    ),
    Variable(
        "Files", "CLOUDINARY_URL", "str", "",
        "Keeps files at Cloudinary, as `cloudinary://key:secret@cloud`. Empty: in `media` below VAR_DIR, which all web "
        "machines must share then.",
        secret=True,
    ),
    Variable(
        "Files", "S3_BUCKET", "str", "",
        "Keeps files in this bucket; needs the extra `s3`. The key comes as AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or from the machine's role.",
    ),
    Variable(
        "Files", "S3_ENDPOINT_URL", "str", "",
        "Where what speaks like S3 is, if it is not Amazon's.",
    ),
    Variable(
        "Files", "S3_REGION", "str", "",
        "The region of the bucket.",
    ),
    Variable(
        "Files", "CLAMD_ADDRESS", "str", "",
        "A virus scanner that sees each file before it is kept: clamd, as `tcp://127.0.0.1:3310` or "
        "`unix:/run/clamav/clamd.ctl`. While it is away no files are taken. Empty: none.",
    ),
    Variable(
        "Mail", "SITE_URL", "str", "",
        "The address under which people reach Parley, `https://chat.example.com`: links in mails begin with it. "
        "Required as soon as mail is sent. Empty: the first of the ALLOWED_ORIGINS; with DEBUG this machine.",
    ),
    Variable(
        "Mail", "RESEND_API_KEY", "str", "",
        "Mail goes by Resend, with this key. Without it and without EMAIL_URL no mail is sent; with DEBUG it is "
        "written to the console.",
        secret=True,
    ),
    Variable(
        "Mail", "RESEND_API_URL", "str", "https://api.resend.com/",
        "Where Resend's API is, if not there.",
    ),
    Variable(
        "Mail", "EMAIL_URL", "str", "",
        "Mail goes by this SMTP server: `smtp+tls://user:password@mail.example.com:587` (STARTTLS), `smtps://` (TLS "
        "from the start) or `smtp://` (neither; for a server on this machine).",
        secret=True,
    ),
    Variable(
        "Mail", "MAIL_FROM", "str", "",
        "Who mails are from: `Parley <parley@example.com>`. Empty: the SITE_NAME, and `noreply` at the "
        "host of SITE_URL.",
    ),
    Variable(
        "Services", "DATABASE_URL", "str", "",
        "PostgreSQL, as `postgres://user:password@host:5432/name`. Empty with DEBUG: the embedded one.",
        secret=True, required=True,
    ),
    Variable(
        "Services", "DATABASE_POOL_SIZE", "int", 10,
        "Connections that one web process may hold. Workers times this must stay below PostgreSQL's max_connections.",
        minimum=2,
    ),
    Variable(
        "Services", "REDIS_URL", "str", "",
        "Redis or Valkey, as `redis://:password@host:6379/0`. Empty with DEBUG: the embedded one.",
        secret=True, required=True,
    ),
    Variable(
        "Services", "REDIS_PREFIX", "str", "parley",
        "Begins every Redis key and channel, so that installations can share a server.",
    ),
)  # fmt: skip


def read_env() -> Values:
    """Return the value of every variable, by name.

    A `.env` beside manage.py is read first; the real environment wins over it.
    Raises ConfigurationError, which lists all that is wrong and what to set.
    """
    env = Env(eager=False)
    file = env_file()
    if file is not None:
        env.read_env(file, recurse=False)
    values = {variable.name: variable.read(env) for variable in VARIABLES}
    problems: dict[str, str] = {}
    try:
        env.seal()
    except EnvValidationError as error:
        messages = cast("Mapping[str, list[str]]", error.error_messages)
        problems = {name: " ".join(sentences) for name, sentences in messages.items()}
    if "DEBUG" not in problems:
        problems = {
            **mail_refusals(values),
            **push_refusals(values),
            **({} if values["DEBUG"] else refusals(values)),
            **problems,
        }
    if problems:
        raise ConfigurationError(_report(problems))
    return values


def refusals(values: Values) -> dict[str, str]:
    """Return, by variable, why these values must not be run in public, and what to set."""
    problems = {
        variable.name: f"is missing. {variable.help}"
        for variable in VARIABLES
        if variable.required and not values[variable.name]
    }
    if any(len(key.encode()) < SHORTEST_KEY for key in values["JWT_ACCEPTED_KEYS"] or []):
        problems["JWT_ACCEPTED_KEYS"] = (
            f"has a key shorter than {SHORTEST_KEY} bytes. `manage.py rotate_keys` makes them."
        )
    if len((values["SECRET_KEY"] or "").encode()) < SHORTEST_KEY and "SECRET_KEY" not in problems:
        problems["SECRET_KEY"] = f"is shorter than {SHORTEST_KEY} bytes. Set a longer random text."
    jwt_key = values["JWT_SIGNING_KEY"] or ""
    if jwt_key and len(jwt_key.encode()) < SHORTEST_KEY:
        problems["JWT_SIGNING_KEY"] = f"is shorter than {SHORTEST_KEY} bytes. Set a longer random text."
    elif jwt_key and jwt_key == values["SECRET_KEY"]:
        problems["JWT_SIGNING_KEY"] = "is the SECRET_KEY. Set another random text."
    if values["CLOUDINARY_URL"] and values["S3_BUCKET"]:
        problems["S3_BUCKET"] = "is set, and CLOUDINARY_URL as well. Choose one place for files."
    if values["CLAMD_ADDRESS"] and not _SCANNER.fullmatch(values["CLAMD_ADDRESS"]):
        problems["CLAMD_ADDRESS"] = "is no address. Write it as `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`."
    if "*" in (values["CORS_ALLOWED_ORIGINS"] or []):
        problems["CORS_ALLOWED_ORIGINS"] = "must not be `*`. Name the sites whose scripts may call the API."
    database = unquote(values["DATABASE_URL"] or "")
    if database and urlsplit(database).scheme not in ("postgres", "postgresql"):
        problems["DATABASE_URL"] = "is not of PostgreSQL. Write it as `postgres://user:password@host:5432/name`."
    elif _UNSAFE.search(database):
        problems["DATABASE_URL"] = "turns off what keeps messages through a crash. Remove that option."
    if "*" in (values["ALLOWED_HOSTS"] or []):
        problems["ALLOWED_HOSTS"] = "must not be `*`. Name the hosts under which people reach Parley."
    return problems


def mail_refusals(values: Values) -> dict[str, str]:
    """Return, by variable, why mail could not be sent with these values, and what to set."""
    return mail.refusals(
        resend_api_key=values["RESEND_API_KEY"] or "",
        email_url=values["EMAIL_URL"] or "",
        site_url=values["SITE_URL"] or "",
        debug=values["DEBUG"],
    )


def push_refusals(values: Values) -> dict[str, str]:
    """Return, by variable, why push services would take nothing from us with these values, and what to set."""
    problems = {}
    key, contact = values["VAPID_PRIVATE_KEY"] or "", values["VAPID_CONTACT"] or ""
    if key and not is_private_key(key):
        problems["VAPID_PRIVATE_KEY"] = (
            "is no private key. Make one: `openssl rand 32 | basenc --base64url`; or leave it empty."
        )
    if contact and not _CONTACT.fullmatch(contact):
        problems["VAPID_CONTACT"] = "is no contact. Write it as `mailto:you@example.com` or `https://chat.example.com`."
    return problems


def env_file() -> Path | None:
    """The file that is read before the environment; ENV_FILE names another one, or none if it is empty."""
    name = os.environ.get("ENV_FILE", str(ROOT / ".env"))
    return Path(name) if name else None


def write_development_file() -> bool:
    """Write a `.env` with DEBUG and fresh secrets, readable by its owner only; say whether it was new."""
    path = env_file()
    if path is None:
        return False
    lines = [
        "# Written by the first `make run`, for development on this machine. `.env.example` lists all settings.",
        "DEBUG=true",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"JWT_SIGNING_KEY={secrets.token_urlsafe(48)}",
    ]
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    return True


def _report(problems: dict[str, str]) -> str:
    names: Iterable[str] = (variable.name for variable in VARIABLES if variable.name in problems)
    return "\n".join(
        [
            f"Parley cannot start, {len(problems)} of its settings are missing or wrong:",
            *(f"  {name}: {problems[name]}" for name in names),
            "Set them in the environment or in .env (docs/configuration.md explains each). "
            "To try Parley on this machine, `make run` writes a .env for development.",
        ]
    )
