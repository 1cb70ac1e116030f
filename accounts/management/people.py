"""Finding whom a command is about."""

from django.core.management.base import CommandError

from accounts.models import User


def person(word: str) -> User:
    """The person with this e-mail address or, after an @, this handle; raises ``CommandError``."""
    handle = word.removeprefix("@").lower() if word.startswith("@") else None
    users = User.objects.filter(handle=handle) if handle else User.objects.with_email(word)
    user = users.first()
    if user is None:
        raise CommandError(f"There is no account {word}. Give an e-mail address, or a handle such as @ada.")
    return user
