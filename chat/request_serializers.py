"""What REST takes in, checked for shape only: whether it can be done is for the services to say."""

from typing import Any

from rest_framework import serializers

from accounts.rows import LARGEST_ID
from accounts.serializers import StrictSerializer
from chat.models import Complaint, Membership, Room
from chat.protocol import MAX_ATTACHMENTS
from chat.reminding import CHOICES
from chat.scrollback import PAGE_LIMIT


class TextField(serializers.CharField):
    """Text exactly as it was sent: a number is not text, and blanks are the service's to judge."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NumberField(serializers.IntegerField):
    """An id, a seq or a revision: up to what a column has room for, and from 1 unless said otherwise."""

    def __init__(self, *, min_value: int = 1, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=LARGEST_ID, **kwargs)


class UploadsField(serializers.ListField):
    """Ids of what somebody has uploaded and not sent yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=MAX_ATTACHMENTS, required=False, **kwargs)


class SendSerializer(StrictSerializer):
    client_id = serializers.UUIDField(
        help_text="A UUID that you make before the first try. The same one again is the same message, not a second one."
    )
    body = TextField(help_text="Text with a little Markdown, 1 to 10,000 characters.")
    reply_to = NumberField(
        required=False,
        allow_null=True,
        help_text="The id of the message of this room that it answers.",
    )
    attachments = UploadsField(
        help_text="Ids of what you have uploaded and not sent yet. With any, the body may be empty.",
    )


class EditSerializer(StrictSerializer):
    body = TextField(help_text="What it shall say, 1 to 10,000 characters.")
    revision = NumberField(
        min_value=0,
        required=False,
        allow_null=True,
        help_text="The `revision` that you edited: if it is another one by now, nothing is changed.",
    )


class DeleteSerializer(StrictSerializer):
    reason = TextField(required=False, help_text="Why, if it is not your own; its author and the moderators read it.")


class ReportSerializer(StrictSerializer):
    """What is wrong with a message, or with somebody."""

    reason = serializers.ChoiceField(choices=Complaint.Reason.choices, help_text="What is wrong with it.")
    comment = TextField(required=False, help_text="What the moderators should know; nobody else reads it.")


class ForwardSerializer(StrictSerializer):
    room = NumberField(help_text="Where to.")
    client_id = serializers.UUIDField(help_text="A UUID of your own for the new message, as for any other.")


class RemindSerializer(StrictSerializer):
    """When to be reminded: one of the two."""

    at = serializers.DateTimeField(
        required=False, help_text="A moment still to come, at most a year from now, with its offset from UTC."
    )
    choice = serializers.ChoiceField(
        choices=list(CHOICES.items()), required=False, help_text="As the menu has it, by the clock where you live."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Say when: give either `at` or `choice`.")
        return attrs


class ReadSerializer(StrictSerializer):
    seq = NumberField(min_value=0, help_text="The newest message read. The mark only moves forward.")


class UnreadSerializer(StrictSerializer):
    seq = NumberField(help_text="The first message to read again.")


class PreferencesSerializer(StrictSerializer):
    """How you want to have a room; what is left out stays."""

    level = serializers.ChoiceField(choices=Membership.Level.choices, required=False, help_text="What notifies you.")
    muted = serializers.BooleanField(required=False, help_text="Its unread messages do not count in the total.")
    pinned = serializers.BooleanField(required=False, help_text="On top of your list; at most 10 rooms are.")


class DraftSerializer(StrictSerializer):
    body = TextField(help_text="As it is, at most 10,000 characters.")
    reply_to = NumberField(required=False, allow_null=True, help_text="The id of a message of the room.")
    attachments = UploadsField(help_text="Ids of what you have uploaded for it.")
    thread_root = NumberField(
        required=False,
        allow_null=True,
        help_text="It is written in the thread that begins with this message; null or left out: in the conversation.",
    )


class DraftQuerySerializer(StrictSerializer):
    thread_root = NumberField(
        required=False,
        help_text="What was written in the thread that begins with this message; left out: in the conversation.",
    )


class OpenRoomSerializer(StrictSerializer):
    """A direct room with `user`, or a private or public one with a `name`."""

    kind = serializers.ChoiceField(choices=Room.Kind.choices)
    user = NumberField(required=False, help_text="The id of the other person of a direct room.")
    name = TextField(required=False, help_text="Of a private or public room, 1 to 80 characters.")
    topic = TextField(required=False, help_text="Of a private or public room, at most 250 characters.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed, refused = ("user", ("name", "topic")) if attrs["kind"] == Room.Kind.DIRECT else ("name", ("user",))
        problems = {
            field: [f"A {attrs['kind']} room has no {field}. Leave it out."] for field in refused if field in attrs
        }
        if needed not in attrs:
            problems[needed] = [f"A {attrs['kind']} room needs a {needed}."]
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class PageQuerySerializer(StrictSerializer):
    """Which stretch of a room's messages: the newest, or next to a seq."""

    before = NumberField(min_value=0, required=False, help_text="Older than this seq.")
    after = NumberField(min_value=0, required=False, help_text="Newer than this seq.")
    around = NumberField(min_value=0, required=False, help_text="Both sides of this seq, and the message itself.")
    limit = serializers.IntegerField(min_value=1, max_value=PAGE_LIMIT, default=50, help_text="Messages on a page.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"before", "after", "around"}) > 1:
            raise serializers.ValidationError("Give only one of before, after and around.")
        return attrs


class PeopleQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=80,
        help_text="Words of a name or handle, or what they begin with.",
    )
