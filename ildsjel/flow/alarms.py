"""Alarms: what is said about each watch is counted, and what is unusual is told."""

from ildsjel.listening.burst_counting import count_due
from ildsjel.organisation.models import utc_now


def count_watches() -> int:
    """Count some of the watches that are due; says how many."""
    return count_due(utc_now())
