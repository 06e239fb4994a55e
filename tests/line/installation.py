"""A real installation of Ildsjel in a folder of its own: its processes, its command, its
database."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.builders import PASSWORD
from tests.servers.processes import eventually, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PRELUDE = """
import json, sys
import django
django.setup()
given = json.loads(sys.argv[1])
"""
SET_UP = """
from django.db import connection
from ildsjel.organisation.actions import create_organisation, create_user
from tests.builders import PASSWORD, make_channel, make_desk
from ildsjel.channels.actions import connect
from ildsjel.channels.gateway import check, get_connector
from ildsjel.listening.actions import save_watch
user = create_user(email="ida@bergvik.test", password=PASSWORD, name="Ida Berg", language="en")
owner = create_organisation(
    name="Bergvik", owner=user, language="en", timezone="Europe/Oslo", country="NO"
)
make_desk(owner)
if given["watch"]:
    save_watch(by=owner, name="Bergvik", query=given["watch"])
for channel in given["channels"]:
    identity = check(channel["kind"], channel["settings"], channel["secrets"])
    known = {"identity": identity.external_id, "handle": identity.handle} if identity else {}
    row = connect(by=owner, **channel, **known)
    renewed = identity.secrets if identity else None
    from ildsjel.channels.gateway import keep_secrets
    keep_secrets(row, renewed)
print(json.dumps(owner.organisation.slug))
"""


@dataclass
class Installation:
    """One data folder, one port, and what runs on them."""

    folder: Path
    port: int = field(default_factory=free_port)
    database_url: str = ""
    slug: str = ""
    process: subprocess.Popen[bytes] | None = None
    email: str = "ida@bergvik.test"
    password: str = PASSWORD

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ILDSJEL_", "DJANGO_"))}
        own = {
            "ILDSJEL_DATA": str(self.folder),
            "ILDSJEL_PORT": str(self.port),
            "ILDSJEL_ALLOW_PRIVATE_NETWORKS": "yes",
            "DJANGO_SETTINGS_MODULE": "ildsjel.settings",
            "ILDSJEL_LOG_LEVEL": "WARNING",
        }
        if self.database_url:
            own["ILDSJEL_DATABASE_URL"] = self.database_url
        return kept | own

    def command(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run `ildsjel …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "ildsjel", *arguments],
            env=self.environment,
            cwd=ROOT,
            input=typed,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def python(self, code: str, **given: Any) -> Any:
        """Run code inside the installation; what it prints as JSON comes back."""
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(code), json.dumps(given)],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None

    def prepare(self, *channels: dict[str, Any], watch: str = "") -> None:
        """Migrate and make an organisation with these channels and one watch."""
        done = self.command("migrate")
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        self.slug = self.python(SET_UP, channels=channels, watch=watch)

    def start(self, command: str = "up") -> None:
        """`ildsjel up`, or one process of it, until the first page answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._printed_file.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ildsjel", command],
                env=self.environment,
                cwd=ROOT,
                stdout=printed,
            )
        eventually(self.answers, seconds=30)

    @property
    def _printed_file(self) -> Path:
        return self.folder / "printed.txt"

    @property
    def printed(self) -> str:
        """What the newest start has printed so far."""
        return self._printed_file.read_text(encoding="utf-8")

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def children(self) -> dict[str, int]:
        """The supervisor's processes by their command, with their ids."""
        assert self.process is not None
        listing = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid=,args="],
            capture_output=True,
            text=True,
            check=False,
        )
        rows = [line.split(None, 1) for line in listing.stdout.splitlines()]
        return {args.split(" -m ildsjel ")[-1].split()[0]: int(pid) for pid, args in rows}

    def kill(self, name: str) -> None:
        """SIGKILL to one process: web, work, listen, or the supervisor (up)."""
        assert self.process is not None
        pid = self.process.pid if name == "up" else self.children().get(name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        if name == "up":
            self.process.wait()

    def stop(self) -> float:
        """Ctrl-C; returns the seconds until all has ended."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        return time.monotonic() - began


@contextmanager
def installation(folder: Path, **options: Any) -> Iterator[Installation]:
    """An installation whose processes are gone afterwards, whatever happens."""
    made = Installation(folder, **options)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.process.terminate()
            try:
                made.process.wait(10)
            except subprocess.TimeoutExpired:
                made.process.kill()
