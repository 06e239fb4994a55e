"""Servers that misbehave: each fault becomes a clear line, and what else can be read is read."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from ildsjel.connectors import http
from ildsjel.connectors.mastodon import Mastodon
from ildsjel.connectors.mastodon.api import instance_url
from ildsjel.connectors.protocol import (
    Account,
    ConnectorError,
    Outgoing,
    RateLimited,
    Refused,
    Unreachable,
    Unsure,
)
from tests.connectors.test_mastodon_statuses import status

mastodon = Mastodon()
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Callable[[str, str], Answer | None]

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = type(self).answer(self.command, self.path)
        if answer is None:  # cut the line without a word
            self.close_connection = True
            return
        code, headers, body = answer
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _respond

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(answer: Callable[[str, str], Answer | None]) -> Iterator[str]:
    handler = type("Answering", (Handler,), {"answer": staticmethod(answer)})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


def ok(value: Any) -> Answer:
    return 200, {}, value if isinstance(value, bytes) else orjson.dumps(value)


def listening(*urls: str) -> Account:
    return Account(settings={"instance_urls": "\n".join(urls), "hashtags": "bru"})


def writing(url: str) -> Account:
    settings = {"instance_url": url}
    return Account(settings=settings, secrets={"access_token": "t"}, identity="https://by.no/@k")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((200, {}, b"[{"), Unreachable, "not JSON"),
        ((200, {}, b"<html>log in</html>"), Unreachable, "not JSON"),
        ((200, {}, b"[" * 100_000), Unreachable, "not JSON"),
        ((200, {}, b'{"a": 1}'), Unreachable, "other than a list"),
        ((200, {}, b'["' + b"x" * 10_000_000 + b'"]'), Refused, "more than 5 MB"),
        ((401, {}, b"{}"), Refused, "its own members only"),
        ((422, {}, b"{}"), Refused, "its own members only"),
        ((404, {}, b"{}"), Refused, "404"),
        ((500, {}, b"{}"), Unreachable, "500"),
        ((429, {"Retry-After": "7"}, b"{}"), RateLimited, "asks us to wait"),
        ((302, {"Location": "/api/v1/timelines/tag/bru"}, b""), Refused, "without end"),
        (None, Unreachable, "was lost"),
    ],
)
def test_each_fault_has_its_kind_and_its_words(
    answer: Answer | None, kind: type[ConnectorError], words: str
) -> None:
    with server(lambda *_: answer) as url, pytest.raises(kind, match=words):
        mastodon.fetch(listening(url), "")


def test_a_faulty_instance_does_not_stop_the_others() -> None:
    with (
        server(lambda *_: (200, {}, b"[{")) as broken,
        server(lambda *_: (401, {}, b"")) as closed,
        server(lambda *_: ok([status()])) as sound,
    ):
        nobody = "http://127.0.0.1:9"
        batch = mastodon.fetch(listening(broken, closed, nobody, sound), "")
    assert [item.external_id for item in batch.items] == [status()["uri"]]
    assert [line.where.split()[0] for line in batch.rejected] == [broken, closed, nobody]
    assert all(line.reason for line in batch.rejected)


def test_one_bad_post_does_not_hide_the_others() -> None:
    good = orjson.dumps(status())
    half = good.replace(b"brua", b"br\\ud800\xff\xfe").replace(b"/5", b"/6")
    page = b"[" + good + b',{"uri": 3}, null, ' + half + b"]"
    with server(lambda *_: ok(page)) as url:
        batch = mastodon.fetch(listening(url), "")
    texts = {item.external_id[-1]: item.text for item in batch.items}
    assert texts["5"] == "Når åpner brua?"
    assert texts["6"].startswith("Når åpner br\ufffd")
    assert len(batch.rejected) == 2
    assert batch.rejected[0].sample


def test_a_server_that_gives_the_same_page_for_ever_is_read_once() -> None:
    asked = []

    def answer(_: str, path: str) -> Answer:
        asked.append(path)
        return ok([status(id=str(number), uri=f"https://x.no/{number}") for number in range(40)])

    with server(answer) as url:
        first = mastodon.fetch(listening(url), "")
        second = mastodon.fetch(listening(url), first.cursor)
    assert (len(first.items), len(second.items)) == (40, 0)
    assert not second.more
    assert len(asked) <= 4


def test_a_late_arrival_behind_our_place_is_not_lost() -> None:
    now = 116_000_000_000_000_000
    shown = [status(id=str(now), uri="https://x.no/new")]

    def answer(_: str, path: str) -> Answer:
        after = int(path.split("min_id=")[1].split("&", maxsplit=1)[0]) if "min_id=" in path else 0
        page = sorted((each for each in shown if int(each["id"]) > after), key=lambda s: s["id"])
        return ok(page[:40][::-1])

    with server(answer) as url:
        cursor = mastodon.fetch(listening(url), "").cursor
        three_minutes = 180_000 << 16
        shown.append(status(id=str(now - three_minutes), uri="https://x.no/late"))
        late = mastodon.fetch(listening(url), cursor)
        again = mastodon.fetch(listening(url), late.cursor)
    assert [item.external_id for item in late.items] == ["https://x.no/late"]
    assert again.items == []


def test_an_edit_seen_by_polling_comes_as_a_newer_revision() -> None:
    shown = status()
    with server(lambda *_: ok([shown])) as url:
        first = mastodon.fetch(listening(url), "")
        shown["edited_at"], shown["content"] = "2026-02-03T06:00:00Z", "<p>Åpnet</p>"
        second = mastodon.fetch(listening(url), first.cursor)
    assert second.items[0].text == "Åpnet"
    assert second.items[0].revision > first.items[0].revision


def test_the_wait_that_mastodon_asks_for_is_kept() -> None:
    until = (datetime.now(UTC) + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
    limited = (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": until}, b"{}")
    with server(lambda *_: limited) as url, pytest.raises(RateLimited) as raised:
        mastodon.send(writing(url), Outgoing(key="k", text="hei"))
    assert 80 < raised.value.retry_after < 91


def test_reading_stops_before_the_limit_is_spent() -> None:
    asked = []

    def answer(_: str, path: str) -> Answer:
        asked.append(path)
        number = 110 + len(asked)
        page = [status(id=str(number), uri=f"https://x.no/{number}")]
        return 200, {"X-RateLimit-Remaining": "3"}, orjson.dumps(page)

    with server(answer) as url:
        cursor = mastodon.fetch(listening(url), "").cursor
        batch = mastodon.fetch(listening(url), cursor)
    assert len(asked) == 2
    assert len(batch.items) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, Unsure),
        ((500, {}, b""), Unsure),
        ((502, {}, b"<html>"), Unsure),
        ((200, {}, b"<html>"), Unsure),
        ((200, {}, b"{}"), Unsure),
        ((200, {}, b"[]"), Unsure),
        ((422, {}, b'{"error": "Text is too long"}'), Refused),
        ((401, {}, b'{"error": "no"}'), Refused),
        ((429, {}, b""), RateLimited),
    ],
)
def test_after_sending_only_what_is_certain_is_said(
    answer: Answer | None, kind: type[ConnectorError]
) -> None:
    def respond(method: str, _: str) -> Answer | None:
        return answer if method == "POST" else ok({})

    with server(respond) as url, pytest.raises(kind):
        mastodon.send(writing(url), Outgoing(key="k", text="hei"))


def test_before_sending_a_lost_line_is_harmless() -> None:
    with pytest.raises(Unreachable):
        mastodon.send(writing("http://127.0.0.1:9"), Outgoing(key="k", text="hei"))
    context = {"status_id": "5"}
    with server(lambda *_: None) as url, pytest.raises(Unreachable):
        context["instance"] = url
        mastodon.send(writing(url), Outgoing(key="k", text="hei", context=context))


def test_a_server_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "client", _impatient(http.client))
    release = threading.Event()

    def hang(*_: str) -> Answer:
        release.wait(20)
        return ok([])

    began = time.monotonic()
    try:
        with server(hang) as url, pytest.raises(Unreachable, match="no answer in time"):
            mastodon.fetch(Account(settings={"instance_urls": url, "hashtags": "a\nb\nc"}), "")
    finally:
        release.set()
    assert time.monotonic() - began < 2  # its other tags are not waited for one by one


def _impatient(client: Callable[..., Any]) -> Callable[..., Any]:
    def quick(**options: Any) -> Any:
        return client(**{**options, "timeout": 0.3})

    return quick


def test_a_stream_that_breaks_off_or_rambles_is_unreachable() -> None:
    def answer(_: str, path: str) -> Answer:
        if "/streaming/" in path:
            return 200, {"Content-Type": "text/event-stream"}, b"data: " + b"x" * 3_000_000
        if "verify_credentials" in path:
            return ok({"id": "7", "acct": "k", "url": "https://by.no/@k"})
        return ok([]) if "/instance" not in path else (404, {}, b"")

    with server(answer) as url, pytest.raises(Unreachable, match=r"without end|ended the stream"):
        for _ in mastodon.stream(writing(url), "", threading.Event()):
            pass


@pytest.mark.parametrize("typed", ["", "http://", "ftp://x.no", "https://[", "x y://"])
def test_an_address_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        instance_url(typed)


def test_an_address_is_taken_as_people_type_it() -> None:
    for typed in ("by.no", " https://BY.no/@kommune ", "https://by.no/?x"):
        assert instance_url(typed) == "https://by.no"
    assert instance_url("http://[::1]:3000/x") == "http://[::1]:3000"


def test_an_account_with_nothing_to_read_is_told_so() -> None:
    for work in (mastodon.check, lambda each: mastodon.fetch(each, "")):
        with pytest.raises(Refused, match="Nothing to read"):
            work(Account(settings={"instance_urls": "by.no"}))
