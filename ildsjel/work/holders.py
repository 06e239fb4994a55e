"""Who holds a lease, and whether they still live: a process that was killed must not hold up
others.

A holder on another machine is only known by its lease running out; one on this machine is looked
up.
"""

import os
import socket


def this_process() -> str:
    """The name under which this process holds leases: "machine:pid"."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def is_dead(holder: str) -> bool:
    """True for a process of this machine that is gone."""
    machine, _, pid = holder.rpartition(":")
    if machine != socket.gethostname()[:80] or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
