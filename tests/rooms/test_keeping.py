"""What comes in through the line is kept in the archive, as long and as far as was said."""

import logging
from datetime import date, timedelta

import pytest

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.engine.items import Address, Author, Deletion, Item, Visibility
from ildsjel.flow import daily
from ildsjel.flow.inbound import receive
from ildsjel.flow.sample import create_sample, remove_sample
from ildsjel.listening import archive, keeping
from ildsjel.listening.models import Item as Row
from ildsjel.organisation.models import Member, Organisation, utc_now
from tests.builders import make_channel, make_item, make_owner, make_user

pytestmark = pytest.mark.django_db
EVER = (date(2000, 1, 1), date(2100, 1, 1))


def a_post(key: str, **fields: object) -> Item:
    return make_item(external_id=key, address=Address.PUBLIC, **fields)


def kept(organisation: Organisation) -> list[str]:
    """The ids of the posts in the archive, as readers see them."""
    folder = keeping.folder_of(organisation.pk)
    return sorted(
        each
        for piece in archive.pieces(folder, *EVER)
        for each in archive.read(piece)["external_id"].to_pylist()
    )


@pytest.fixture
def channel() -> Channel:
    return make_channel(make_owner(), kind="bluesky")


def test_public_posts_are_kept_whether_they_match_or_not_and_nothing_private(
    channel: Channel,
) -> None:
    posts = [
        a_post("open"),
        a_post("to us", author=Author(external_id="b")),
        a_post("followers", visibility=Visibility.FOLLOWERS),
        a_post("unlisted", visibility=Visibility.UNLISTED),
        make_item(external_id="direct"),
    ]
    receive(channel, Batch(items=posts, cursor="1"))
    assert kept(channel.organisation) == ["open", "to us"]


def test_mail_is_never_kept() -> None:
    mailbox = make_channel(make_owner(), kind="mail")
    receive(mailbox, Batch(items=[a_post("letter")]))
    assert not keeping.folder_of(mailbox.organisation_id).exists()


def test_without_an_archive_nothing_is_written(channel: Channel) -> None:
    Organisation.objects.filter(pk=channel.organisation_id).update(archive_days=0)
    receive(channel, Batch(items=[a_post("open")], deletions=[gone("other")]))
    assert not keeping.folder_of(channel.organisation_id).exists()


def test_a_batch_that_is_read_twice_is_kept_once(channel: Channel) -> None:
    for _ in range(2):
        receive(channel, Batch(items=[a_post("one", at=MOMENT), a_post("two", at=MOMENT)]))
    assert kept(channel.organisation) == ["one", "two"]


MOMENT = utc_now() - timedelta(hours=1)


def gone(key: str) -> Deletion:
    return Deletion(at=utc_now(), external_id=key)


def test_what_its_source_deletes_is_gone_from_the_files_by_night(channel: Channel) -> None:
    receive(channel, Batch(items=[a_post("one"), a_post("two")]))
    receive(channel, Batch(deletions=[gone("one")]))
    assert kept(channel.organisation) == ["two"]
    daily.purge_archives()
    folder = keeping.folder_of(channel.organisation_id)
    assert not list((folder / "gone").glob("*.parquet"))
    assert kept(channel.organisation) == ["two"]


def test_a_night_is_purged_once(channel: Channel) -> None:
    receive(channel, Batch(items=[a_post("one")]))
    daily.purge_archives()
    receive(channel, Batch(deletions=[gone("one")]))
    daily.purge_archives()
    folder = keeping.folder_of(channel.organisation_id)
    assert len(list((folder / "gone").glob("*.parquet"))) == 1
    keeping.purge_all(now=utc_now() + timedelta(days=1))
    assert archive.days(folder) == []


def test_only_the_days_that_were_said_are_kept(channel: Channel) -> None:
    now = utc_now()
    ages = {"new": 0, "week": 7, "old": 31}
    posts = [a_post(key, at=now - timedelta(days=days)) for key, days in ages.items()]
    receive(channel, Batch(items=[*posts, a_post("future", at=now + timedelta(days=400))]))
    assert kept(channel.organisation) == ["future", "new", "week"]
    Organisation.objects.filter(pk=channel.organisation_id).update(archive_days=3)
    daily.compact_archives()
    assert kept(channel.organisation) == ["future", "new"]
    assert max(archive.days(keeping.folder_of(channel.organisation_id))) <= utc_now().date()
    Organisation.objects.filter(pk=channel.organisation_id).update(archive_days=0)
    daily.compact_archives()
    assert kept(channel.organisation) == []


def test_an_archive_that_cannot_be_written_does_not_stop_the_line(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    folder = keeping.folder_of(channel.organisation_id)
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.ERROR, keeping.__name__):
        for number in range(3):
            assert receive(channel, direct(number)).new == 1
    assert len(caplog.records) == 1
    folder.unlink()
    receive(channel, direct(4))
    assert kept(channel.organisation) == ["post-4"]


def direct(number: int) -> Batch:
    """A post that is kept in both places."""
    return Batch(items=[make_item(external_id=f"post-{number}", address=Address.MENTION)])


def test_a_deletion_that_could_not_be_noted_is_noted_with_the_next_batch(
    channel: Channel,
) -> None:
    receive(channel, direct(1))
    names = keeping.folder_of(channel.organisation_id) / "gone"
    names.write_text("in the way")
    receive(channel, Batch(deletions=[gone("post-1")]))
    names.unlink()
    receive(channel, direct(2))
    assert kept(channel.organisation) == ["post-2"]


def test_many_small_files_become_one(channel: Channel) -> None:
    for number in range(10):
        items = [a_post(f"post-{number}", at=MOMENT)]
        receive(channel, Batch(items=items, deletions=[gone(f"other-{number}")]))
    daily.compact_archives()
    folder = keeping.folder_of(channel.organisation_id)
    assert len(list(folder.rglob("*.parquet"))) == 2  # the day, and what was deleted
    assert len(kept(channel.organisation)) == 10


@pytest.mark.django_db(transaction=True)
def test_a_sample_takes_its_archive_with_it() -> None:
    visitor = create_sample(make_user())
    folder = keeping.folder_of(visitor.organisation_id)
    assert not_public(visitor) and kept(visitor.organisation)
    assert not set(kept(visitor.organisation)) & not_public(visitor)
    remove_sample(by=visitor)
    assert not folder.exists()


def not_public(member: Member) -> set[str]:
    rows = Row.objects.filter(organisation=member.organisation)
    return set(rows.exclude(visibility="public").values_list("external_id", flat=True))
