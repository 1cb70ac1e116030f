"""The forms of rooms of many. They ask for shape only; the rest the services decide."""

from __future__ import annotations

import re

from django import forms

from accounts.forms import AccountForm
from accounts.models import User
from chat.exceptions import ChatError
from chat.models import Membership, Room
from chat.services.invitations import DAYS, MOST_DAYS, MOST_USES
from chat.services.people import find_people
from chat.services.rooms import SLOWEST_SECONDS
from chat.titles import NAME_LENGTH, TOPIC_LENGTH

KINDS = (
    (Room.Kind.PRIVATE.value, "Private: people come by invitation"),
    (Room.Kind.PUBLIC.value, "Public: anybody here can find and join it"),
)


class RoomForm(AccountForm):
    """A new room."""

    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    topic = forms.CharField(max_length=TOPIC_LENGTH, required=False, help_text="What it is about. May be empty.")
    kind = forms.ChoiceField(label="Who may come", choices=KINDS, initial=Room.Kind.PRIVATE)


class SettingsForm(AccountForm):
    """What may be changed of a room."""

    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    topic = forms.CharField(max_length=TOPIC_LENGTH, required=False)
    slow_seconds = forms.IntegerField(
        label="Slow mode",
        min_value=0,
        max_value=SLOWEST_SECONDS,
        help_text="How many seconds a member waits between two messages; 0 for not at all.",
    )
    read_only = forms.BooleanField(label="Only moderators, admins and owners write here", required=False)


class AddForm(AccountForm):
    """People to bring in, by their handles."""

    handles = forms.CharField(
        label="Add people",
        max_length=2_000,
        help_text="Their handles, such as @ada, with blanks or commas between them.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def people(self, actor: User) -> list[int]:
        """The ids of those named, as far as ``actor`` finds them; raises ``ChatError`` where somebody is not there."""
        words = [word.removeprefix("@").lower() for word in re.split(r"[\s,;]+", self.cleaned_data["handles"]) if word]
        found = dict(find_people(user=actor).filter(handle__in=words).values_list("handle", "pk"))
        found[actor.handle] = actor.pk
        if missing := [word for word in words if word not in found]:
            names = ", ".join(f"@{word}" for word in missing[:3])
            raise ChatError("not_found", f"Nobody here is called {names}. Correct that and try again.", status=404)
        return [found[word] for word in dict.fromkeys(words)]


class LinkForm(AccountForm):
    """A link for whoever has it."""

    days = forms.IntegerField(label="Open for days", min_value=1, max_value=MOST_DAYS, initial=DAYS)
    uses = forms.IntegerField(
        label="For how many people", min_value=1, max_value=MOST_USES, required=False, help_text="Empty for any number."
    )


class MemberForm(forms.Form):
    """What to do with a member: give a role, hand the room over, or remove."""

    do = forms.ChoiceField(choices=[*Membership.Role.choices, ("hand_over", ""), ("remove", "")])
