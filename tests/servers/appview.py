"""A double of Bluesky's AppView: threads, notifications and profiles as its interface gives them.

The real one needs PostgreSQL, Redis and 600 MB of packages. What it says is put together from
records that a test publishes on a real PDS, and the PDS itself passes the notifications on.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.pds import Session


@dataclass
class AppView:
    url: str = ""
    page_size: int = 2
    notifications: list[dict[str, Any]] = field(default_factory=list)  # newest first
    threads: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)

    def notify(self, reason: str, author: Session, uri: str) -> None:
        """Tell of a record on the PDS, a second later than the one before."""
        at = datetime.now(UTC) + timedelta(seconds=len(self.notifications))
        self.notifications.insert(0, {**view(author, uri, at), "reason": reason, "isRead": False})

    def listNotifications(self, query: dict[str, list[str]]) -> dict[str, Any]:
        first = int(query.get("cursor", ["0"])[0])
        following = first + self.page_size
        answer: dict[str, Any] = {"notifications": self.notifications[first:following]}
        if following < len(self.notifications):
            answer["cursor"] = str(following)
        return answer

    def getPostThread(self, query: dict[str, list[str]]) -> dict[str, Any] | None:
        thread = self.threads.get(query["uri"][0])
        return {"thread": thread} if thread else None

    def getProfiles(self, query: dict[str, list[str]]) -> dict[str, Any]:
        return {"profiles": [self.profiles[did] for did in query["actors"] if did in self.profiles]}


def view(author: Session, uri: str, at: datetime | None = None) -> dict[str, Any]:
    """A record on the PDS as the AppView shows posts."""
    record = author.record(uri)
    return {
        "uri": uri,
        "cid": record["cid"],
        "author": {"did": author.did, "handle": author.handle, "displayName": author.handle[:-5]},
        "record": record["value"],
        "indexedAt": (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
    }


@contextmanager
def appview_server() -> Iterator[AppView]:
    appview = AppView()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            method = getattr(appview, parts.path.rpartition(".")[2])
            answer = method(parse_qs(parts.query))
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
