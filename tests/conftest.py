"""What all tests share: a data folder of their own, and no way out to the internet."""

import ipaddress
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("ILDSJEL_DATA", tempfile.mkdtemp(prefix="ildsjel-tests-"))
os.environ.setdefault("ILDSJEL_SECRET_KEY", "a key for tests alone")
os.environ.setdefault("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")
os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
)  # the browser's driver runs a loop of its own

logging.getLogger("mail.log").setLevel(logging.ERROR)  # the test mail server tells each command

REPOSITORY = Path(__file__).resolve().parent.parent


class WayOut(RuntimeError):
    """A test tried to reach something that is not on this machine."""


def _on_this_machine(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket file
    host = address[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_internet() -> Iterator[None]:
    """Refuse every connection that leaves the loopback addresses."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _on_this_machine(address):
            raise WayOut(f"a test tried to reach {address!r}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data for tests, where the machine has it; a test that needs it is skipped elsewhere."""
    folder = Path(os.environ.get("ILDSJEL_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("real data for tests is not on this machine (ILDSJEL_SHARED names its folder)")
    return folder
