"""Run one of the servers in this folder that are written for Node."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.processes import end, wait_for_line
from tools.server_installs import bluesky


@contextmanager
def node_server(script: str, **options: Any) -> Iterator[None]:
    """The script answers while the block runs. `CannotInstall` where its packages can't be had.

    It is given one JSON object, with the folder of its packages as `modules`.
    """
    given = json.dumps({"modules": str(bluesky.install()), **options})
    process = subprocess.Popen(
        [bluesky.node(), Path(__file__).with_name(script), given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LOG_ENABLED": "false", "NODE_ENV": "production"},
    )
    try:
        wait_for_line(process)
        yield
    finally:
        end(process)
