"""The forms of the account pages. They ask for shape only; the rest `accounts.services` decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.html import escape

from accounts.appearance import Contrast, Density, Motion, TextSize, Theme
from accounts.exceptions import ParleyError
from accounts.invitations import welcome_domains
from accounts.languages import LANGUAGES
from accounts.moderation.models import COMMENT_LENGTH
from accounts.names import ABOUT_LENGTH, EMOJI_LENGTH, FULL_NAME_LENGTH, HANDLE_LENGTH, STATUS_LENGTH
from accounts.switches import Switches
from accounts.zones import zone_names


class AccountForm(forms.Form):
    """A form that can show what a service refused, next to the field at fault."""

    def refuse(self, error: ParleyError) -> None:
        """Put the error where the person looks: at its fields, or above the form."""
        if not error.fields:
            self.add_error(None, error.detail)
        for name, sentences in (error.fields or {}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def _password(label: str, *, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=256, help_text=help_text)


def _full_name() -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    return forms.CharField(label="Full name", max_length=FULL_NAME_LENGTH, widget=widget)


def _email() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email"})
    return forms.EmailField(label="E-mail", max_length=254, widget=widget)


def _zones() -> list[tuple[str, str]]:
    return [("", "Not told"), *((name, name.replace("_", " ")) for name in sorted(zone_names()))]


class SignUpForm(AccountForm):
    is_invited = False

    full_name = _full_name()
    email = _email()
    password = _password("Password", autocomplete="new-password", help_text="At least 10 characters.")
    # Script fills it in (`entrance.js`).
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-slot": "time-zone"}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if domains := welcome_domains():
            self.fields["email"].help_text = f"An address at {escape(domains)}. With any other you need an invitation."


class InvitationForm(SignUpForm):
    """Of somebody who is invited, by this address and no other."""

    is_invited = True

    def __init__(self, *args: Any, address: str, **options: Any) -> None:
        super().__init__(*args, initial={"email": address}, **options)
        self.fields["email"].widget.attrs["readonly"] = True
        self.fields["email"].help_text = "You are invited by this address."


class SignInForm(AccountForm):
    email = _email()
    password = _password("Password", autocomplete="current-password")


class BanAppealForm(AccountForm):
    """Who is banned, and why they should not be."""

    email = _email()
    password = _password("Password", autocomplete="current-password")
    text = forms.CharField(
        label="Why should you be let in again?",
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


class AddressForm(AccountForm):
    email = _email()


class ChoosePasswordForm(AccountForm):
    new_password = _password("New password", autocomplete="new-password", help_text="At least 10 characters.")


class ProfileForm(AccountForm):
    full_name = _full_name()
    handle = forms.CharField(
        max_length=HANDLE_LENGTH + 1,
        help_text="2 to 30 letters a-z, digits and underscores. People mention you by it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    about = forms.CharField(
        label="About you",
        max_length=ABOUT_LENGTH,
        required=False,
        help_text="A line that others see: what you do, or where to find you.",
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=_zones,
        required=False,
        help_text="Others see what time it is for you, and searches go by your days.",
        widget=forms.Select(attrs={"data-slot": "time-zone"}),
    )
    language = forms.ChoiceField(
        label="The language you write in",
        choices=[("", "That of the pages"), *LANGUAGES.items()],
        required=False,
        help_text="What you write from now on is marked so, for whoever has it read aloud or translated.",
    )


class SwitchesForm(AccountForm):
    """What others are told: each of them a box to tick."""

    private_reading = forms.BooleanField(
        label="Read in private",
        required=False,
        help_text="Others do not see what you have read, and you do not see it of them.",
    )
    sends_typing = forms.BooleanField(label="Show others when I am writing", required=False)
    sees_typing = forms.BooleanField(label="Show me when others are writing", required=False)
    invisible = forms.BooleanField(label="Invisible", required=False, help_text="To everybody else you are offline.")
    shows_previews = forms.BooleanField(
        label="Show me what links lead to",
        required=False,
        help_text="A title, a few words and a picture, under the message. They come from here: the page that is linked "
        "does not learn of you.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not settings.LINK_PREVIEWS:
            del self.fields["shows_previews"]  # there is nothing to show


class StatusForm(AccountForm):
    """A few words for those who look whether one is here, until some time."""

    status_emoji = forms.CharField(label="Emoji", max_length=EMOJI_LENGTH, required=False)
    status_text = forms.CharField(label="What you are doing", max_length=STATUS_LENGTH, required=False)
    hours = forms.TypedChoiceField(
        label="Clear it",
        choices=[("", "Not by itself"), (1, "In 1 hour"), (4, "In 4 hours"), (24, "In a day"), (168, "In a week")],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def changes(self) -> Switches:
        """What the service is to make of it."""
        fields = self.cleaned_data
        until = timezone.now() + timedelta(hours=fields["hours"]) if fields["hours"] else None
        return {"status_emoji": fields["status_emoji"], "status_text": fields["status_text"], "status_until": until}


def _one_of(label: str, choices: type[models.TextChoices], help_text: str = "") -> forms.ChoiceField:
    widget = forms.RadioSelect(attrs={"class": "choice__button"})
    return forms.ChoiceField(label=label, choices=choices.choices, widget=widget, help_text=help_text)


class AppearanceForm(AccountForm):
    """How the pages look: one of a few for each."""

    theme = _one_of("Colours", Theme)
    contrast = _one_of("Contrast", Contrast, "High: text and lines stand out more.")
    text_size = _one_of("Text", TextSize)
    density = _one_of("Lists and messages", Density)
    motion = _one_of("Motion", Motion, "Less: nothing slides, bobs or fades in.")


class ChangeAddressForm(AccountForm):
    email = forms.EmailField(
        label="New address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text="We mail a link to it. Until you open that, nothing changes.",
    )
    current_password = _password("Your password", autocomplete="current-password")


class PasswordForm(AccountForm):
    current_password = _password("Current password", autocomplete="current-password")
    new_password = _password(
        "New password",
        autocomplete="new-password",
        help_text="At least 10 characters. Your other devices are signed out.",
    )


class ClosingForm(AccountForm):
    """The password once more: what it closes, only whoever runs the server can open again."""

    current_password = _password("Your password", autocomplete="current-password")
