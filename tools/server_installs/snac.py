"""snac2, a small real ActivityPub server with Mastodon's client API, unpacked from Debian.

Nothing is installed on the machine: apt downloads one package from Debian's backports into the
git-ignored folder, with its own lists, and dpkg unpacks it there. That needs no root. The shared
libraries it needs (libcurl) are common; where one is missing, root installs it, others are told.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from tools.server_installs import TOOLS, CannotInstall

FOLDER = TOOLS / "snac"
PROGRAM = FOLDER / "unpacked" / "usr" / "bin" / "snac"
_LIBRARIES = "libcurl4"
_OWN_SOURCES = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)"]


def install() -> Path:
    """The program; fetches 250 kB the first time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not PROGRAM.exists():
            _fetch()
        _check_libraries()
    return PROGRAM


def _fetch() -> None:
    missing = [name for name in ("apt-get", "dpkg") if shutil.which(name) is None]
    if missing:
        raise CannotInstall(f"snac2 comes as a Debian package, and {missing[0]} is missing.")
    work = FOLDER / "download"
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("sources", "lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources" / "snac.sources").write_text(_source(), encoding="utf-8")
    print("Fetching snac2 for the tests ...", flush=True)
    _run(["apt-get", *_apart(work), "update"], work)
    _run(["apt-get", *_apart(work), "download", "snac2"], work)
    unpacked = work / "unpacked"
    _run(["dpkg", "-x", str(next(work.glob("snac2_*.deb"))), str(unpacked)], work)
    shutil.rmtree(FOLDER / "unpacked", ignore_errors=True)
    unpacked.rename(FOLDER / "unpacked")
    shutil.rmtree(work)


def _source() -> str:
    """Where apt finds snac2: at the mirror of Debian that this machine uses itself."""
    listed = _run([*_OWN_SOURCES, "Created-By: Packages", "Component: main"], TOOLS)
    found = [line.split() for line in listed.splitlines() if len(line.split()) == 2]
    debian = [(uri, name) for uri, name in found if name in ("bookworm", "trixie", "forky")]
    if not debian:
        raise CannotInstall("snac2 comes as a Debian package, and this is not Debian 12 or later.")
    uri, name = debian[0]
    suite = "bookworm-backports" if name == "bookworm" else name  # Debian 12 itself has none
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {keys}\n"


def _apart(work: Path) -> list[str]:
    """Options that keep apt away from the machine's own lists and sources."""
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": work / "sources",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "",  # the sandbox's user may not write into our folder
        "Acquire::Retries": "3",
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _check_libraries() -> None:
    if not _missing_libraries():
        return
    if os.geteuid() == 0:
        _run(["apt-get", "install", "--yes", "--no-install-recommends", _LIBRARIES], FOLDER)
    missing = _missing_libraries()
    if missing:
        raise CannotInstall(
            f"snac2 needs {', '.join(missing)} (on Debian: apt install {_LIBRARIES})."
        )


def _missing_libraries() -> list[str]:
    done = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=False)
    return [line.split()[0] for line in done.stdout.splitlines() if "not found" in line]


def _run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise CannotInstall(f"{' '.join(command[:1])} failed:\n{(done.stderr or '')[-2000:]}")
    return done.stdout
