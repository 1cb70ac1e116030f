"""The mails there are."""

from django.db import models


class Kind(models.TextChoices):
    """A kind is a template of this name in templates/mail, as text and as HTML."""

    WELCOME = "welcome", "Welcome, and is this your address?"
    VERIFY = "verify", "Is this your address?"
    RESET = "reset", "A new password"
    DEVICE = "device", "A new device"
    ADDRESS = "address", "Is this your new address?"
    TAKEN = "taken", "This address has an account"
    CHANGING = "changing", "Your address is about to change"
    INVITATION = "invitation", "Somebody may sign up"


SUBJECTS = {
    Kind.WELCOME: "Welcome to {site}",
    Kind.VERIFY: "Confirm your e-mail address",
    Kind.RESET: "Choose a new password",
    Kind.DEVICE: "New sign-in to {site}",
    Kind.ADDRESS: "Confirm your new e-mail address",
    Kind.TAKEN: "There is an account with this address",
    Kind.CHANGING: "The address of your account is about to change",
    Kind.INVITATION: "You are invited to {site}",
}
