"""What is pictured in `docs/screenshots/`: every screen, by area. `tests.browser.screenshots` takes the pictures."""

from tests.browser.screens import accounts, conversation, dialogs, lists, moderation, troubles, widget

SCREENS = (
    *conversation.SCREENS,
    *dialogs.SCREENS,
    *lists.SCREENS,
    *accounts.SCREENS,
    *widget.SCREENS,
    *moderation.SCREENS,
    *troubles.SCREENS,
)
"""All screens, in the order in which they are taken."""
