"""Bursts: counted as they are heard, told once, explained, seen, and over."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ildsjel.channels.models import Channel
from ildsjel.listening.actions import save_watch, switch_watch
from ildsjel.listening.burst_counting import LATE, count_due
from ildsjel.listening.models import Burst, BurstState, Item, Mention, Watch
from ildsjel.organisation.models import AuditEntry, Member, NotAllowed, Role, utc_now
from tests.builders import make_channel, make_member, make_owner

pytestmark = pytest.mark.django_db
STEP = timedelta(minutes=5)


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, created_at=utc_now() - timedelta(days=30))


@pytest.fixture
def watch(owner: Member) -> Watch:
    return save_watch(by=owner, name="Vann", query="vann")


def hear(watch: Watch, channel: Channel, at: datetime, text: str = "vann", **more: Any) -> None:
    """A post that the watch has found."""
    number = Item.objects.count()
    item = Item.objects.create(
        organisation=channel.organisation,
        channel=channel,
        external_id=f"post-{number}",
        thread_key="thread",
        text=text,
        author_id=more.pop("author_id", f"author-{number}"),
        author_name=f"Person {number}",
        published_at=at,
        received_at=at,
        address="public",
        visibility="public",
        **more,
    )
    Mention.objects.create(
        organisation=channel.organisation, watch=watch, item=item, published_at=at
    )


def usual_days(watch: Watch, channel: Channel, until: datetime, days: int = 8) -> None:
    """A post or two in each hour."""
    for hour in range(days * 24):
        for minute in (7, 37)[: 1 + hour % 2]:
            hear(watch, channel, until - timedelta(hours=hour, minutes=minute), f"vann nr {hour}")


def storm(watch: Watch, channel: Channel, begin: datetime, minutes: int = 20, **more: Any) -> None:
    for number in range(minutes * 3):
        text = "kraftig lukt i vannet på Moen, kok det"
        hear(watch, channel, begin + timedelta(seconds=20 * number), text, **more)


@pytest.fixture
def now() -> datetime:
    return utc_now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def burst(watch: Watch, channel: Channel, now: datetime) -> Burst:
    begin = now - timedelta(hours=2)
    usual_days(watch, channel, begin)
    count_due(begin)
    storm(watch, channel, begin)
    count_due(begin + timedelta(minutes=25))
    return Burst.objects.get()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_much_more_than_usual_is_told_once_with_its_reason(burst: Burst, now: datetime) -> None:
    assert burst.ended_at is None
    assert burst.hour_posts >= 60
    assert burst.hour_expected < 10
    assert burst.return_period > 5
    assert "lukt" in [term for term, _during, _before in burst.reason["terms"]]
    assert burst.reason["kind"] == "organic"
    assert burst.reason["posts"]
    assert len(burst.usual) == 48
    assert len(burst.ahead) == 6
    before = (burst.began_at, burst.alarm_at)
    count_due(now - timedelta(hours=2) + timedelta(minutes=25))
    count_due(now - timedelta(hours=2) + timedelta(minutes=30))
    again = Burst.objects.get()
    assert (again.began_at, again.alarm_at) == before


def test_a_few_accounts_are_told_as_such(watch: Watch, channel: Channel, now: datetime) -> None:
    usual_days(watch, channel, now)
    count_due(now)
    storm(watch, channel, now, author_id="one")
    count_due(now + timedelta(minutes=25))
    assert Burst.objects.get().reason["kind"] == "few accounts"


def test_it_ends_when_it_is_as_usual_again(burst: Burst, now: datetime) -> None:
    for step in range(6, 60):
        count_due(now - timedelta(hours=2) + step * STEP)
    burst.refresh_from_db()
    assert burst.ended_at is not None
    assert Burst.objects.count() == 1


def test_history_that_is_imported_is_no_news(
    owner: Member, watch: Watch, channel: Channel, now: datetime
) -> None:
    usual_days(watch, channel, now)
    count_due(now)
    count_due(now + timedelta(minutes=30))
    at = now + timedelta(minutes=30)
    files = make_channel(owner, "files", created_at=now - timedelta(days=9))
    storm(watch, files, at - timedelta(minutes=25))  # from a file
    storm(watch, channel, at - LATE - timedelta(hours=1))  # too late to be news
    new = make_channel(owner, created_at=at)
    storm(watch, new, at - timedelta(minutes=25))  # before it was listened to
    storm(watch, channel, at - timedelta(minutes=25), own=True)  # our own
    for step in range(1, 20):
        count_due(at + step * STEP)
    assert not Burst.objects.exists()


def test_a_new_watch_learns_before_it_tells(watch: Watch, channel: Channel, now: datetime) -> None:
    count_due(now)
    storm(watch, channel, now, minutes=60)
    for step in range(1, 20):
        count_due(now + step * STEP)
    assert not Burst.objects.exists()


def test_a_post_that_comes_late_is_counted_where_it_belongs(
    watch: Watch, channel: Channel, now: datetime
) -> None:
    usual_days(watch, channel, now)
    count_due(now)
    count_due(now + timedelta(minutes=25))
    assert not Burst.objects.exists()
    storm(watch, channel, now)
    count_due(now + timedelta(minutes=30))
    assert Burst.objects.get().hour_posts >= 60


def test_counting_again_changes_nothing(watch: Watch, channel: Channel, now: datetime) -> None:
    usual_days(watch, channel, now, days=2)
    assert count_due(now) == 1
    assert count_due(now + STEP) == 1
    row = BurstState.objects.get()
    assert count_due(now + STEP) == 0
    again = BurstState.objects.get()
    assert (bytes(again.state), again.counted_to) == (bytes(row.state), row.counted_to)


def test_in_one_go_or_in_steps_the_baseline_is_the_same(
    watch: Watch, channel: Channel, now: datetime
) -> None:
    usual_days(watch, channel, now + timedelta(hours=1), days=1)
    count_due(now)
    begun = BurstState.objects.get()
    for step in range(1, 13):
        count_due(now + step * STEP)
    stepped = bytes(BurstState.objects.get().state)
    begun.save()
    count_due(now + 12 * STEP)
    assert bytes(BurstState.objects.get().state) == stepped


def test_after_a_long_pause_what_lies_between_is_unknown(
    watch: Watch, channel: Channel, now: datetime
) -> None:
    usual_days(watch, channel, now)
    count_due(now)
    later = now + timedelta(days=3)
    storm(watch, channel, later - timedelta(hours=9))
    count_due(later)
    row = BurstState.objects.get()
    assert row.settled_to == later - LATE
    assert not Burst.objects.exists()


def test_other_words_begin_anew_and_a_resting_watch_ends(
    owner: Member, burst: Burst, now: datetime
) -> None:
    switch_watch(by=owner, watch=burst.watch, on=False)
    count_due(now)
    burst.refresh_from_db()
    assert burst.ended_at is not None
    save_watch(by=owner, name="Vann", query="vann OR vatn", watch=burst.watch)
    count_due(now)
    assert BurstState.objects.get().query == "vann OR vatn"


def test_queries_do_not_grow_with_the_watches(
    owner: Member, channel: Channel, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        watch = save_watch(by=owner, name=f"{number}", query="vann")
        hear(watch, channel, now - timedelta(days=1))
    count_due(now)
    with django_assert_max_num_queries(11):
        assert count_due(now + STEP) == 8


def test_it_is_shown_on_today_in_the_stream_and_by_itself(owner: Member, burst: Burst) -> None:
    client = signed_in(owner)
    slug = owner.organisation.slug
    for address in (
        reverse("web:today", args=[slug]),
        reverse("listening:mentions", args=[slug]),
        reverse("listening:bursts", args=[slug]),
        reverse("listening:burst", args=[slug, burst.pk]),
    ):
        page = client.get(address).content.decode()
        assert "lukt" in page, address
    assert "<svg" in page
    assert "<table" in page
    count = client.get(reverse("web:today-count", args=[slug]), {"since": 0, "bursts": 0})
    assert count.json()["count"] >= 1


def test_seen_by_a_colleague_and_taken_back(owner: Member, burst: Burst) -> None:
    colleague = make_member(owner.organisation, Role.AGENT)
    slug, client = owner.organisation.slug, signed_in(colleague)
    client.post(reverse("listening:burst-note", args=[slug, burst.pk]))
    burst.refresh_from_db()
    assert burst.noted_by == colleague
    assert AuditEntry.objects.filter(action="burst.note", member=colleague).exists()
    assert not client.get(reverse("web:today", args=[slug])).context["cards"]
    client.post(reverse("listening:burst-unnote", args=[slug, burst.pk]))
    burst.refresh_from_db()
    assert burst.noted_at is None


def test_a_reader_may_look_and_not_mark_a_stranger_sees_nothing(
    owner: Member, burst: Burst
) -> None:
    from ildsjel.listening.actions import note_burst

    slug = owner.organisation.slug
    reader = make_member(owner.organisation, Role.READER)
    assert (
        signed_in(reader).get(reverse("listening:burst", args=[slug, burst.pk])).status_code == 200
    )
    answer = signed_in(reader).post(reverse("listening:burst-note", args=[slug, burst.pk]))
    assert answer.status_code == 403
    stranger = make_owner("Fjern kommune")
    with pytest.raises(NotAllowed):
        note_burst(by=stranger, burst=burst)
    own = reverse("listening:burst", args=[stranger.organisation.slug, burst.pk])
    assert signed_in(stranger).get(own).status_code == 404


def test_deleted_posts_and_authors_are_not_told(owner: Member, burst: Burst) -> None:
    Item.objects.update(deleted_at=utc_now(), text="", author_name="", author_handle="")
    address = reverse("listening:burst", args=[owner.organisation.slug, burst.pk])
    page = signed_in(owner).get(address)
    assert page.context["posts"] == []
    assert page.context["authors"] == []
