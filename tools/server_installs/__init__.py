"""One module a server: each has ``install() -> Path``, which does nothing the second time.

A server that this machine can't have raises `CannotInstall` with the reason in plain words.
"""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"  # git-ignored


class CannotInstall(Exception):
    """This machine lacks something that the server needs; the text says what."""


def apt_install(*packages: str) -> None:
    """Install Debian packages; raises `CannotInstall` where we may not or it fails."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise CannotInstall(f"{names} is missing (on Debian: apt install {names}).")
    print(f"Fetching {names} for the tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    for command in (["apt-get", "update"], install):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            raise CannotInstall(f"{command[1]} of {names} failed:\n{done.stderr[-2000:]}")
