"""What can go wrong, each fault by its name."""

from tests.convoy.faults import network, people, services, workers
from tests.convoy.faults.registry import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "network", "people", "services", "workers"]
