"""The style sheets of the pages, in their order: one file a component to work on, all in one file to fetch."""

SHEETS = (
    "layers",  # fixes the order of the layers
    "reset",
    "tokens",
    "base",
    "app",
    "drawing",
    "button",
    "control",
    "avatar",
    "sidebar",
    "room",
    "message",
    "quote",
    "attachments",
    "preview",
    "voice",
    "toolbar",
    "composer",
    "composer-tools",
    "tray",
    "recorder",
    "proposals",
    "connection",
    "toast",
    "dialog",
    "lightbox",
    "cropper",
    "switcher",
    "panel",
    "people",
    "search",
    "kept",
    "readers",
    "about",
    "details",
    "thread",
    "form",
    "account",
    "settings",
    "notice",
    "utilities",
    "density",
)

WIDGET_SHEETS = (
    "layers",
    "reset",
    "tokens",
    "control",
    "avatar",
    "room",
    "message",
    "quote",
    "composer",
    "connection",
    "widget",
    "utilities",
)
"""Of these, and one of its own, is the sheet of the widget."""

WIDGET_LATER = ("lightbox",)
"""What it fetches when somebody first looks at a picture."""

ON_CONDITION = {"contrast": "(prefers-contrast: more)", "still": "(prefers-reduced-motion: reduce)"}
"""Sheets for those whose system asks for them, or who have chosen them themselves."""

BUNDLE = "css/parley.css"


def file_of(sheet: str) -> str:
    return f"css/{sheet}.css"


def on_condition(sheet: str, text: str) -> str:
    """The sheet as a part of the bundle: it holds where its condition does."""
    return f"@media {ON_CONDITION[sheet]}{{{text}}}" if sheet in ON_CONDITION else text
