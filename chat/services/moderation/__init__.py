"""What moderators of the site do to rooms and messages: as everything, told to everybody at once, and recorded."""

from chat.services.moderation.batches import MOST as MOST_AT_ONCE
from chat.services.moderation.batches import remove_many, undo_batch
from chat.services.moderation.reports import (
    decide_report,
    open_report,
    report_message,
    report_person,
    take_report,
)
from chat.services.moderation.rooms import lock_room, remove_from_room, slow_room

__all__ = [
    "MOST_AT_ONCE",
    "decide_report",
    "lock_room",
    "open_report",
    "remove_from_room",
    "remove_many",
    "report_message",
    "report_person",
    "slow_room",
    "take_report",
    "undo_batch",
]
