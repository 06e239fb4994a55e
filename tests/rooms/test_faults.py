"""What should not come, comes: it is said in the channel's health, and the line goes on."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ildsjel.channels.actions import connect, note_fault
from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.channels.queries import Condition, health_of
from ildsjel.engine.items import Rejected
from ildsjel.flow.inbound import poll_due, receive
from ildsjel.listening.actions import save_watch
from ildsjel.listening.models import Item
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_channel, make_owner
from tests.rooms.test_line import item

pytestmark = pytest.mark.django_db

FEED = b"""<rss version="2.0"><channel><title>News</title><item><guid>1</guid>
<title>The pool in Bergvik</title><description>&lt;script&gt;alert(1)&lt;/script&gt;It is open.
</description></item></channel></rss>"""


class News(BaseHTTPRequestHandler):
    """A server with a good feed, one that never ends, one that is no feed, and one that is down."""

    well = True

    def do_GET(self) -> None:
        if self.path == "/endless":
            self.endless()
        elif self.path == "/broken":
            self.answer(b"\xff\xfe not <a feed")
        elif not type(self).well:
            self.send_error(503)
        else:
            self.answer(FEED)

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"<item>" + b"x" * 65_536)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing in the tests' output."""


@pytest.fixture
def news() -> Iterator[str]:
    News.well = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), News)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def owner() -> Member:
    owner = make_owner()
    save_watch(by=owner, name="Bergvik", query="Bergvik")
    return owner


def feeds(owner: Member, *urls: str) -> Channel:
    settings = {"feed_urls": "\n".join(urls)}
    return connect(by=owner, kind="feeds", name="Feeds", settings=settings)


def lines(channel: Channel) -> list[str]:
    return list(channel.health.order_by("pk").values_list("message", flat=True))


def test_a_feed_that_never_ends_and_one_that_is_none_do_not_stop_the_good_one(
    owner: Member, news: str
) -> None:
    channel = feeds(owner, f"{news}/endless", f"{news}/broken", f"{news}/good")
    assert poll_due() == 1
    assert [row.title for row in Item.objects.all()] == ["The pool in Bergvik"]
    assert "script" not in Item.objects.get().text
    assert len(lines(channel)) >= 2
    channel.refresh_from_db()
    assert channel.due_at is not None and channel.due_at > datetime.now(UTC)


def test_a_channel_that_fails_says_so_and_recovers(owner: Member, news: str) -> None:
    channel = feeds(owner, f"{news}/good")
    News.well = False
    poll_due()
    channel.refresh_from_db()
    assert health_of(channel).condition == Condition.FAILING
    News.well = True
    Channel.objects.update(due_at=datetime.now(UTC))
    poll_due()
    channel.refresh_from_db()
    assert health_of(channel).condition == Condition.WELL
    assert lines(channel)[-1] == "Connected again."


def test_a_look_that_asks_nobody_is_no_sign_of_life(owner: Member) -> None:
    """Without an account Bluesky has only its stream, and that is down."""
    channel = connect(by=owner, kind="bluesky", name="Bluesky", settings={})
    note_fault(channel, "The stream was lost.", at=utc_now())
    assert poll_due() == 1
    channel.refresh_from_db()
    assert (channel.error, channel.last_ok_at) == ("The stream was lost.", None)


def test_what_is_read_once_more_is_not_the_newest_that_came(owner: Member) -> None:
    channel = make_channel(owner)
    receive(channel, Batch(items=[item()]))
    channel.refresh_from_db()
    came = channel.last_event_at
    assert came is not None
    receive(channel, Batch(items=[item()]))
    channel.refresh_from_db()
    assert channel.last_event_at == came


def test_one_channel_that_fails_leaves_the_others_alone(owner: Member, news: str) -> None:
    gone = feeds(owner, "http://127.0.0.1:1/nobody-listens")
    feeds(owner, f"{news}/good")
    poll_due()
    poll_due()
    gone.refresh_from_db()
    assert gone.error
    assert Item.objects.count() == 1


def test_a_clock_that_runs_ahead_does_not_lead_the_list(owner: Member) -> None:
    channel = make_channel(owner)
    ahead = datetime.now(UTC) + timedelta(days=400)
    receive(channel, Batch(items=[item(published_at=ahead)]))
    assert Item.objects.get().published_at <= datetime.now(UTC)


def test_text_that_no_database_takes_is_mended(owner: Member) -> None:
    channel = make_channel(owner)
    receive(channel, Batch(items=[item(text="a\x00b\ud800c", title="\x00\udfff")]))
    assert Item.objects.get().text == "ab?c"


def test_what_could_not_be_read_is_told_once_and_counted(owner: Member) -> None:
    channel = make_channel(owner)
    fault = Rejected(where="entry 3", reason="It has no text.", sample="\ud800\x00{")
    for _ in range(3):
        receive(channel, Batch(rejected=[fault], items=[item()]))
    line = channel.health.get()
    assert (line.message, line.where, line.count) == ("It has no text.", "entry 3", 3)
    assert Item.objects.count() == 1


def test_many_faults_at_once_do_not_flood_the_history(owner: Member) -> None:
    channel = make_channel(owner)
    faults = [Rejected(where=f"entry {n}", reason="It has no text.") for n in range(500)]
    receive(channel, Batch(rejected=faults))
    assert channel.health.count() == 21
    assert "480 more" in channel.health.order_by("pk").last().message  # type: ignore[union-attr]
