"""Sockets by what they are here for: by their user, or by somebody whom they watch."""

from collections import defaultdict

from chat.connection import Connection


class Register(defaultdict[int, set[Connection]]):
    """Sets of sockets by an id; one without sockets is not in it."""

    def __init__(self) -> None:
        super().__init__(set)

    def forget(self, key: int, connection: Connection) -> bool:
        """Take a socket off; True if it was the last under its key."""
        self[key].discard(connection)
        if self[key]:
            return False
        del self[key]
        return True
