"""What is deployed by: no engine runs here, so these files are held against what they call and name."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from config import first_run
from config.env import ROOT
from config.refusals import refusals
from config.variables import VARIABLES
from tests.config.environment import PRODUCTION, environment, manage
from tests.config.waiting import until
from tests.ports import free_port

KNOWN = {variable.name for variable in VARIABLES} | {"ENV_FILE"}
FOREIGN = {"PARLEY_HOST", "PARLEY_WEB", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"}
DEPLOY = ROOT / "deploy"


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def kubernetes() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))


def containers() -> list[dict[str, Any]]:
    """All containers of Kubernetes' pods."""
    found = []
    for document in kubernetes():
        spec = document.get("spec", {})
        pod = spec.get("jobTemplate", {}).get("spec", spec).get("template", {}).get("spec", {})
        for container in pod.get("containers", []):
            assert pod["securityContext"]["runAsUser"] == first_run.PARLEY
            volumes = {volume["name"] for volume in pod["volumes"]}
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
            found.append(container)
    return found


def in_shell(text: str) -> list[list[str]]:
    """The commands of ours that are called in a text of lines as shells and systemd read them."""
    return [shlex.split(words) for words in re.findall(r"manage\.py ([^;'\\\n]+)", text)]


def parse(words: list[str]) -> None:
    """Fail where there is no such command, or it does not take these words."""
    name, *rest = words
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(rest)


def test_every_command_that_is_called_exists_and_takes_its_words() -> None:
    called = [service["command"] for service in compose()["services"].values() if service.get("image") == "parley"]
    for container in containers():
        called += [container["args"]] if "command" not in container else in_shell("\n".join(container["args"]))
    for unit in (DEPLOY / "systemd").iterdir():
        called += in_shell(unit.read_text())
    assert len(called) > 15
    for words in filter(None, called):
        parse(words)


def test_every_command_that_is_told_of_exists() -> None:
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"), *DEPLOY.rglob("*")]
    told = {
        name
        for path in texts
        if path.is_file()
        for name in re.findall(r"(?:manage\.py|run --rm web1) ([a-z_]+)", path.read_text())
    }
    assert len(told) > 10
    assert told <= set(get_commands())


def test_every_variable_that_is_set_is_one_that_is_read() -> None:
    named = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    named |= {name for document in kubernetes() if document["kind"] == "ConfigMap" for name in document["data"]}
    docker = (ROOT / "Dockerfile").read_text()
    named |= set(re.findall(r"\b([A-Z][A-Z_]+)=", docker)) - {"PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK"}
    assert {name for name in named if not name.startswith(("UV_", "PYTHON"))} <= KNOWN | FOREIGN
    required = {variable.name for variable in VARIABLES if variable.required}
    assert required <= {*re.findall(r"from-literal=([A-Z_]+)", (DEPLOY / "kubernetes.yaml").read_text())} | named


def test_compose_has_what_parley_needs_and_nothing_runs_as_root_or_writes_where_it_should_not() -> None:
    services = compose()["services"]
    assert {"postgres", "valkey", "web1", "web2", "worker", "caddy", "init", "migrate"} == set(services)
    for name in ("web1", "web2", "worker", "migrate"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["environment"]["BEHIND_PROXY"] == "true"
    assert "USER 10001" in (ROOT / "Dockerfile").read_text()
    assert first_run.PARLEY == 10001
    volumes = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])}
    assert {volume for volume in volumes if not volume.startswith(".")} == set(compose()["volumes"])
    ports = {address.rpartition(":")[2] for address in services["caddy"]["environment"]["PARLEY_WEB"].split()}
    assert ports == {services["web1"]["environment"]["BIND"].rpartition(":")[2]}
    ignored = (ROOT / ".dockerignore").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists()
            assert f"!{path}" in ignored.splitlines()


def test_secrets_are_made_once_and_production_starts_with_them(tmp_path: Path) -> None:
    assert first_run.write(tmp_path) == ["postgres", "valkey", "env"]
    before = (tmp_path / "env").read_text()
    assert first_run.write(tmp_path) == []
    assert (tmp_path / "env").read_text() == before
    assert (tmp_path / "env").stat().st_mode & 0o007 == 0
    assert (tmp_path / "postgres").read_text().strip() in before
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **in_compose(tmp_path / "env"))
    assert checked.returncode == 0, checked.stderr


def in_compose(secrets: Path) -> dict[str, str]:
    """What a web server has in its environment when nothing else is said."""
    told = compose()["services"]["web1"]["environment"]
    values = {name: re.sub(r"\$\{\w+:-(\w+)\}", r"\1", str(value)) for name, value in told.items()}
    return values | {"ENV_FILE": str(secrets)}


def test_an_image_has_all_that_it_calls_and_writes_nothing_but_where_it_may(tmp_path: Path) -> None:
    """What the Dockerfile copies, somewhere else, is built, started and asked whether it lives, as is written there."""
    docker = (ROOT / "Dockerfile").read_text()
    app = tmp_path / "app"
    for source, target in re.findall(r"^COPY (?!--from)(.+) (\S+)$", docker, re.MULTILINE):
        for path in source.split():
            place = app / (path if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
            copy(ROOT / path, place)
    (app / "var" / "media").mkdir(parents=True)
    settings, collect = re.findall(r"RUN (SECRET_KEY=[^&]+?)/venv/bin/python ([^&]+?) \\\n", docker)[0]
    only = dict(word.split("=", 1) for word in settings.replace("\\\n", " ").split())
    clean = {name: value for name, value in environment().items() if name in ("PATH", "HOME", "PYTHONPATH")}
    built = subprocess.run(
        [sys.executable, *collect.split(), "--dry-run"],
        cwd=app, env=clean | only, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr

    first_run.write(tmp_path / "secrets")
    port = free_port()
    constants = dict(re.findall(r"\b(PYTHON\w+)=(\S+)", docker))
    running = (
        clean | constants | in_compose(tmp_path / "secrets" / "env") | {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}
    )
    [entry], [words], [health] = (
        re.findall(rf"^{name}.*?(\[.+\])$", docker, re.MULTILINE) for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK")
    )
    before = written(app)
    with subprocess.Popen([sys.executable, *json.loads(entry)[1:], *json.loads(words)], cwd=app, env=running) as server:
        try:
            alive = [sys.executable, *json.loads(health)[1:]]
            until(lambda: subprocess.run(alive, cwd=app, env=running, capture_output=True, check=False).returncode == 0)
        finally:
            server.terminate()
    assert server.returncode == 0
    assert written(app) == before


def written(directory: Path) -> dict[Path, int]:
    """Each file below a directory, and when it was written."""
    return {path: path.stat().st_mtime_ns for path in directory.rglob("*")}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("JWT_SIGNING_KEY", "short", "JWT_SIGNING_KEY"),
        ("JWT_ACCEPTED_KEYS", "short", "JWT_ACCEPTED_KEYS"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("CORS_ALLOWED_ORIGINS", "*", "CORS_ALLOWED_ORIGINS"),
        ("DATABASE_URL", "postgres://parley@db/parley?options=-c%20fsync%3Doff", "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:///parley.db", "DATABASE_URL"),
    ],
)
def test_what_must_not_run_in_public_does_not_start(
    name: str, value: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {variable.name: variable.default for variable in VARIABLES}
    values |= PRODUCTION | {"ALLOWED_HOSTS": ["chat.example.com"]}
    assert refusals(values) == {}
    is_list = next(variable.kind for variable in VARIABLES if variable.name == name) == "list"
    assert word in refusals(values | {name: [value] if is_list else value})


@pytest.mark.parametrize("file", ["nginx/parley-locations.conf", "Caddyfile"])
def test_proxies_say_who_comes_and_keep_out_what_is_not_for_the_world(file: str) -> None:
    text = (DEPLOY / file).read_text()
    for name in ("X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "Daphne-Root-Path", "/metrics", "/readyz"):
        assert name in text
    default = next(variable.default for variable in VARIABLES if variable.name == "UPLOAD_MB")
    assert max(map(int, re.findall(r"(\d+)(?:m;|MB)", text))) == default + 1  # the parts around a file
    assert "least_conn" in text + (DEPLOY / "nginx" / "parley.conf").read_text()
