"""Signing keys change, and nobody is signed out."""

import os
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import User
from accounts.tokens import mint_pair
from config import keys
from tests.commands import answered
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


def test_keys_change_in_three_steps_and_nobody_is_signed_out(
    settings: Settings, alice: User, bob: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / "env"
    env.write_text(f"# ours\nSECRET_KEY=s\nJWT_SIGNING_KEY={settings.JWT_SIGNING_KEY}\nSITE_NAME=Here\n")
    env.chmod(0o644)
    if os.geteuid() == 0:  # it is root who does it then, and the servers read it by their group
        os.chown(env, 0, 10001)
    group = env.stat().st_gid
    monkeypatch.setenv("ENV_FILE", str(env))

    def take(step: str) -> dict[str, object]:
        """Take a step, and have all workers anew with what it wrote."""
        answer: dict[str, object] = answered("rotate_keys", step)
        values = dict(line.split("=", 1) for line in env.read_text().splitlines() if "=" in line)
        settings.JWT_SIGNING_KEY = values["JWT_SIGNING_KEY"]
        settings.JWT_ACCEPTED_KEYS = [key for key in values.get("JWT_ACCEPTED_KEYS", "").split(",") if key]
        return answer

    hers, his = session_for(alice), session_for(bob)
    pair, pair_of_bob = mint_pair(hers), mint_pair(his)
    first = keys.present_keys().signing
    assert "--begin" in str(take("--switch")["error"])
    assert take("--begin")["ok"]
    assert keys.present_keys().signing == first
    assert "under way" in str(take("--begin")["error"])
    assert take("--switch")["ok"]
    assert keys.present_keys().accepted == (first,)
    assert env.read_text().startswith("# ours\nSECRET_KEY=s\n")
    assert "SITE_NAME=Here" in env.read_text()
    assert (env.stat().st_mode & 0o777, env.stat().st_gid) == (0o640, group)

    found = accounts.find_session(access=pair.access)
    assert found is not None
    assert "next step is --finish" in str(take("--switch")["error"])
    assert "2 devices" in str(take("--finish")["error"])
    _, renewed = accounts.refresh(token=pair.refresh)
    # Another tab asks with the token before, from a worker that still signs with the old key.
    settings.JWT_SIGNING_KEY, settings.JWT_ACCEPTED_KEYS = first, [keys.present_keys().signing]
    assert accounts.refresh(token=pair.refresh)[1] == renewed
    settings.JWT_SIGNING_KEY, settings.JWT_ACCEPTED_KEYS = settings.JWT_ACCEPTED_KEYS[0], [first]
    assert "1 devices" in str(take("--finish")["error"])
    accounts.refresh(token=pair_of_bob.refresh)
    assert answered("rotate_keys")["held"] == 0
    assert take("--finish")["ok"]
    assert accounts.find_session(access=pair.access) is None
    assert accounts.find_session(access=renewed.access) is not None
