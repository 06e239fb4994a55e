"""A broad double of Mastodon's API, for what snac2 has not: streaming, edits, deletions, keys.

    with mastodon_mock_server("kommune", "citizen") as mock:
        mock.person("citizen").post("Hei @kommune")

Each account's access token is its name with ``-token`` behind.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers.processes import end, free_port
from tests.servers.snac import PATIENCE, Person, wait_for_answer


@dataclass(frozen=True)
class Mock:
    url: str

    def person(self, name: str) -> Person:
        return Person(self.url, f"{name}-token")

    def fault(self, **rule: Any) -> None:
        """Make matching requests fail: ``path``, ``effect`` and more, as the double describes."""
        url = f"{self.url}/api/v1/_mock/faults"
        httpx.post(url, json=rule, timeout=PATIENCE).raise_for_status()


@contextmanager
def mastodon_mock_server(*names: str, heartbeat: float = 1.0) -> Iterator[Mock]:
    """A server with these accounts, gone afterwards. Ready in two or three seconds."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="mastodon-mock-") as folder:
        config = Path(folder) / "config.toml"
        config.write_text(_config(names, heartbeat), encoding="utf-8")
        command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory"]
        process = subprocess.Popen(
            [*command, "--config", str(config), "--port", str(port), "--log-level", "error"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for_answer(f"{url}/api/v1/instance", process, seconds=40)
            yield Mock(url)
        finally:
            end(process)


def _config(names: tuple[str, ...], heartbeat: float) -> str:
    lines = ["[streaming]", f"heartbeat_seconds = {heartbeat}"]
    for name in names:
        lines += ["[[seed.accounts]]", f'username = "{name}"', f'access_token = "{name}-token"']
    return "\n".join(lines)
