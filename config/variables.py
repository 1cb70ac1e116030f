"""The registry of environment variables: every setting that an operator can change, and nothing else.

`.env.example` and `docs/configuration.md` are generated from it (`manage.py config`). What its values must not be
together is said in `config/refusals.py`.
"""

from dataclasses import dataclass
from typing import Any, Literal

from environs import Env, validate

CENTURY = 36_500
"""In days: what is kept longer is kept for ever."""


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
    maximum: int | None = None

    def read(self, env: Env) -> Any:
        """Return the parsed value; a bad one is kept in `env` until `seal()` reports them all."""
        if not env.str(self.name, "").strip():
            return self.default
        checks: list[validate.Validator] = []
        if self.one_of:
            checks.append(validate.OneOf(self.one_of))
        if self.minimum is not None:
            checks.append(validate.Range(min=self.minimum, max=self.maximum))
        value = getattr(env, self.kind)(self.name, validate=checks or None)
        return [item.strip() for item in value if item.strip()] if isinstance(value, list) else value


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
        "Who is in by such an address changes it for another such one only, unless an administrator does. "
        "Who signs up is asked by mail whether the address is theirs, and is in before they answer: where that is too "
        "little, choose `invite`.",
    ),
    Variable(
        "Messages", "MESSAGE_EDIT_SECONDS", "int", 900,
        "How long after sending a message can be edited by its author. 0: never.",
        minimum=0, maximum=CENTURY * 24 * 3600,
    ),
    Variable(
        "Messages", "MESSAGES_KEPT_DAYS", "int", 0,
        "How many days messages are kept; `manage.py purge` throws older ones away for good. 0: for ever.",
        minimum=0, maximum=CENTURY,
    ),
    Variable(
        "Messages", "DELETED_KEPT_DAYS", "int", 30,
        "How many days the text of a deleted message is kept for moderators, until `manage.py purge` forgets it.",
        minimum=0, maximum=CENTURY,
    ),
    Variable(
        "Messages", "REVISIONS_KEPT_DAYS", "int", 0,
        "How many days earlier versions of edited messages are kept. 0: as long as the message.",
        minimum=0, maximum=CENTURY,
    ),
    Variable(
        "Messages", "REPORTS_KEPT_DAYS", "int", 90,
        "How many days the text of a reported message, and what was said of it, is kept after the report is decided, "
        "until `manage.py purge` forgets it. 0: for ever.",
        minimum=0, maximum=CENTURY,
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
        "How long a message waits to be read before devices are told of it, in seconds, at most 1800; up to ten more "
        "pass by then.",
        minimum=0, maximum=1800,
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
