"""The rig itself, short. `make convoy` does all of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from config.env import ROOT
from tests.config.waiting import until
from tests.convoy import sabotage
from tests.convoy.__main__ import QUICK_BUGS
from tests.convoy.bugs import BUGS
from tests.convoy.bugs.registry import Bug
from tests.convoy.faults import FAULTS
from tests.convoy.rules import RULES

SECONDS = 270  # below what the run as a whole lets one test take


class Convoy:
    """The rig in a process of its own, which does one thing after the other; each test waits for its part."""

    def __init__(self, directory: Path) -> None:
        self._log = directory / "log"
        command = [sys.executable, "-m", "tests.convoy", "--quick", "--out", str(directory)]
        env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)

    def line(self, beginning: str) -> str:
        """The line that begins like this, once it is there."""
        return until(partial(self._find, f"{beginning} "), seconds=SECONDS)

    def said(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def _find(self, beginning: str) -> str:
        text = self._log.read_text()
        found = next((line for line in text.splitlines(keepends=True) if line.startswith(beginning)), "")
        assert found or self.process.poll() is None, text
        return found if found.endswith("\n") else ""


@pytest.fixture(scope="module")
def convoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Convoy]:
    running = Convoy(tmp_path_factory.mktemp("convoy"))
    yield running
    running.stop()


def test_a_few_faults_do_no_harm(convoy: Convoy) -> None:
    assert "0 promises broken" in convoy.line("quick:"), convoy.said()


@pytest.mark.parametrize("bug", QUICK_BUGS)
def test_a_bug_is_seen(convoy: Convoy, bug: str) -> None:
    assert "caught by" in convoy.line(bug), convoy.said()


def test_every_bug_names_faults_and_promises_that_there_are() -> None:
    assert len(BUGS) >= 10
    for bug in BUGS.values():
        assert set(bug.faults) <= set(FAULTS)
        assert set(bug.caught_by) <= set(RULES)
        assert bug.caught_by


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bug_fits_into_the_product_as_it_is(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace_for_now(owner: Any, name: str, value: Any) -> Any:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # so that it is put back
        return sabotage.replace(owner, name, value)

    monkeypatch.setattr(sys.modules[bug.plant.__module__], "replace", replace_for_now)
    bug.plant()
