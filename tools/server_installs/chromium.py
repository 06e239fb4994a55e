"""Debian's Chromium, for the tests that look at pages as a person does."""

import shutil
from pathlib import Path

from tools.server_installs import CannotInstall, apt_install


def install() -> Path:
    """Where the browser is; installed from Debian's packages when we may and it is missing."""
    if found := shutil.which("chromium"):
        return Path(found)
    apt_install("chromium")
    if found := shutil.which("chromium"):
        return Path(found)
    raise CannotInstall("Chromium is missing. On Debian: apt install chromium")
