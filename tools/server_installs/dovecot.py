"""Dovecot, a real mail server with IMAP, IDLE and LMTP, from Debian's packages."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.server_installs import CannotInstall

PACKAGES = ("dovecot-imapd", "dovecot-lmtpd")
PROGRAM = Path("/usr/sbin/dovecot")
LMTP = Path("/usr/lib/dovecot/lmtp")


def install() -> Path:
    """The program; root installs what is missing, others are told."""
    if not (PROGRAM.exists() and LMTP.exists()):
        _fetch()
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    if not said.stdout.startswith("2.3"):
        version = said.stdout.strip() or said.stderr.strip()
        raise CannotInstall(f"The tests know how to set up Dovecot 2.3; this is {version[:40]}.")
    return PROGRAM


def _fetch() -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise CannotInstall(f"Dovecot is missing (on Debian: apt install {' '.join(PACKAGES)}).")
    print("Fetching Dovecot for the tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
    for command in (["apt-get", "update"], install):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            raise CannotInstall(f"{command[1]} of Dovecot failed:\n{done.stderr[-2000:]}")
