"""What moderators of the site do to rooms and messages: as everything, told to everybody at once, and recorded."""

from chat.services.moderation.batches import MOST as MOST_AT_ONCE
from chat.services.moderation.batches import Batch, in_bulk
from chat.services.moderation.reports import (
    decide_report,
    open_report,
    report_message,
    report_person,
    take_report,
)
from chat.services.moderation.rooms import lock_room, remove_from_room, slow_room
from chat.services.moderation.undoing import can_be_undone, undo_batch, undo_id, undone_in

__all__ = [
    "MOST_AT_ONCE",
    "Batch",
    "can_be_undone",
    "decide_report",
    "in_bulk",
    "lock_room",
    "open_report",
    "remove_from_room",
    "report_message",
    "report_person",
    "slow_room",
    "take_report",
    "undo_batch",
    "undo_id",
    "undone_in",
]
