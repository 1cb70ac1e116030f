"""What the pages' forms may hold. Shape only: what a message is, and who may send it, the services decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast
from uuid import UUID, uuid4

from django import forms

from accounts.forms import AccountForm
from accounts.moderation.models import COMMENT_LENGTH
from chat.exceptions import ChatError
from chat.models import Complaint, Membership

LARGEST_SEQ = 2**63 - 1

LOST_NUMBER = "Something in this form was damaged. Your text is still here; send once more."
SENT_ALREADY = "You have sent another text from this form before. Send once more to send this one as well."


class MessageForm(forms.Form):
    """A message, with the client_id that makes two clicks one message."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    reply_to = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_SEQ, widget=forms.HiddenInput)
    body = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 1}))

    def __init__(self, *args: Any, problem: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problem = problem
        self.fields["client_id"].initial = uuid4
        attrs = {
            "aria-describedby": "composer-context composer-error",
            "autocomplete": "off",
            "enterkeyhint": "send",
            "dir": "auto",
        }
        self.fields["body"].validators = []  # what may be sent the service says, in its own words
        self.fields["body"].widget.attrs.update(
            attrs | ({"aria-invalid": "true", "autofocus": True} if problem else {})
        )

    def draft(self) -> tuple[UUID, str]:
        """The client_id and the text; raises ``ChatError`` where there is no usable client_id."""
        if not self.is_valid():
            raise ChatError("invalid", LOST_NUMBER)
        return self.cleaned_data["client_id"], self.cleaned_data["body"]

    @property
    def answered(self) -> int | None:
        """The message that is answered; to be asked after ``draft``."""
        answered: int | None = self.cleaned_data["reply_to"]
        return answered

    def again(self, error: ChatError) -> Self:
        """The same form once more, saying why the text in it was not sent.

        It keeps its client_id, so that a send that did arrive stays one message, unless that id is of no use.
        """
        problem = SENT_ALREADY if error.code == "client_id_reused" else error.detail
        client_id = uuid4() if error.code in {"client_id_reused", "invalid"} else self.cleaned_data["client_id"]
        kept = {"body": self.data.get("body", ""), "reply_to": self.cleaned_data.get("reply_to")}
        return type(self)(initial={"client_id": client_id, **kept}, problem=problem)


class PlaceForm(forms.Form):
    """Where in a timeline to look: next to a seq, exclusive, or around one."""

    before = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_SEQ)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_SEQ)
    around = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_SEQ)

    def place(self) -> dict[str, int]:
        """The one seq that was asked for; the newest messages where the question makes no sense."""
        asked = self.cleaned_data if self.is_valid() else {}
        return next(({name: seq} for name, seq in asked.items() if seq is not None), {})


class EditForm(forms.Form):
    """Another text for a message, and the revision that was edited."""

    body = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    revision = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_SEQ, widget=forms.HiddenInput)


class ReportForm(AccountForm):
    """What is wrong with a message, or with somebody."""

    reason = forms.ChoiceField(label="What is wrong?", choices=Complaint.Reason.choices)
    comment = forms.CharField(
        label="What should the moderators know?",
        required=False,
        help_text="May be empty. Nobody but the moderators reads it.",
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "maxlength": COMMENT_LENGTH}),
    )


class ForwardForm(forms.Form):
    """Where to say something again."""

    room = forms.TypedChoiceField(coerce=int)
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, rooms: Sequence[Mapping[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.TypedChoiceField", self.fields["room"]).choices = [(room["id"], room["name"]) for room in rooms]
        self.fields["client_id"].initial = uuid4


class ReadForm(forms.Form):
    """Up to where somebody has read."""

    seq = forms.IntegerField(min_value=0, max_value=LARGEST_SEQ)


class PreferencesForm(forms.Form):
    """How somebody wants to have a room."""

    level = forms.ChoiceField(label="Notify me of", choices=Membership.Level.choices)
    muted = forms.BooleanField(
        label="Mute", required=False, help_text="What is unread here does not count in the total, unless it names you."
    )
    pinned = forms.BooleanField(label="Keep on top of the list", required=False)
