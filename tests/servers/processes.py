"""Start a server as a child process, wait until it answers, and end it for certain."""

import select
import socket
import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_line(process: subprocess.Popen[str], *, seconds: float = 180) -> str:
    """The first line the server prints; `RuntimeError` with its errors when it ends before."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    line = process.stdout.readline() if ready else ""
    if line:
        return line
    process.kill()
    _, errors = process.communicate()
    raise RuntimeError(f"{process.args!r} did not start:\n{errors[-3000:]}")


def end(process: subprocess.Popen[str]) -> None:
    """Close its input, ask it to stop, and kill it if it does not within five seconds."""
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def eventually(look: Callable[[], Found], *, seconds: float = 20) -> Found:
    """What `look` gives as soon as it gives something; AssertionError when it never does."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain for {look}")
        time.sleep(0.1)
