"""The shared HTTP: every failure is the right kind of error, and private networks stay shut."""

import gzip
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ildsjel.connectors import http
from ildsjel.connectors.protocol import RateLimited, Refused, Unreachable, Unsure


class Pages(BaseHTTPRequestHandler):
    """Answers by path: a status as a number, or one of the misbehaviours below."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name.isdigit():
            self._answer(int(name), b'{"message": "ikke slik."}')
        else:
            getattr(self, f"_{name}")()

    do_POST = do_GET

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for header, value in headers.items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _agent(self) -> None:
        self._answer(200, self.headers["User-Agent"].encode())

    def _busy(self) -> None:
        self._answer(429, b"", Retry_After="7")

    def _bomb(self) -> None:
        self._answer(200, gzip.compress(b" " * 6_000_000), Content_Encoding="gzip")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 100_000)

    def _round(self) -> None:
        self._answer(302, b"", Location="/round")

    def _inside(self) -> None:
        self._answer(302, b"", Location="http://169.254.169.254/latest/meta-data")

    def _file(self) -> None:
        self._answer(302, b"", Location="file:///etc/passwd")

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")

    def _squeezed(self) -> None:
        body = gzip.compress("æøå".encode())
        self._answer(200, body, Content_Encoding="gzip", Content_Type="text/plain; charset=utf-8")

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True  # the client has had enough

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def get(url: str, method: str = "GET") -> bytes:
    with http.client() as session:
        return http.request(session, method, url).content


def test_says_who_it_is(site: str) -> None:
    assert get(f"{site}/agent").startswith(b"Ildsjel/")


def test_compressed_answers_are_unpacked_once(site: str) -> None:
    with http.client() as session:
        response = http.request(session, "GET", f"{site}/squeezed")
    assert response.text == "æøå"
    assert str(response.url) == f"{site}/squeezed"


@pytest.mark.parametrize(
    ("path", "method", "kind"),
    [
        ("401", "GET", Refused),
        ("404", "POST", Refused),
        ("500", "GET", Unreachable),
        ("502", "POST", Unsure),
        ("busy", "POST", RateLimited),
        ("bomb", "GET", Refused),
        ("endless", "GET", Refused),
        ("round", "GET", Refused),
        ("file", "GET", Refused),
        ("cut", "GET", Unreachable),
        ("cut", "POST", Unsure),
    ],
)
def test_what_goes_wrong_has_its_kind(
    site: str, path: str, method: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        get(f"{site}/{path}", method)
    assert type(caught.value) is kind
    if path.isdigit():
        assert "ikke slik" in str(caught.value)


def test_nobody_there_is_unreachable_also_for_a_post() -> None:
    with pytest.raises(Unreachable):
        get("http://localhost:9/", "POST")


def test_a_dripping_answer_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", -1.0)
    with pytest.raises(Unreachable, match="in time"):
        get(f"{site}/agent")


def test_accepted_statuses_come_back(site: str) -> None:
    with http.client() as session:
        response = http.request(session, "GET", f"{site}/304", accept_status=frozenset({304}))
        assert response.status_code == 304
        refused = http.request(session, "GET", f"{site}/400", accept_status=frozenset({400}))
        assert http.json_object(refused)["message"] == "ikke slik."


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.0.0.1:8000/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_private_networks_are_shut(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", raising=False)
    with pytest.raises(Refused, match="private"):
        http.check_url(url)
    with pytest.raises(Refused, match="private"):
        get(url)


def test_a_redirect_does_not_lead_inside(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first server is let through, as a public one would be; what it points to is not."""
    monkeypatch.delenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS")
    public = http._is_public
    monkeypatch.setattr(
        http, "_is_public", lambda each: each in ("127.0.0.1", "::1") or public(each)
    )
    assert get(f"{site}/agent").startswith(b"Ildsjel/")
    with pytest.raises(Refused, match="private"):
        get(f"{site}/inside")


def test_public_addresses_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS")
    assert http.check_url("https://193.69.165.21/") == "https://193.69.165.21/"


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://example.org", "file:///etc/passwd", "http://", "http://[x"]
)
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(Refused):
        http.check_url(url)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT"}, 1),
        ({"Retry-After": "99999999999"}, 86_400),
        ({"Retry-After": "soon"}, 60),
        ({"RateLimit-Reset": "1795348890"}, 90),
        ({"RateLimit-Reset": "12"}, 12),
        ({}, 60),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    now = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    assert http.retry_after(headers, now=now) == seconds


def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    import httpx

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://localhost:{deaf.getsockname()[1]}/"
        began = time.monotonic()
        with http.client(timeout=httpx.Timeout(0.3)) as session, pytest.raises(Unreachable):
            http.request(session, "GET", url)
        assert time.monotonic() - began < 3
