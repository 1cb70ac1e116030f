"""PostgreSQL and Valkey of our own for development and tests: two processes on unix sockets, nothing to install.

Never for production: outside DEBUG the settings demand real servers.
"""

from config.embedded.services import Services

__all__ = ["Services"]
