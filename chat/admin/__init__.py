"""The moderators' tool, in Django's admin. Nothing is edited here: services act, so that all hear of it."""

from chat.admin import audit, filters, messages, people, reports, rooms
from chat.widget.admin import SiteAdmin, VisitorAdmin

__all__ = ["SiteAdmin", "VisitorAdmin", "audit", "filters", "messages", "people", "reports", "rooms"]
