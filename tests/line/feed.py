"""A small newspaper on loopback: an Atom feed that a test adds entries to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

PAGE = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Fjordposten</title><id>urn:fjordposten</id><updated>{updated}</updated>{entries}
</feed>"""
ENTRY = """
<entry><id>urn:fjordposten:{number}</id><title>{title}</title><updated>{at}</updated>
<published>{at}</published><content type="text">{text}</content></entry>"""


@dataclass
class Newspaper:
    """What is in the feed now, newest last, and how often somebody has asked for it."""

    url: str
    entries: list[str] = field(default_factory=list)
    asked: int = 0

    def publish(self, title: str, text: str) -> None:
        number, at = len(self.entries) + 1, datetime.now(UTC).isoformat()
        fields = {"title": escape(title), "text": escape(text)}
        self.entries.append(ENTRY.format(number=number, at=at, **fields))

    @property
    def page(self) -> bytes:
        updated = datetime.now(UTC).isoformat()
        return PAGE.format(updated=updated, entries="".join(self.entries)).encode()


@contextmanager
def newspaper() -> Iterator[Newspaper]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paper.asked += 1
            page = paper.page
            self.send_response(200)
            self.send_header("Content-Type", "application/atom+xml")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_words: Any) -> None:
            """Keep the test's output to itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    paper = Newspaper(f"http://127.0.0.1:{server.server_port}/feed.atom")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield paper
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
