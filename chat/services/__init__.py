"""The one writer of chat rows: each function is one change, actor first, in one transaction, told after the commit."""

from chat.services.blocks import block, blocked_by, unblock
from chat.services.conversations import begin_conversation
from chat.services.deletion import DELETE_UNDO_SECONDS, bring_back, delete_message, remove_message, restore_message
from chat.services.drafts import drop_draft, save_draft
from chat.services.editing import edit_message
from chat.services.faces import drop_avatar, drop_picture, set_avatar, set_picture
from chat.services.forwarding import forward_message, origin_of
from chat.services.invitations import (
    accept_invitation,
    decline_invitation,
    invitations_for,
    invite,
    look_at_invitation,
    make_link,
    open_invitations,
    revoke_invitation,
)
from chat.services.members import add_members, hand_over, join_room, leave_room, members_of, remove_member, set_role
from chat.services.messages import (
    Draft,
    Outcome,
    busy,
    send_draft,
    send_message,
    send_messages,
    unavailable,
)
from chat.services.people import find_people
from chat.services.pins import pin_message
from chat.services.playing import mark_played
from chat.services.preferences import set_preferences
from chat.services.previewing import remove_preview
from chat.services.purging import Purge, purges
from chat.services.reactions import react
from chat.services.reading import mark_delivered, mark_read, mark_unread
from chat.services.reminders import drop_reminder, set_reminder
from chat.services.rooms import archive_room, create_room, find_public_rooms, open_direct_room, update_room
from chat.services.saved import save_message
from chat.services.searching import rebuild_search, sort_in_texts
from chat.services.sites import create_site, rotate_secret, update_site
from chat.services.teams import follow_team
from chat.services.threads import rebuild_threads
from chat.services.uploads import describe_upload, discard_upload, upload
from chat.services.verification import Finding, find_wrong_counts, find_wrong_delivery, mend_counts
from chat.services.visitors import enter_site_room, visit

__all__ = [
    "DELETE_UNDO_SECONDS",
    "Draft",
    "Finding",
    "Outcome",
    "Purge",
    "accept_invitation",
    "add_members",
    "archive_room",
    "begin_conversation",
    "block",
    "blocked_by",
    "bring_back",
    "busy",
    "create_room",
    "create_site",
    "decline_invitation",
    "delete_message",
    "describe_upload",
    "discard_upload",
    "drop_avatar",
    "drop_draft",
    "drop_picture",
    "drop_reminder",
    "edit_message",
    "enter_site_room",
    "find_people",
    "find_public_rooms",
    "find_wrong_counts",
    "find_wrong_delivery",
    "follow_team",
    "forward_message",
    "hand_over",
    "invitations_for",
    "invite",
    "join_room",
    "leave_room",
    "look_at_invitation",
    "make_link",
    "mark_delivered",
    "mark_played",
    "mark_read",
    "mark_unread",
    "members_of",
    "mend_counts",
    "open_direct_room",
    "open_invitations",
    "origin_of",
    "pin_message",
    "purges",
    "react",
    "rebuild_search",
    "rebuild_threads",
    "remove_member",
    "remove_message",
    "remove_preview",
    "restore_message",
    "revoke_invitation",
    "rotate_secret",
    "save_draft",
    "save_message",
    "send_draft",
    "send_message",
    "send_messages",
    "set_avatar",
    "set_picture",
    "set_preferences",
    "set_reminder",
    "set_role",
    "sort_in_texts",
    "unavailable",
    "unblock",
    "update_room",
    "update_site",
    "upload",
    "visit",
]
