"""Django's settings. What an operator may change comes from `config/variables.py`; the rest is decided here."""

from datetime import timedelta
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext

from config import mail
from config.embedded import Services
from config.env import ROOT, read_env
from config.media import media_storage
from config.redis import connection_options

django_stubs_ext.monkeypatch()  # before any module is imported that writes `ModelAdmin[User]`
env = read_env()

# Where we are

BASE_DIR = ROOT
VAR_DIR = BASE_DIR / env["VAR_DIR"]
DEBUG: bool = env["DEBUG"]
SITE_NAME: str = env["SITE_NAME"]
SECRET_KEY: str = env["SECRET_KEY"] or "only-for-development-secret-key-of-nobody"
JWT_SIGNING_KEY: str = env["JWT_SIGNING_KEY"] or "only-for-development-signing-key-of-nobody"
JWT_ACCEPTED_KEYS: list[str] = env["JWT_ACCEPTED_KEYS"]
VAPID_PRIVATE_KEY: str = env["VAPID_PRIVATE_KEY"]

ALLOWED_HOSTS: list[str] = env["ALLOWED_HOSTS"] or ["localhost", ".localhost", "127.0.0.1", "[::1]"]
# In DEBUG an empty list means: the page's own scheme, host and port.
ALLOWED_ORIGINS: list[str] = env["ALLOWED_ORIGINS"] or (
    [] if DEBUG else [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(".")]
)
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
BIND: str = env["BIND"]
WEB_WORKERS: int = env["WEB_WORKERS"]
JOB_WORKERS: int = env["JOB_WORKERS"]
JOB_CONCURRENCY: int = env["JOB_CONCURRENCY"]
BEHIND_PROXY: bool = env["BEHIND_PROXY"]

# Parts

INSTALLED_APPS = [
    "config.apps.ProjectConfig",
    "procrastinate.contrib.django",  # before accounts, which shows jobs in the admin in a way of its own
    "accounts",
    "presence",
    "chat",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.outages.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.compression.CompressionMiddleware",  # with padding of a random length, against BREACH
    "config.errors.NotAllowedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.csp.csp_middleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.AuthenticationMiddleware",
    "accounts.middleware.ZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.csp.nonce_context",
                "config.context.site",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# Services: truth is in PostgreSQL, Redis carries hints and leases.

EMBEDDED = Services(VAR_DIR)
DATABASE_URL: str = env["DATABASE_URL"] or EMBEDDED.database_url
REDIS_URL: str = env["REDIS_URL"] or EMBEDDED.redis_url
REDIS_PREFIX: str = env["REDIS_PREFIX"]

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=True)}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        # Each request has its own thread: kept connections would leak, pooled ones do not.
        "pool": {"min_size": 2, "max_size": env["DATABASE_POOL_SIZE"], "timeout": 3, "max_lifetime": 1800},
        # No thread is held for long by a lock or by one slow query.
        "options": "-c lock_timeout=2s -c statement_timeout=5s -c idle_in_transaction_session_timeout=10s",
        "connect_timeout": 3,
        # Statements written by hand (`accounts.rows`) are planned once for each connection, from their third use on.
        "prepare_threshold": 2,
    }
)
DATABASE_POOL_SIZE: int = env["DATABASE_POOL_SIZE"]
# Threads that do the sockets' database work; some connections stay free for pages and REST.
DATABASE_THREADS: int = max(1, env["DATABASE_POOL_SIZE"] - 2)
# Threads for pages and REST. More than there are connections for: some wait for a password hash, or for a disk.
REQUEST_THREADS = 16
# Threads for uploads, which wait for a decoder and for a storage; the others wait in files meanwhile.
UPLOAD_THREADS = 3
# Answers kept in the memory of each worker (config/kept). In DEBUG templates may change under our feet.
PAGE_CACHE_BYTES: int = 0 if DEBUG else env["PAGE_CACHE_MB"] * 1024 * 1024
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "accounts.layer.ChannelLayer",
        "CONFIG": {
            # RESP 2: with 3, redis-py describes each event for a line of its debug log
            "hosts": [{"address": REDIS_URL, "protocol": 2, **connection_options(REDIS_URL)}],
            "prefix": REDIS_PREFIX,
        },
    },
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # only job workers need to know the tasks (accounts/jobs.py)

# Who you are

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
VISIT_LIFETIME = timedelta(hours=1)  # of who comes by the widget of another site, at most
REFRESH_GRACE = timedelta(seconds=30)  # five tabs refresh at once: all get the same new pair

# Who may sign up (accounts/invitations.py)

SIGN_UP: str = env["SIGN_UP"]
SIGN_UP_DOMAINS: list[str] = [domain.lower().removeprefix("@") for domain in env["SIGN_UP_DOMAINS"]]

# Presence, in seconds: a lease outlives two lost renewals (presence/checks.py holds that).

PRESENCE_LEASE_SECONDS = 60
PRESENCE_RENEW_SECONDS = 20
PRESENCE_GRACE_SECONDS = 8
PRESENCE_SWEEP_SECONDS = 2

# Mail: by jobs only (accounts/mail), with links to this site as the operator names it, never as a request does.

SITE_URL: str = (
    env["SITE_URL"].rstrip("/") or next(iter(ALLOWED_ORIGINS), "") or f"http://localhost:{BIND.rpartition(':')[2]}"
)
EMAIL_BACKEND = mail.backend(resend_api_key=env["RESEND_API_KEY"], email_url=env["EMAIL_URL"], debug=DEBUG)
MAIL_ENABLED: bool = EMAIL_BACKEND != mail.NOWHERE
MAIL_FROM: str = env["MAIL_FROM"] or formataddr((SITE_NAME, f"noreply@{urlsplit(SITE_URL).hostname}"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
EMAIL_TIMEOUT = mail.SECONDS
ANYMAIL = {
    "RESEND_API_KEY": env["RESEND_API_KEY"],
    "RESEND_API_URL": env["RESEND_API_URL"],
    "REQUESTS_TIMEOUT": mail.SECONDS,
}
if env["EMAIL_URL"]:
    vars().update(mail.smtp_settings(env["EMAIL_URL"]))
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # the longest that any link in a mail lives; each kind has its own lifetime

# Notices to devices while no page is open (accounts/push, chat/push)

PUSH: bool = env["PUSH"]
PUSH_DELAY = timedelta(seconds=env["PUSH_DELAY_SECONDS"])
PUSH_LOOPBACK = False  # whether push services may be on this machine, where tests have theirs
VAPID_CONTACT: str = env["VAPID_CONTACT"] or f"https://{urlsplit(SITE_URL).hostname}"

# Messages

MESSAGE_EDIT_SECONDS: int = env["MESSAGE_EDIT_SECONDS"]
THREADS: bool = env["THREADS"]
LINK_PREVIEWS: bool = env["LINK_PREVIEWS"]
MESSAGES_KEPT_DAYS: int = env["MESSAGES_KEPT_DAYS"]
DELETED_KEPT_DAYS: int = env["DELETED_KEPT_DAYS"]
REVISIONS_KEPT_DAYS: int = env["REVISIONS_KEPT_DAYS"]
REPORTS_KEPT_DAYS: int = env["REPORTS_KEPT_DAYS"]
PURGE_NIGHTLY: bool = env["PURGE_NIGHTLY"]

# Files (chat/media)

UPLOAD_BYTES: int = env["UPLOAD_MB"] * 1024 * 1024
CLOUDINARY_URL: str = env["CLOUDINARY_URL"]
S3_BUCKET: str = env["S3_BUCKET"]
CLAMD_ADDRESS: str = env["CLAMD_ADDRESS"]

# How much one person may do, on all devices and in all workers together (chat/limits.py).

RATE_LIMITS = {
    "sends": "100/10 seconds",
    "frames": "3000/10 seconds",
    "handshakes": "60/minute",
    "syncs": "20000/10 seconds",  # in messages told
    "typing": "20/10 seconds",
    "drafts": "60/10 seconds",
    "changes": "100/10 seconds",
    "groups": "120/minute",
    "searches": "60/minute",
    "uploads": "60/minute",
    "uploaded": f"{env['UPLOAD_DAY_MB'] * 1024}/day",  # in KiB
    "visitor_sends": "10/10 seconds",
    "visits": "60/minute",  # from one address, by the widget on pages of other sites; so are its
    "visitor_handshakes": "60/minute",
    "conversations": "60/hour",  # that visitors begin, from one address: each tells a whole team
    "reports": "30/hour",
}
SOCKETS_PER_USER = 10
# One socket, before its frames are even looked at (config/server.py).
SOCKET_FRAMES_PER_SECOND = 100
SOCKET_FRAMES_AT_ONCE = 400

# REST

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["config.renderers.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.BoundedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.CookieAuthentication",
        "accounts.authentication.BearerAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api.exception_handler",
    "STRICT_JSON": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": "Rooms, messages and people. [Live events](/api/events/) travel over the socket at /ws/.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {"RoomKind": "chat.models.Room.Kind", "MessageKind": "chat.models.Message.Kind"},
}
CORS_ALLOWED_ORIGINS: list[str] = env["CORS_ALLOWED_ORIGINS"]
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/api/"

# Pages

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
STATIC_URL = "/static/"
STATIC_COLLECTED = not DEBUG  # otherwise each file is served as it was written, and read anew
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "media": media_storage(env, directory=VAR_DIR / "media"),
    "staticfiles": {
        # Hashed names, also inside `import … from "./x.js"`: files are cached for ever, pages find the new ones.
        "BACKEND": (
            "config.storage.StaticFilesStorage"
            if STATIC_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        ),
        **({"OPTIONS": {"support_js_module_import_aggregation": True}} if STATIC_COLLECTED else {}),
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "chat.media.incoming.FileHandler",
]

# Browsers

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = BEHIND_PROXY and not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SAMESITE = "Lax"
# Django 6's setting of that name, and its shape: `config/csp.py` goes when we move there.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "<CSP_NONCE_SENTINEL>"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["'self'", "blob:"],
    "connect-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    # Text becomes part of a page, or a script, in one place only (static/js/chat/trusted.js).
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["parley"],
}

SILENCED_SYSTEM_CHECKS = [
    "admin.E410",  # wants Django's sessions; the admin uses ours
    "security.W005",  # HSTS for subdomains and
    "security.W021",  # preloading are for whoever owns the domain to decide
]

# Who watches

METRICS_TOKEN: str = env["METRICS_TOKEN"]
READY_NEEDS_WORKER: bool = env["READY_NEEDS_WORKER"]
SENTRY_DSN: str = env["SENTRY_DSN"]

# Logs: one line each, with the worker's number

LOG_FORMAT: str = env["LOG_FORMAT"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "chosen": {"()": "config.logs.json_formatter" if LOG_FORMAT == "json" else "config.logs.LineFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
    "root": {"handlers": ["console"], "level": env["LOG_LEVEL"]},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is in the access log already,
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # and so is every scanner's 400
        "daphne": {"level": "WARNING"},
        "channels_redis.pubsub": {"level": "CRITICAL"},  # a traceback a second while Redis is away; we say so once
        "asyncio": {"level": "WARNING"},
        "procrastinate": {"level": "CRITICAL"},  # accounts/jobs says what becomes of jobs, in a line each
    },
}
