"""Where reading goes on: cursors that are forgotten, and cursors that stand still."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ildsjel.channels import gateway
from ildsjel.channels.actions import connect, update_channel
from ildsjel.channels.gateway import Account, Batch, Capabilities, Field, all_connectors
from ildsjel.channels.models import Channel
from ildsjel.connectors.sample import Sample
from ildsjel.flow.inbound import follow, poll, receive
from ildsjel.organisation.models import Member, utc_now
from tests.builders import make_item, make_owner

pytestmark = pytest.mark.django_db
MAIL = {"imap_host": "imap.example", "username": "post", "folder": "INBOX", "from_name": "Us"}
MASTODON = {"instance_url": "https://a.example", "hashtags": "bergvik"}
BLUESKY = {"handle": "a.example", "service_url": "https://a.example"}


@pytest.fixture
def owner() -> Member:
    return make_owner()


def read_on(owner: Member, kind: str, settings: dict[str, str]) -> Channel:
    channel = connect(by=owner, kind=kind, name=kind, settings=settings)
    Channel.objects.filter(pk=channel.pk).update(poll_cursor="p", stream_cursor="s")
    channel.refresh_from_db()
    return channel


def change(owner: Member, channel: Channel, **settings: str) -> tuple[str, str]:
    update_channel(
        by=owner, channel=channel, name="changed", settings={**channel.settings, **settings}
    )
    channel.refresh_from_db()
    return channel.poll_cursor, channel.stream_cursor


@pytest.mark.parametrize(
    ("kind", "given", "changes", "left"),
    [
        ("mail", MAIL, {"imap_host": "mx.example"}, ("", "")),
        ("mail", MAIL, {"imap_port": "1993"}, ("", "")),
        ("mail", MAIL, {"username": "desk"}, ("", "")),
        ("mail", MAIL, {"folder": "Desk"}, ("", "")),
        ("mail", MAIL, {"from_name": "The desk", "folder": " INBOX "}, ("p", "s")),
        ("mail", MAIL, {"folder": "", "imap_port": "993"}, ("p", "s")),  # the defaults, written out
        ("mastodon", MASTODON, {"instance_url": "https://b.example"}, ("", "")),
        ("mastodon", MASTODON, {"hashtags": "bergvik\nvannverk"}, ("p", "s")),
        ("bluesky", BLUESKY, {"service_url": "https://b.example"}, ("", "s")),
        ("bluesky", BLUESKY, {"handle": "b.example"}, ("", "s")),
        ("bluesky", BLUESKY, {"jetstream_url": "wss://b.example"}, ("p", "s")),
        (
            "feeds",
            {"feed_urls": "https://a.example"},
            {"feed_urls": "https://b.example"},
            ("p", "s"),
        ),
    ],
)
def test_a_cursor_is_forgotten_with_what_it_points_into(
    owner: Member,
    kind: str,
    given: dict[str, str],
    changes: dict[str, str],
    left: tuple[str, str],
) -> None:
    assert change(owner, read_on(owner, kind, given), **changes) == left


def test_every_cursor_that_a_setting_names_exists() -> None:
    places = {p for c in all_connectors().values() for field in c.fields for p in field.places}
    assert places == {gateway.POLL, gateway.STREAM}


def test_a_batch_from_before_the_change_does_not_bring_the_old_place_back(owner: Member) -> None:
    reader = read_on(owner, "mail", MAIL)
    change(owner, Channel.objects.get(pk=reader.pk), imap_host="mx.example")
    receive(reader, Batch(items=[make_item()], cursor="17"))
    reader.refresh_from_db()
    assert reader.poll_cursor == ""
    receive(reader, Batch(cursor="18"))
    reader.refresh_from_db()
    assert reader.poll_cursor == "18"


class Stuck(Sample):
    """A network that always says that there is more, and never gets any further."""

    kind = "stuck"
    capabilities = Capabilities(
        reads=frozenset(), polls=True, streams=True, poll_every=timedelta(minutes=7)
    )
    fields = (Field(name="moves", label="Moves"),)

    def fetch(self, account: Account, cursor: str) -> Batch:
        further = f"{cursor}." if account.settings.get("moves") else cursor
        return Batch(cursor=further, more=True)

    def stream(self, account: Account, cursor: str, stop: gateway.Stop) -> Iterator[Batch]:
        while True:
            yield Batch(cursor=cursor or "here", more=True)


@pytest.fixture
def stuck(owner: Member, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setitem(all_connectors(), "stuck", Stuck())
    return connect(by=owner, kind="stuck", name="Stuck", settings={})


def wait_after_a_look(channel: Channel) -> timedelta:
    before = utc_now()
    Channel.objects.filter(pk=channel.pk).update(lease_token="0" * 32)
    channel.refresh_from_db()
    poll(channel)
    channel.refresh_from_db()
    assert channel.due_at is not None
    return channel.due_at - before


def test_a_cursor_that_stands_still_is_asked_again_after_a_pause(stuck: Channel) -> None:
    for _ in range(2):
        assert wait_after_a_look(stuck) >= timedelta(minutes=7)
    told = stuck.health.get()
    assert "does not get any further" in told.message
    assert told.count == 2


def test_a_cursor_that_moves_is_asked_again_at_once(stuck: Channel) -> None:
    Channel.objects.filter(pk=stuck.pk).update(settings={"moves": "yes"})
    assert wait_after_a_look(stuck) < timedelta(minutes=7)
    assert not stuck.health.exists()


class Patience(threading.Event):
    """Is stopped by the first pause that is made, and keeps its length."""

    paused = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.paused = timeout or 0
        self.set()
        return True


def test_a_stream_that_stands_still_is_given_a_pause_too(stuck: Channel) -> None:
    patience = Patience()
    follow(stuck, patience)
    assert patience.paused == 7 * 60
    assert stuck.health.count() == 1
