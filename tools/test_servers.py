"""Set up the real servers that the tests talk to: ``python -m tools.test_servers [NAME ...]``.

Without names all are set up. What is there already is left alone. A server that this machine can't
have is reported, and the exit code is 1; tests that need it skip with the same words.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from tools.server_installs import CannotInstall, bluesky, chromium, dovecot, snac

SERVERS: dict[str, Callable[[], Path]] = {
    "chromium": chromium.install,
    "bluesky": bluesky.install,
    "dovecot": dovecot.install,
    "snac": snac.install,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up the servers that the tests talk to.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SERVERS)}")
    names = parser.parse_args().names or list(SERVERS)
    unknown = [name for name in names if name not in SERVERS]
    if unknown:
        parser.error(f"no such server: {', '.join(unknown)}")
    results = [_install(name) for name in names]
    return 0 if all(results) else 1


def _install(name: str) -> bool:
    try:
        where = SERVERS[name]()
    except CannotInstall as error:
        print(f"{name}: not set up. {error}")
        return False
    print(f"{name}: {where}")
    return True


if __name__ == "__main__":
    raise SystemExit(main())
