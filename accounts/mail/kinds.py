"""The mails there are."""

from django.db import models


class Kind(models.TextChoices):
    """A kind is a template of this name in templates/mail, as text and as HTML."""

    WELCOME = "welcome", "Welcome, and is this your address?"
    VERIFY = "verify", "Is this your address?"
    RESET = "reset", "A new password"
    DEVICE = "device", "A new device"


SUBJECTS = {
    Kind.WELCOME: "Welcome to {site}",
    Kind.VERIFY: "Confirm your e-mail address",
    Kind.RESET: "Choose a new password",
    Kind.DEVICE: "New sign-in to {site}",
}
