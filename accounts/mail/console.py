"""Mail for a developer: its text, on the console, between lines. The HTML would fill the screen."""

from typing import Any

from django.core.mail.backends.console import EmailBackend


class ConsoleBackend(EmailBackend):
    def write_message(self, message: Any) -> None:
        edge = "-" * 72
        head = f"To: {', '.join(message.to)}\nSubject: {message.subject}"
        self.stream.write(f"{edge}\n{head}\n\n{message.body.strip()}\n{edge}\n")
