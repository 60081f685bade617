"""A private sound session for tests: its own D-Bus, PipeWire, WirePlumber, sinks and iemd."""

from .session import Session
from .waiting import Timeout, wait_until

__all__ = ["Session", "Timeout", "wait_until"]
