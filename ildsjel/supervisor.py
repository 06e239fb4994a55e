"""Keeps web, work and listen running under one roof; knows nothing of what they do.

The listening socket is ours and handed to each web process, so that a web process that is started
anew finds the callers still in the queue.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

GRACE = 4.0  # seconds for children to stop by themselves
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process of ours, started again whenever it ends."""

    name: str
    arguments: list[str]
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None)
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        command = [sys.executable, "-m", "ildsjel", *self.arguments]
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            pass_fds=self.sockets,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start again what has ended, with a pause that grows while it keeps ending at once."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return
        if self.process.poll() is None:
            return
        self.failures = 0 if time.monotonic() - self.started > 10 else self.failures + 1
        pause = min(0.2 * 2**self.failures, 10)
        log.warning(
            "%s ended with %s; started again in %.1f s.", self.name, self.process.returncode, pause
        )
        self.process, self.start_at = None, time.monotonic() + pause

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def _end_with_parent() -> None:
    """A child never outlives us, even when we are killed; terminal signals reach it through us."""
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def listen_on(host: str, port: int) -> socket.socket:
    """Bind the address. Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


def run(children: Sequence[Child]) -> None:
    """Start the children and look after them until SIGINT or SIGTERM; all are gone at return."""
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: stopping.append(number))
    for child in children:
        child.start()
    while not stopping:
        for child in children:
            child.look_after()
        time.sleep(0.1)
    stop(children)


def stop(children: Sequence[Child]) -> None:
    """Ask, wait, then insist."""
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + GRACE
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(timeout=max(until - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired:
            child.signal(signal.SIGKILL)
            child.process.wait()
