"""The refusals of the chat: a stable code for programs, a sentence that says what to do for people."""

from accounts.exceptions import ParleyError


class ChatError(ParleyError):
    """A refusal by the chat's services; edges turn it into an answer, a frame or a form error."""


def not_found(what: str = "room") -> ChatError:
    """The same answer for what is missing and for what belongs to others."""
    return ChatError("not_found", f"There is no such {what}, or you are not in it.", status=404)
