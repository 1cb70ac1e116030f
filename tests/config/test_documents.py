import pytest
from django.core.management import CommandError, call_command

from config.documents import env_example, markdown
from config.env import ROOT
from config.variables import VARIABLES


def test_the_generated_files_are_up_to_date() -> None:
    call_command("config", check=True)


def test_drift_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.documents.VARIABLES", VARIABLES[:-1])
    with pytest.raises(
        CommandError, match=r"\.env\.example and docs/configuration\.md: run `manage.py config --write`"
    ):
        call_command("config", check=True)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_both_files_explain_every_variable(variable: object) -> None:
    name = getattr(variable, "name", "")
    assert f"#{name}=" in env_example()
    assert f"| `{name}` |" in markdown()


def test_secrets_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("config")
    shown = capsys.readouterr().out
    assert "a-secret-key-for-tests" not in shown
    assert "SECRET_KEY             set" in shown


def test_nothing_of_parley_is_read_that_the_registry_does_not_know() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    assert "os.environ" not in settings
