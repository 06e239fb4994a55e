"""Run all tests: what touches the database on PostgreSQL too, where the machine has one.

`ILDSJEL_TEST_POSTGRES` names another server than the one on this machine. Exits with the first
failure's code.
"""

import os
import subprocess
import sys

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
ON_BOTH = ["tests/rooms"]


def main() -> int:
    codes = []
    url = os.environ.get("ILDSJEL_TEST_POSTGRES", LOCAL)
    if reachable(url):
        codes.append(pytest(ON_BOTH, ILDSJEL_DATABASE_URL=url))
    else:
        print(f"No PostgreSQL at {url}: the rooms are tested on SQLite alone.", flush=True)
    codes.append(pytest(["tests"]))
    return next((code for code in codes if code), 0)


def reachable(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def pytest(paths: list[str], **environment: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *paths]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
