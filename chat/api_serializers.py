"""What REST gives out, for the documentation.

The answers are built by `chat.serializers`; a test holds the two together.
"""

from typing import Any

from rest_framework import serializers

from accounts.serializers import CardSerializer
from chat.models import Attachment, Membership, Message, Room


class QuoteSerializer(serializers.Serializer[Any]):
    """A message that is answered, as it is now."""

    id = serializers.IntegerField()
    seq = serializers.IntegerField()
    author = CardSerializer()
    excerpt = serializers.CharField(help_text="Its first 140 characters, in one line.")
    deleted = serializers.BooleanField()


class ReactionsSerializer(serializers.Serializer[Any]):
    """One emoji on a message."""

    emoji = serializers.CharField()
    count = serializers.IntegerField()
    users = serializers.ListField(child=serializers.IntegerField(), help_text="The first 100 of them.")


class ReactedSerializer(serializers.Serializer[Any]):
    """Who put this emoji on the message."""

    emoji = serializers.CharField()
    count = serializers.IntegerField()
    users = CardSerializer(many=True, help_text="The first 100 of them.")


class RevisionSerializer(serializers.Serializer[Any]):
    """What a message said at some time."""

    revision = serializers.IntegerField()
    body = serializers.CharField()
    html = serializers.CharField()
    written_at = serializers.DateTimeField()


class SourceSerializer(serializers.Serializer[Any]):
    """A picture made smaller."""

    width = serializers.IntegerField()
    url = serializers.CharField()


class AttachmentSerializer(serializers.Serializer[Any]):
    """What is sent with a message. Its addresses answer those who may read the message, and nobody else."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=[kind for kind in Attachment.Kind if kind != Attachment.Kind.PREVIEW])
    name = serializers.CharField(help_text="Safe to show and to save; it ends as the content says.")
    type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    alt = serializers.CharField(help_text="What it shows, in words.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    animated = serializers.BooleanField()
    placeholder = serializers.CharField(allow_null=True, help_text="A few pixels as a data: address, for pictures.")
    url = serializers.CharField()
    download = serializers.CharField()
    sources = SourceSerializer(many=True, help_text="The smallest first.")
    duration = serializers.FloatField(allow_null=True, help_text="Seconds, of a voice message.")
    waveform = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, help_text="How loud it is, at most 100 values of 0 to 255."
    )
    played = serializers.ListField(child=serializers.IntegerField(), help_text="Who has heard it, the first 100.")


class PreviewPictureSerializer(serializers.Serializer[Any]):
    """The picture of a page, made anew and kept here: nobody asks that page for it."""

    url = serializers.CharField(help_text="For those who may read the message.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    placeholder = serializers.CharField(allow_null=True, help_text="A few pixels of it, as a `data:` address.")
    wide = serializers.BooleanField(help_text="It is made to be shown large, above the words.")


class PreviewSerializer(serializers.Serializer[Any]):
    """A page, in its own words."""

    url = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    site = serializers.CharField()
    picture = PreviewPictureSerializer(allow_null=True)


class MessageSerializer(serializers.Serializer[Any]):
    """One message after its last change. A deleted one keeps its place; its `body` and `html` are empty."""

    id = serializers.IntegerField()
    room = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Its place in the room.")
    changed_seq = serializers.IntegerField(help_text="The room's count at its last change.")
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    author = CardSerializer()
    client_id = serializers.UUIDField(allow_null=True)
    body = serializers.CharField()
    html = serializers.CharField(help_text="The body rendered; safe to show as it is.")
    event = serializers.JSONField(allow_null=True, help_text="What happened, where it is a system message.")
    reply_to = QuoteSerializer(allow_null=True, help_text="What it answers.")
    thread_root = serializers.IntegerField(
        allow_null=True, help_text="The message that its thread begins with; null for one that answers nothing."
    )
    forwarded = serializers.BooleanField(help_text="Somebody said it elsewhere first.")
    mentions = serializers.ListField(child=serializers.IntegerField(), help_text="Who is named in it.")
    mentions_room = serializers.BooleanField(help_text="It calls everybody in the room.")
    attachments = AttachmentSerializer(many=True)
    preview = PreviewSerializer(allow_null=True, help_text="What its first link leads to.")
    reactions = ReactionsSerializer(many=True)
    pinned = serializers.BooleanField()
    revision = serializers.IntegerField(help_text="How often it was edited.")
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    deleted_by = serializers.ChoiceField(choices=["author", "moderator"], allow_null=True)


class MessageDetailsSerializer(MessageSerializer):
    """One message, and what only some may know of it."""

    delete_reason = serializers.CharField(
        allow_null=True, help_text="Why a moderator deleted it; null for others than its author and the moderators."
    )


class ThreadSerializer(serializers.Serializer[Any]):
    """A message, and a page of the replies to it."""

    root = MessageSerializer(help_text="What the thread begins with.")
    count = serializers.IntegerField(help_text="How many replies there are; those that were deleted do not count.")
    results = MessageSerializer(many=True, help_text="Replies, newest first.")
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page, if there is one.")


class MarksSerializer(serializers.Serializer[Any]):
    """How far somebody has read and received."""

    user = serializers.IntegerField()
    read_seq = serializers.IntegerField()
    delivered_seq = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[Any]):
    """What somebody has said of themselves, until then."""

    emoji = serializers.CharField()
    text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class DirectoryEntrySerializer(CardSerializer):
    """Somebody to talk to."""

    status = StatusSerializer(allow_null=True)
    about = serializers.CharField(help_text="A line that they say of themselves.")
    time_zone = serializers.CharField(help_text="By whose clock they live, as `Europe/Lisbon`; empty: not told.")


class KeptDraftSerializer(serializers.Serializer[Any]):
    """What you have begun to write in a room."""

    body = serializers.CharField()
    reply_to = serializers.IntegerField(allow_null=True, help_text="The id of the message that it answers.")
    attachments = serializers.ListField(child=serializers.UUIDField(), help_text="Ids of your uploads that go with it.")
    updated_at = serializers.DateTimeField()


class ThreadDraftSerializer(KeptDraftSerializer):
    """What you have begun to write in a thread."""

    thread_root = serializers.IntegerField(help_text="The id of the message that the thread begins with.")


class ReaderSerializer(CardSerializer):
    """Somebody whom a message has reached, and when, to the minute; null where that is not known, or not told."""

    delivered_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)


class ReadersSerializer(serializers.Serializer[Any]):
    """Who but its author has a message; each is in one of the three lists. The lists are empty in large rooms."""

    read = ReaderSerializer(many=True)
    read_count = serializers.IntegerField()
    delivered = ReaderSerializer(many=True, help_text="Received and not read, as far as one may know.")
    delivered_count = serializers.IntegerField()
    waiting = CardSerializer(many=True, help_text="Not received yet.")
    waiting_count = serializers.IntegerField()


class RoomSerializer(serializers.Serializer[Any]):
    """A room as you see it."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Room.Kind.choices)
    name = serializers.CharField(help_text="In a direct room, the other's name.")
    topic = serializers.CharField()
    picture = serializers.CharField(
        allow_null=True, help_text="Path of its picture, 256 px wide, and with `96/` behind it 96; null: its initials."
    )
    other = CardSerializer(allow_null=True, help_text="In a direct room, the other.")
    members = CardSerializer(many=True, help_text="At most 20 of them.")
    member_count = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Membership.Role.choices, help_text="Yours.")
    read_only = serializers.BooleanField(help_text="Only moderators, admins and owners write.")  # type: ignore[assignment]  # a field of ours, not DRF's option
    slow_seconds = serializers.IntegerField(help_text="How long a member waits between two messages.")
    archived = serializers.BooleanField(help_text="It is only for reading.")
    may_write = serializers.BooleanField(help_text="Whether you may, by your role; slow mode aside.")
    last_seq = serializers.IntegerField()
    read_seq = serializers.IntegerField()
    delivered_seq = serializers.IntegerField()
    unread = serializers.IntegerField(help_text="Counted to 100.")
    unread_from = serializers.IntegerField(
        allow_null=True, help_text="Where you want to read on; unread counts from there, not from read_seq."
    )
    mentions = serializers.IntegerField(help_text="Unread messages that name you, counted to 100.")
    level = serializers.ChoiceField(choices=Membership.Level.choices, help_text="What notifies you.")
    muted = serializers.BooleanField()
    pinned = serializers.BooleanField(help_text="It stands on top of your list.")
    draft = KeptDraftSerializer(allow_null=True, help_text="What you have begun to write there.")
    thread_drafts = ThreadDraftSerializer(many=True, help_text="And in its threads, where the site has them.")
    blocked = serializers.BooleanField(help_text="In a direct room, whether you block the other.")
    others = MarksSerializer(many=True, help_text="In a direct room, how far the other is, as far as one is told.")
    last_message = MessageSerializer(allow_null=True)
    last_activity_at = serializers.DateTimeField()


class ReminderSerializer(serializers.Serializer[Any]):
    remind_at = serializers.DateTimeField(help_text="When you are reminded.")


class KeptReminderSerializer(serializers.Serializer[Any]):
    remind_at = serializers.DateTimeField(allow_null=True, help_text="When you are reminded of it.")
    is_due = serializers.BooleanField(help_text="That time has come, and you have not taken the reminder away since.")


class SavedMessageSerializer(KeptReminderSerializer, MessageSerializer):
    """A message that you keep for later."""

    saved_at = serializers.DateTimeField()


class PageSerializer(serializers.Serializer[Any]):
    results = MessageSerializer(many=True, help_text="Oldest first.")
    has_before = serializers.BooleanField()
    has_after = serializers.BooleanField()
    replies = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text="How many replies those of them have that have any, by id. Only where the site has threads.",
    )
