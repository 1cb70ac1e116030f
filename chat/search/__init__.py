"""Finding messages: what can be typed, what is kept of each message, and how it is looked up."""
