"""Errors with a stable code. Imports nothing of ours, so that every app may build on it."""


class ParleyError(Exception):
    """A refusal that a person or a program can act on.

    `code` is stable and for programs, `detail` is a sentence for people that says what to do. `fields` names
    the inputs that are at fault, each with its sentences. `retry_after` is in seconds.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int = 400,
        fields: dict[str, list[str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.fields = fields
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.detail

    @property
    def sentence(self) -> str:
        """What is at fault in each field, where that is known, or else the detail: for where there is one line."""
        return " ".join(line for lines in (self.fields or {}).values() for line in lines) or self.detail


class AccountError(ParleyError):
    """Something about an account was refused."""


def invalid(fields: dict[str, list[str]], *, code: str = "invalid") -> AccountError:
    """Build the error for inputs that need another look; one problem is told in its own words."""
    sentences = [sentence for problems in fields.values() for sentence in problems]
    detail = sentences[0] if len(sentences) == 1 else "Some fields need another look."
    return AccountError(code, detail, fields=fields)
