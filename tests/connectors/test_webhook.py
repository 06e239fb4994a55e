"""Signed deliveries: signatures, clocks, rotation, broken bodies; answers to a real receiver."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.connectors.protocol import Account, Batch, Outgoing, Refused, Unreachable, Unsure
from ildsjel.connectors.signing import NotAccepted, sign, verify
from ildsjel.connectors.webhook import MAX_BODY, MAX_ITEMS, Webhook
from ildsjel.engine.items import Address, Visibility

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET, OLD = "new-secret-of-32-characters-long", "old-secret-of-32-characters-long"
ACCOUNT = Account(settings={}, secrets={"secret": f"{SECRET}\n{OLD}\n"})


def item(**changes: Any) -> dict[str, Any]:
    value = {
        "id": "7",
        "text": "Når åpner det?",
        "author": {"id": "p1", "name": "Kari"},
        "published_at": "2026-03-02T12:30:00+01:00",
    }
    return {**value, **changes}


def deliver(body: Any, *, secret: str = SECRET, at: datetime = NOW) -> Batch:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"x-ildsjel-signature": sign(secret, raw, at)}
    return Webhook().receive(ACCOUNT, headers, raw, NOW)


def test_one_item() -> None:
    (got,) = deliver(item()).items
    assert (got.external_id, got.thread_key, got.text) == ("7", "7", "Når åpner det?")
    assert (got.author.external_id, got.author.name) == ("p1", "Kari")
    assert got.published_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert (got.address, got.visibility) == (Address.DIRECT, Visibility.PRIVATE)


def test_everything_that_an_item_may_hold() -> None:
    value = item(
        id=2**53 + 1,
        revision=3,
        thread="t",
        parent=6,
        title="Tittel",
        url="https://x.test/7",
        address="public",
        own=True,
        automatic=True,
        language="nn",
        tags=["bibliotek"],
        links=["https://y.test"],
        context={"form": "12"},
    )
    (got,) = deliver({"items": [value]}).items
    assert (got.external_id, got.parent_id, got.thread_key) == ("9007199254740993", "6", "t")
    assert (got.revision, got.visibility) == (3, Visibility.PUBLIC)
    assert got.own and got.automatic
    assert (got.languages, got.tags, got.links) == (("nn",), ("bibliotek",), ("https://y.test",))
    assert got.reply_context == {"form": "12"}


def test_an_edit_has_a_higher_revision() -> None:
    first = deliver(item()).items[0]
    later = deliver(item(updated_at="2026-03-02T11:45:00Z")).items[0]
    assert later.revision > first.revision


def test_deletions() -> None:
    body = {"deletions": [{"id": 7}, {"author_id": "p1", "at": "2026-03-02T11:00:00Z"}, {}, 3]}
    batch = deliver(body)
    assert [(gone.external_id, gone.author_id) for gone in batch.deletions] == [
        ("7", ""),
        ("", "p1"),
    ]
    assert batch.deletions[0].at == NOW
    assert [line.where for line in batch.rejected] == ["deletions[2]", "deletions[3]"]


def test_each_secret_in_rotation_is_taken() -> None:
    assert deliver(item(), secret=OLD).items
    with pytest.raises(NotAccepted, match="does not match") as caught:
        deliver(item(), secret="another-secret-of-the-same-length")
    assert caught.value.status == 401


def test_one_header_may_carry_several_signatures() -> None:
    body = json.dumps(item()).encode()
    other = sign("another-secret-of-the-same-length", body, NOW).partition(",")[2]
    verify([SECRET], f"{sign(SECRET, body, NOW)},{other}", body, NOW)
    verify([SECRET], f"{other},{sign(SECRET, body, NOW)}", body, NOW)


@pytest.mark.parametrize("changed", [b" ", b"\n"])
def test_the_raw_bytes_are_signed(changed: bytes) -> None:
    body = json.dumps(item(), ensure_ascii=False).encode()
    signature = sign(SECRET, body, NOW)
    with pytest.raises(NotAccepted):
        Webhook().receive(ACCOUNT, {"X-Ildsjel-Signature": signature}, body + changed, NOW)


@pytest.mark.parametrize(("minutes", "words"), [(6, "360 seconds ahead"), (-7, "420 seconds behi")])
def test_a_wrong_clock_is_named_with_its_error(minutes: int, words: str) -> None:
    assert deliver(item(), at=NOW + timedelta(minutes=minutes) * 0.5).items
    with pytest.raises(NotAccepted, match=words):
        deliver(item(), at=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "header", ["", "x", "t=,v1=", "t=abc,v1=00", "v1=00", "t=1" * 50, "t=²,v1=a", "t=1,v1=å"]
)
def test_a_malformed_signature_is_turned_away(header: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        Webhook().receive(ACCOUNT, {"X-Ildsjel-Signature": header}, b"{}", NOW)
    assert caught.value.status == 401


@pytest.mark.parametrize("secret", ["", "\n \n", "short"])
def test_a_channel_without_a_good_secret_takes_nothing(secret: str) -> None:
    account = Account(settings={}, secrets={"secret": secret})
    headers = {"X-Ildsjel-Signature": sign(secret, b"{}", NOW)}
    with pytest.raises(Refused, match="secret"):
        Webhook().receive(account, headers, b"{}", NOW)
    with pytest.raises(Refused, match="secret"):
        Webhook().check(account)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"NaN", 400),
        (b'{"id": NaN}', 400),
        (b'{"text": "\xff"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"items": {}}', 400),
        (b'{"deletions": 3}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b" " * (MAX_BODY + 1), 413),
        (json.dumps({"items": [1] * (MAX_ITEMS + 1)}).encode(), 413),
    ],
)
def test_a_broken_body_is_turned_away_whole(body: bytes, status: int) -> None:
    with pytest.raises(NotAccepted) as caught:
        deliver(body)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": None}, "id is missing"),
        ({"id": ""}, "id is missing"),
        ({"id": 1.5}, "id must be text"),
        ({"id": True}, "id must be text"),
        ({"id": 10**30}, "at most 64 bits"),
        ({"id": "x" * 501}, "longer than 500"),
        ({"text": None}, "text is missing"),
        ({"text": 3}, "text must be text"),
        ({"author": "Kari"}, "author is missing"),
        ({"author": {}}, "needs an id"),
        ({"published_at": None}, "published_at is missing"),
        ({"published_at": "yesterday"}, "not a time"),
        ({"published_at": "2026-03-02T12:00:00"}, "no time zone"),
        ({"published_at": "2026-03-04T12:00:00Z"}, "future"),
        ({"published_at": "0001-01-01T00:00:00+05:00"}, "not a time"),
        ({"revision": 10**30}, "revision"),
        ({"revision": -1}, "between 0"),
        ({"revision": 1.0}, "whole number"),
        ({"address": "everyone"}, "must be one of"),
        ({"address": ["direct"]}, "must be one of"),
        ({"own": "yes"}, "true or false"),
        ({"tags": "a"}, "list of texts"),
        ({"links": [3]}, "list of texts"),
        ({"context": {"a": 1}}, "object of texts"),
    ],
)
def test_a_bad_item_is_named_and_the_others_are_taken(changes: dict[str, Any], words: str) -> None:
    batch = deliver({"items": [item(id="1"), item(**changes), item(id="3")]})
    assert [got.external_id for got in batch.items] == ["1", "3"]
    (line,) = batch.rejected
    assert line.where == "items[1]"
    assert words in line.reason
    assert batch.seen == 3


def test_what_no_database_takes_is_taken_out() -> None:
    (got,) = deliver(item(text="a\0b", title="c\0d")).items
    assert (got.text, got.title) == ("ab", "cd")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(item(tags=[], parent=1, revision=1))), _VALUES))
def test_no_item_makes_it_fail(value: dict[str, Any]) -> None:
    raw = json.dumps({"items": [value]}).encode()
    try:
        batch = deliver(raw)
    except NotAccepted:
        return  # lone surrogates are not JSON
    assert len(batch.items) + len(batch.rejected) == 1


def test_it_is_neither_fetched_nor_streamed() -> None:
    with pytest.raises(Refused):
        Webhook().fetch(ACCOUNT, "")
    with pytest.raises(Refused):
        Webhook().stream(ACCOUNT, "", threading.Event())


class _Receiver(BaseHTTPRequestHandler):
    answer = (200, b'{"id": "r1", "url": "https://x.test/r1"}')
    got: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        status, words = type(self).answer
        if not status:
            return  # the connection closes without an answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def receiver(status: int, words: bytes) -> Iterator[tuple[str, type[_Receiver]]]:
    handler = type("Receiver", (_Receiver,), {"answer": (status, words), "got": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/answers", handler
    finally:
        server.shutdown()
        server.server_close()


OUTGOING = Outgoing(key="k1", text="Klokka ni å", thread_key="t", parent_id="7")


@pytest.fixture(autouse=True)
def _own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")


def test_an_answer_is_signed_and_can_be_recognised() -> None:
    with receiver(200, b'{"id": "r1", "url": "https://x.test/r1"}') as (url, seen):
        account = Account(settings={"reply_url": url}, secrets=ACCOUNT.secrets)
        assert Webhook().check(account) is None
        sent = Webhook().send(account, OUTGOING)
    assert (sent.external_id, sent.url) == ("r1", "https://x.test/r1")
    ((headers, body),) = seen.got
    assert headers["idempotency-key"] == "k1"
    verify([SECRET], headers["x-ildsjel-signature"], body, datetime.now(UTC))
    assert json.loads(body)["text"] == "Klokka ni å"


@pytest.mark.parametrize("words", [b"", b"ok", b"[1]", b'{"id": {}}'])
def test_an_answer_that_was_taken_is_sent_whatever_the_receiver_says(words: bytes) -> None:
    with receiver(202, words) as (url, _):
        account = Account(settings={"reply_url": url}, secrets=ACCOUNT.secrets)
        assert Webhook().send(account, OUTGOING).external_id == "k1"


@pytest.mark.parametrize(
    ("status", "error"), [(403, Refused), (500, Unsure), (0, Unsure), (-1, Unreachable)]
)
def test_faults_of_the_receiver(status: int, error: type[Exception]) -> None:
    with receiver(status, b"") as (url, _):
        target = url if status >= 0 else "http://127.0.0.1:1/"
        account = Account(settings={"reply_url": target}, secrets=ACCOUNT.secrets)
        with pytest.raises(error):
            Webhook().send(account, OUTGOING)


def test_without_an_address_nothing_is_sent() -> None:
    with pytest.raises(Refused, match="no address"):
        Webhook().send(ACCOUNT, OUTGOING)
