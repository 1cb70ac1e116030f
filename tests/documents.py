"""Code that stands in the documentation, to be run."""

import re

from config.env import ROOT


def code_in(page: str, language: str) -> str:
    """The first block of this language in a page."""
    found = re.search(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"There is no {language} in {page}."
    return found[1]
