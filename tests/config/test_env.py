from pathlib import Path

import pytest

from config import mail
from config.env import ConfigurationError, read_env, write_development_file
from config.variables import VARIABLES
from tests.config.environment import PRODUCTION, manage


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.setenv("ENV_FILE", "")


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems() -> list[str]:
    """The lines of the report that name a variable."""
    with pytest.raises(ConfigurationError) as caught:
        read_env()
    return [line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")]


def test_all_bad_variables_are_named_in_one_message(production: pytest.MonkeyPatch) -> None:
    production.setenv("WEB_WORKERS", "two")
    production.setenv("DATABASE_POOL_SIZE", "1")
    production.setenv("LOG_LEVEL", "LOUD")
    production.setenv("BEHIND_PROXY", "perhaps")
    production.delenv("REDIS_URL")
    assert problems() == [
        "LOG_LEVEL: Must be one of: DEBUG, INFO, WARNING, ERROR.",
        "WEB_WORKERS: Not a valid integer.",
        "BEHIND_PROXY: Not a valid boolean.",
        "DATABASE_POOL_SIZE: Must be greater than or equal to 2.",
        f"REDIS_URL: is missing. {next(one.help for one in VARIABLES if one.name == 'REDIS_URL')}",
    ]


def test_without_debug_everything_that_production_needs_is_asked_for() -> None:
    names = [line.partition(":")[0] for line in problems()]
    assert names == ["SECRET_KEY", "JWT_SIGNING_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"]


def test_mail_needs_one_way_to_go_and_an_address_to_lead_to(production: pytest.MonkeyPatch) -> None:
    production.setenv("EMAIL_URL", "imap://mail.example.com")
    production.setenv("RESEND_API_KEY", "a-key")
    assert problems() == [
        "SITE_URL: is missing. Mails link to it: the address under which people reach Parley.",
        "RESEND_API_KEY: and EMAIL_URL are both set. Set the one by which mail shall go.",
        f"EMAIL_URL: {mail.NOT_AN_URL}",
    ]
    production.delenv("RESEND_API_KEY")
    production.setenv("SITE_URL", "chat.example.com")
    production.setenv("EMAIL_URL", "smtps://parley:p%40ss@mail.example.com")
    assert problems() == ["SITE_URL: is not the address of a site. Write `https://chat.example.com`."]
    production.setenv("SITE_URL", "https://chat.example.com")
    values = mail.smtp_settings(read_env()["EMAIL_URL"])
    assert values["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert (values["EMAIL_PORT"], values["EMAIL_USE_SSL"], values["EMAIL_USE_TLS"]) == (465, True, False)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("JWT_SIGNING_KEY", "short", "is shorter than 32 bytes. Set a longer random text."),
        ("JWT_SIGNING_KEY", PRODUCTION["SECRET_KEY"], "is the SECRET_KEY. Set another random text."),
        ("ALLOWED_HOSTS", "*", "must not be `*`. Name the hosts under which people reach Parley."),
        ("ALLOWED_HOSTS", "chat.example.com,*", "must not be `*`. Name the hosts under which people reach Parley."),
    ],
)
def test_what_is_not_safe_in_public_is_refused(
    production: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    production.setenv(name, value)
    assert problems() == [f"{name}: {problem}"]


@pytest.mark.parametrize("debug", ["true", "false"])
def test_an_address_that_cannot_be_read_is_a_sentence(production: pytest.MonkeyPatch, debug: str) -> None:
    production.setenv("DEBUG", debug)
    wrong = {
        "SENTRY_DSN": ["sentry", "https://sentry.example.com/1", "https://key@sentry.example.com"],
        "CLOUDINARY_URL": ["a-cloud", "cloudinary://key@cloud"],
        "S3_ENDPOINT_URL": ["s3.example.com"],
        "CLAMD_ADDRESS": ["127.0.0.1", "tcp://127.0.0.1:99999"],
        "DATABASE_URL": ["sqlite:///parley.db", "postgres://me:p[ss@db/parley", "postgres://me:p/ss@db/parley"],
        "REDIS_URL": ["redis.example.com:6379", "redis://redis.example.com:port/0"],
        "BIND": ["8000", "[::1]", "localhost:http"],
        "MAIL_FROM": ["Parley", "Parley <parley>"],
        "RESEND_API_URL": ["api.resend.com"],
    }
    for name, values in wrong.items():
        with production.context() as one:
            for value in values:
                one.setenv(name, value)
                [problem] = problems()
                assert problem.startswith(f"{name}: cannot be read as an address. Write it as `")
    production.setenv("SITE_URL", "https://[chat")
    assert problems() == ["SITE_URL: is not the address of a site. Write `https://chat.example.com`."]
    production.delenv("SITE_URL")
    production.setenv("DATABASE_URL", "postgres://me:p%5Bss%2F@db.example.com/parley")
    assert read_env()["DATABASE_URL"].endswith("/parley")


@pytest.mark.parametrize("debug", ["true", "false"])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALLOWED_HOSTS", "https://chat.example.com", "is no host. Write `chat.example.com`"),
        ("ALLOWED_HOSTS", "chat.example.com:8443", "is no host. Write `chat.example.com`"),
        ("ALLOWED_HOSTS", "[chat", "is no host. Write `chat.example.com`"),
        ("ALLOWED_ORIGINS", "chat.example.com", "is no origin. Write `https://chat.example.com`"),
        ("ALLOWED_ORIGINS", "https://chat.example.com/", "is no origin. Write `https://chat.example.com`"),
        ("ALLOWED_ORIGINS", "https://", "is no origin. Write `https://chat.example.com`"),
        ("ALLOWED_ORIGINS", "ftp://example.com", "is no origin. Write `https://chat.example.com`"),
        ("CORS_ALLOWED_ORIGINS", "*", "is no origin. Write `https://chat.example.com`"),
        ("CORS_ALLOWED_ORIGINS", "https://[chat", "is no origin. Write `https://chat.example.com`"),
    ],
)
def test_what_is_no_host_and_no_origin_is_named(
    production: pytest.MonkeyPatch, debug: str, name: str, value: str, words: str
) -> None:
    production.setenv("DEBUG", debug)
    good = "example.org" if name == "ALLOWED_HOSTS" else "https://example.org:8443"
    production.setenv(name, f"{good},{value}")
    assert problems() == [f"{name}: `{value}` {words}; several have commas between them."]


def test_blanks_around_the_commas_of_a_list_mean_nothing(production: pytest.MonkeyPatch) -> None:
    production.setenv("ALLOWED_HOSTS", " chat.example.com, .example.org ,,[::1],")
    assert read_env()["ALLOWED_HOSTS"] == ["chat.example.com", ".example.org", "[::1]"]


def test_a_number_that_no_calendar_has_is_refused(production: pytest.MonkeyPatch) -> None:
    production.setenv("MESSAGES_KEPT_DAYS", "1000000000")
    production.setenv("PUSH_DELAY_SECONDS", "3600")  # messages of an hour ago call nobody any more
    assert problems() == [
        "MESSAGES_KEPT_DAYS: Must be greater than or equal to 0 and less than or equal to 36500.",
        "PUSH_DELAY_SECONDS: Must be greater than or equal to 0 and less than or equal to 1800.",
    ]


def test_production_starts_with_what_it_needs_and_defaults(production: pytest.MonkeyPatch) -> None:
    values = read_env()
    assert values["ALLOWED_HOSTS"] == ["chat.example.com"]
    assert values["DEBUG"] is False
    assert values["WEB_WORKERS"] == 2


def test_in_development_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "true")
    assert read_env()["DATABASE_URL"] == ""


def test_an_empty_variable_is_a_missing_one(production: pytest.MonkeyPatch) -> None:
    production.setenv("WEB_WORKERS", "")
    assert read_env()["WEB_WORKERS"] == 2


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "env"
    file.write_text("DEBUG=true\nSITE_NAME=From the file\nWEB_WORKERS=3\n")
    monkeypatch.setenv("ENV_FILE", str(file))
    monkeypatch.setenv("WEB_WORKERS", "5")
    values = read_env()
    assert (values["SITE_NAME"], values["WEB_WORKERS"]) == ("From the file", 5)


def test_a_development_file_has_new_secrets_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "env"
    monkeypatch.setenv("ENV_FILE", str(file))
    assert write_development_file()
    assert file.stat().st_mode & 0o777 == 0o600
    values = read_env()
    assert values["DEBUG"] is True
    assert len(values["JWT_SIGNING_KEY"]) >= 32
    assert values["JWT_SIGNING_KEY"] != values["SECRET_KEY"]


def test_a_development_file_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "env"
    file.write_text("DEBUG=true\n")
    monkeypatch.setenv("ENV_FILE", str(file))
    assert not write_development_file()
    assert file.read_text() == "DEBUG=true\n"


def test_a_command_that_cannot_start_says_why_without_a_traceback() -> None:
    result = manage("check", WEB_WORKERS="two")
    assert result.returncode == 1
    assert "6 of its settings are missing or wrong" in result.stderr
    assert "Traceback" not in result.stderr


def test_embedded_services_are_not_for_production() -> None:
    without_services = {name: value for name, value in PRODUCTION.items() if not name.endswith("_URL")}
    result = manage("serve", **without_services)
    assert result.returncode == 1
    assert "DATABASE_URL: is missing" in result.stderr
    assert "REDIS_URL: is missing" in result.stderr


def test_up_is_for_development_only() -> None:
    result = manage("up", **PRODUCTION)
    assert result.returncode == 1
    assert "`up` is for development" in result.stderr
