"""Feeds from a real HTTP server on loopback, also ones that are broken, moved, endless or slow."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.connectors import feeds as feeds_module
from ildsjel.connectors.feed_formats import parse_feed
from ildsjel.connectors.feeds import Feeds
from ildsjel.connectors.protocol import Account, Batch, Outgoing, Refused, Unreachable

Answer = Callable[[BaseHTTPRequestHandler], None]

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Kommunen</title><link>https://kommune.test/</link><language>nb</language>
<item><guid isPermaLink="false">1</guid><title>Åpent &amp; gratis</title><link>/sak/1</link>
<description>&lt;p&gt;Biblioteket er &lt;b&gt;åpent&lt;/b&gt;.&lt;/p&gt;
&lt;script&gt;x()&lt;/script&gt;</description>
<pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate><dc:creator>Kari</dc:creator>
<category>bibliotek</category><enclosure url="/bilde.png" type="image/png" length="1"/></item>
<item><link>https://kommune.test/sak/2</link><title>Uten guid</title></item>
<item><description>Uten noe</description></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sv">
<title>Verket</title><id>urn:f</id><updated>2026-03-01T10:00:00Z</updated>
<entry><id>urn:1</id><title>Nyhet</title><link href="rel/1"/>
<published>2026-03-01T10:00:00Z</published><updated>{updated}</updated>
<author><name>Lisa</name></author>
<content type="html">&lt;p&gt;{text}&lt;/p&gt;</content></entry></feed>"""

JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Styrelsen",
    "language": "da",
    "items": [
        {
            "id": 7,
            "url": "/7",
            "content_html": "<p>Hej <i>du</i></p>",
            "date_published": "2026-03-01T10:00:00+01:00",
            "authors": [{"name": "Bo"}, {"name": "Ida"}],
            "tags": ["nyt"],
            "image": "/a.png",
            "attachments": [{"url": "/b.mp3", "mime_type": "audio/mpeg"}],
        },
        {"id": "8", "content_text": "1 < 2", "title": "Tal"},
        "broken",
    ],
}


class Site:
    """A web server whose pages a test sets."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                with suppress(OSError):  # the reader may have gone
                    site.pages.get(self.path, status(404))(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def page(self, path: str, content: str | bytes, **headers: str) -> str:
        self.pages[path] = page(content, 200, **headers)
        return self.url + path


def page(content: str | bytes, code: int = 200, **headers: str) -> Answer:
    data = content.encode() if isinstance(content, str) else content

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def status(code: int, **headers: str) -> Answer:
    return page(b"", code, **headers)


def conditional(handler: BaseHTTPRequestHandler) -> None:
    if handler.headers["If-None-Match"] == '"v1"' and handler.headers["If-Modified-Since"]:
        handler.send_response(304)
        handler.end_headers()
        return
    page(RSS, ETag='"v1"', Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT")(handler)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"<rss version='2.0'><channel>")
    while True:
        handler.wfile.write(b"<item><title>mer</title></item>" * 1000)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("ILDSJEL_ALLOW_PRIVATE_NETWORKS", "yes")
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


def fetch(*urls: str, cursor: str = "") -> Batch:
    return Feeds().fetch(Account(settings={"feed_urls": "\n".join(urls)}), cursor)


def test_rss(site: Site) -> None:
    url = site.page("/rss", RSS, Content_Type="application/rss+xml")
    before = datetime.now(UTC)
    batch = fetch(url)
    first, second, third = batch.items
    assert first.external_id == first.thread_key == f"{url}#1"
    assert (first.title, first.text) == ("Åpent & gratis", "Biblioteket er åpent.")
    assert first.published_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert first.url == f"{site.url}/sak/1"
    assert (first.author.name, first.tags, first.languages) == ("Kari", ("bibliotek",), ("nb",))
    (picture,) = first.media
    assert (picture.url, picture.kind) == (f"{site.url}/bilde.png", "image")
    assert second.external_id == f"{url}#https://kommune.test/sak/2"
    assert (second.text, second.author.name) == ("Uten guid", "Kommunen")
    assert third.text == "Uten noe"
    assert before <= third.published_at <= datetime.now(UTC)
    assert batch.rejected == [] and not batch.more


def test_json_feed(site: Site) -> None:
    url = site.page("/feed", json.dumps(JSON), Content_Type="application/feed+json")
    batch = fetch(url)
    first, second = batch.items
    assert (first.external_id, first.text, first.author.name) == (f"{url}#7", "Hej du", "Bo, Ida")
    assert first.published_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (first.url, first.tags, first.languages) == (f"{site.url}/7", ("nyt",), ("da",))
    assert [media.kind for media in first.media] == ["image", "audio"]
    assert (second.text, second.title) == ("1 < 2", "Tal")
    assert "1 entries" in batch.rejected[0].reason


def test_unchanged_feeds_are_not_sent_again(site: Site) -> None:
    site.pages["/rss"] = conditional
    first = fetch(f"{site.url}/rss")
    again = fetch(f"{site.url}/rss", cursor=first.cursor)
    assert again.items == [] and again.rejected == []
    third = fetch(f"{site.url}/rss", cursor=again.cursor)
    assert third.items == []
    assert site.asked[-1][1]["If-None-Match"] == '"v1"'


def test_an_entry_that_says_when_it_changed_is_a_new_revision(site: Site) -> None:
    url = site.page("/atom", ATOM.format(updated="2026-03-01T10:00:00Z", text="Ett"))
    first = fetch(url)
    site.page("/atom", ATOM.format(updated="2026-03-01T11:00:00Z", text="Två"))
    (edited,) = fetch(url, cursor=first.cursor).items
    assert edited.external_id == first.items[0].external_id
    assert edited.revision > first.items[0].revision
    assert (edited.text, edited.url) == ("Två", f"{site.url}/rel/1")
    assert edited.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (edited.languages, edited.author.name) == (("sv",), "Lisa")


def test_an_entry_that_changes_in_silence_is_a_new_revision_too(site: Site) -> None:
    url, cursor, revisions = f"{site.url}/rss", "", []
    for text in ("en", "to", "tre", "tre"):
        site.page("/rss", RSS.replace("Uten noe", f"Uten noe {text}").replace("åpent", text))
        batch = fetch(url, cursor=cursor)
        cursor = batch.cursor
        revisions += [item.revision for item in batch.items if item.external_id.endswith("#1")]
    assert len(revisions) == 3
    assert revisions == sorted(set(revisions))


def test_a_missing_date_is_the_first_sight_for_ever(site: Site) -> None:
    url = site.page("/rss", RSS)
    first = fetch(url)
    time.sleep(0.01)
    site.page("/rss", RSS.replace("Uten guid", "Uten guid, endret"))
    (edited,) = fetch(url, cursor=first.cursor).items
    assert edited.published_at == first.items[1].published_at
    assert edited.revision > first.items[1].revision


def test_one_guid_in_two_feeds_is_two_items(site: Site) -> None:
    urls = site.page("/a", RSS), site.page("/b", RSS)
    ids = [item.external_id for item in fetch(*urls).items]
    assert len(ids) == len(set(ids)) == 6


def test_one_guid_twice_in_a_feed_does_not_flap(site: Site) -> None:
    twice = RSS.replace(
        "<link>https://kommune.test/sak/2</link>", '<guid isPermaLink="false">1</guid>'
    )
    url = site.page("/rss", twice)
    first = fetch(url)
    assert len(first.items) == 2
    assert fetch(url, cursor=first.cursor).items == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "more than 5 MB"),
        (status(404), "404"),
        (status(410), "gone for good"),
        (status(500), "500"),
        (status(429, Retry_After="900"), "wait"),
        (page("<html><body>Hei</body></html>"), "no RSS"),
        (page(""), "no RSS"),
        (page("{"), "not valid JSON"),
        (page("{}"), "no RSS"),
        (
            page('<html><link rel="alternate" type="application/rss+xml" href="/rss.xml"></html>'),
            "/rss.xml",
        ),
    ],
)
def test_a_bad_feed_is_a_line_and_the_others_go_on(site: Site, answer: Answer, words: str) -> None:
    site.pages["/bad"] = answer
    good = site.page("/good", RSS)
    batch = fetch(f"{site.url}/bad", good)
    assert len(batch.items) == 3
    (line,) = batch.rejected
    assert line.where == f"{site.url}/bad"
    assert words in line.reason


def test_a_feed_that_asks_us_to_wait_is_left_alone(site: Site) -> None:
    site.pages["/busy"] = status(429, Retry_After="900")
    good = site.page("/good", RSS)
    first = fetch(f"{site.url}/busy", good)
    asked = len(site.asked)
    second = fetch(f"{site.url}/busy", good, cursor=first.cursor)
    assert [path for path, _ in site.asked[asked:]] == ["/good"]
    assert second.rejected == []


def test_malformed_xml_gives_what_can_be_read(site: Site) -> None:
    url = site.page("/rss", RSS.replace("<title>Uten guid</title>", "<title>A & B</b>"), ETag='"x"')
    batch = fetch(url)
    assert batch.items[0].external_id == f"{url}#1"
    assert "not well-formed" in batch.rejected[0].reason
    site.page("/rss", RSS)
    assert [i.title for i in fetch(url, cursor=batch.cursor).items if i.title == "Uten guid"]
    assert "If-None-Match" not in site.asked[-1][1]


def test_too_many_entries_are_cut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_module, "MAX_ENTRIES", 2)
    url = site.page("/rss", RSS)
    batch = fetch(url)
    assert len(batch.items) == 2
    assert "holds 3 entries" in batch.rejected[0].reason
    assert len(json.loads(batch.cursor)[url]["entries"]) == 2


def test_a_permanent_move_is_told_once(site: Site) -> None:
    new = site.page("/new", RSS)
    site.pages["/old"] = status(301, Location="/new")
    first = fetch(f"{site.url}/old")
    assert len(first.items) == 3 and first.items[0].external_id.startswith(f"{site.url}/old#")
    assert new in first.rejected[0].reason
    assert fetch(f"{site.url}/old", cursor=first.cursor).rejected == []
    site.pages["/old"] = status(302, Location="/new")
    assert fetch(f"{site.url}/old").rejected == []


def test_nothing_listens(site: Site) -> None:
    with pytest.raises(Unreachable):
        fetch("http://127.0.0.1:1/rss", "http://127.0.0.1:1/other")
    good = site.page("/good", RSS)
    batch = fetch("http://127.0.0.1:1/rss", good)
    assert len(batch.items) == 3 and len(batch.rejected) == 1


def test_check_names_what_is_wrong(site: Site) -> None:
    good = site.page("/good", RSS)
    connector = Feeds()
    assert connector.check(Account(settings={"feed_urls": good})) is None
    both = Account(settings={"feed_urls": f"{good}\n{site.url}/none"})
    with pytest.raises(Refused, match="/none"):
        connector.check(both)
    with pytest.raises(Refused, match="at least one"):
        connector.check(Account(settings={}))


@pytest.mark.parametrize("cursor", ["x", "[]", '{"http://x": 3}', "null"])
def test_a_broken_cursor_starts_anew(site: Site, cursor: str) -> None:
    assert len(fetch(site.page("/rss", RSS), cursor=cursor).items) == 3


def test_a_bomb_of_entities_is_survived() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    document = '<rss version="2.0"><channel><title>&a11;</title>'
    bomb = f'<!DOCTYPE r [<!ENTITY a0 "ha">{entities}]>{document}'
    begun = time.monotonic()
    feed = parse_feed(bomb.encode(), "http://x.test/", "")
    assert time.monotonic() - begun < 5
    assert len(feed.title) < 100_000


def test_dates_out_of_the_calendar_are_no_dates(site: Site) -> None:
    odd = RSS.replace("Mon, 02 Mar 2026 10:00:00 +0100", "Mon, 02 Mar 2126 10:00:00 +0100")
    (item, *_) = fetch(site.page("/rss", odd)).items
    assert item.published_at <= datetime.now(UTC)
    old = RSS.replace("Mon, 02 Mar 2026 10:00:00 +0100", "0000-00-00T99:99:99Z")
    assert fetch(site.page("/rss", old)).items[0].published_at.year >= 2026


def test_a_feed_is_only_read() -> None:
    with pytest.raises(Refused):
        Feeds().send(Account(settings={}), Outgoing(key="k", text="x"))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "text/xml", "application/json"]))
def test_no_bytes_make_it_fail(data: bytes, kind: str) -> None:
    for start in (b"", b"<rss version='2.0'><channel><item>", b'{"items":[{"id":'):
        parse_feed(start + data, "http://x.test/", kind)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted({**JSON["items"][0], "title": 1})), _JSON))  # type: ignore[dict-item]
def test_no_json_item_makes_it_fail(item: dict[str, Any]) -> None:
    parse_feed(json.dumps({"items": [item]}).encode(), "http://x.test/", "application/json")
