"""Runs jobs again and again until told to stop. A job that fails is logged and waits for its next
turn."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from ildsjel.work.models import Heartbeat

log = logging.getLogger(__name__)


@dataclass
class Job:
    """A function that moves due rows forward and says how many it moved; run every `every` seconds.

    As long as it moves rows it is run again at once.
    """

    name: str
    run: Callable[[], int]
    every: float
    next_at: float = field(default=0.0)


def run_once(jobs: Sequence[Job]) -> int:
    """Run each job a single time, whatever its turn; used by tests and by `ildsjel work --once`."""
    return sum(_run(job) for job in jobs)


def run(jobs: Sequence[Job], stop: threading.Event, *, name: str, idle: float = 0.25) -> None:
    """Work until `stop` is set."""
    beat_at = 0.0
    while not stop.is_set():
        now = time.monotonic()
        if now >= beat_at:
            _beat_safely(name)
            beat_at = now + 15
        moved = 0
        for job in jobs:
            if stop.is_set() or time.monotonic() < job.next_at:
                continue
            done = _run(job)
            job.next_at = time.monotonic() + (0 if done else job.every)
            moved += done
        close_old_connections()
        if not moved:
            stop.wait(idle)


def _run(job: Job) -> int:
    try:
        return job.run()
    except Exception:
        log.exception("The job %s failed; it is tried again.", job.name)
        return 0


def _beat_safely(name: str) -> None:
    """A database that is away for a moment must not end the thread: nobody would start it again."""
    try:
        beat(name)
    except DatabaseError:
        log.exception("%s could not leave a sign of life.", name)


def beat(name: str, note: str = "") -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(process=name, defaults={"at": timezone.now(), "note": note})


def is_alive(name: str, within: timedelta = timedelta(seconds=60)) -> bool:
    """Whether that process has given a sign of life lately."""
    return Heartbeat.objects.filter(process=name, at__gte=timezone.now() - within).exists()
