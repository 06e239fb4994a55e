"""A double of Bluesky's AppView, for what the real one (`appview`) can't be made to do.

It answers each method as a test says: with nonsense, with pages in odd shapes, or not at all. The
records that it shows stand on a real PDS, which passes its notifications on.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers.pds import Session

Answer = Callable[[dict[str, str]], dict[str, Any] | None]  # its query in; None: not found


@dataclass
class AppViewDouble:
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)  # by the last part of the method


def view(author: Session, uri: str) -> dict[str, Any]:
    """A record on the PDS as an AppView shows posts."""
    record = author.record(uri)
    return {
        "uri": uri,
        "cid": record["cid"],
        "author": {"did": author.did, "handle": author.handle, "displayName": author.handle[:-5]},
        "record": record["value"],
        "indexedAt": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }


@contextmanager
def appview_double() -> Iterator[AppViewDouble]:
    appview = AppViewDouble()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            method = appview.answers[parts.path.rpartition(".")[2]]
            answer = method(dict(parse_qsl(parts.query)))
            gone = {"error": "NotFound", "message": "Post not found"}
            body = json.dumps(gone if answer is None else answer).encode()
            self.send_response(400 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    appview.url = f"http://localhost:{server.server_port}"
    try:
        yield appview
    finally:
        server.shutdown()
        server.server_close()
