"""What the page may cost whoever opens it: measured in a real browser, against the files and settings of production."""

KIB = 1024

BUSY = 2
"""A machine that is at other work too, as one that tests, may take so many times as long for the same."""

READY_BUSY = 3
"""The same for a page that becomes ready: the server, its database and a slowed browser share the cores with others."""

SCRIPT_BYTES = 60 * KIB
"""Of the modules that a room page starts with, as they travel."""

STYLE_BYTES = 20 * KIB
"""Of all style sheets, as they travel."""

WIDGET_LOADER_BYTES = 3 * KIB
"""Of what a page of another site loads of the widget, until somebody opens it."""

WIDGET_BYTES = 20 * KIB
"""Of all that it loads before it opens a room: for who was here before, to say what is unread."""

WIDGET_OPEN_BYTES = 49 * KIB
"""Of everything, scripts, markup and sheet, with a room open."""

REQUESTS = 14
"""On the first visit, with everything that the page asks for by itself until it rests; the socket is one of them."""

SOCKETS = 1

LAYOUT_SHIFT = 0.02
"""Of all that moves by itself, while the page starts and while messages come in."""

LONGEST_TASK_MS = 50
"""Of what our script does on the main thread at the start, in time of the processor."""

READY_MS = 1000
"""From the way to a room until its page is alive, on the phone below, whose browser has never been here."""

PHONE_SLOWER = 4
"""How many times as long as the machine of the tests a phone takes for the same, as in Lighthouse and DevTools."""

PHONE_LINK = {"latency": 60, "downloadThroughput": 9_000_000 / 8, "uploadThroughput": 1_500_000 / 8}
"""A mobile network of the fourth generation: milliseconds there and back, and bytes a second."""

MESSAGE_NODES = 300
"""In the document, however far somebody has scrolled."""

HEAP_GROWTH = 1.5
"""The heap after scrolling through 10,000 messages, in units of what 300 of them took."""

KEY_MS = 16
"""From a key to the next picture, with 300 messages on the screen."""

BUBBLE_MS = 50
"""From the key that sends a message to its bubble in the log, whenever the server answers, with 300 messages there."""
