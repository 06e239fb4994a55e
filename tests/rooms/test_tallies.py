"""Tallies are what counting all mentions anew would give, whatever comes and in which order."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.engine.items import Deletion, Item
from ildsjel.engine.matching import compile_watches
from ildsjel.flow.inbound import receive
from ildsjel.listening import counting, tallies
from ildsjel.listening.actions import save_watch, switch_watch
from ildsjel.listening.highlight import as_value
from ildsjel.listening.intake import mention_more
from ildsjel.listening.models import Item as Row
from ildsjel.listening.models import Mention, Tally, TallyClock, TallyStep
from ildsjel.listening.periods import before, own_period, read_period
from ildsjel.organisation.models import Member, Organisation, utc_now
from tests.builders import make_channel, make_item, make_owner
from tests.rooms.test_overview import OSLO

pytestmark = pytest.mark.django_db
WORDS = ["vann", "skole", "vann og skole", "buss", "ingenting"]


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    for query in ("vann", "skole", "buss"):
        save_watch(by=owner, name=query, query=query)
    return make_channel(owner)


def kept() -> Counter[tuple[Any, ...]]:
    fields = ("step", "start", "watch", "channel", "language")
    rows = Tally.objects.exclude(mentions=0).values_list(*fields, "mentions")
    return Counter({tuple(key): mentions for *key, mentions in rows})


def is_right(owner: Member) -> bool:
    """Whether the tallies are what counting anew gives."""
    before_it = kept()
    tallies.recount(owner.organisation)
    return before_it == kept()


def said(chance: Random, number: int) -> Item:
    return make_item(
        chance.choice(WORDS),
        external_id=f"post {number}",
        at=utc_now() - timedelta(minutes=chance.randrange(60 * 24 * 5)),
        languages=chance.choice([(), ("nb",), ("nb-NO", "da"), ("SV",)]),
    )


def edited(chance: Random, item: Item) -> Item:
    languages = chance.choice([("nb",), ("fi",), ()])
    text = chance.choice(WORDS)
    return replace(item, text=text, languages=languages, revision=item.revision + 1)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_the_tallies_are_right(owner: Member, channel: Channel, seed: int) -> None:
    chance, posts = Random(seed), [said(Random(seed + n), n) for n in range(25)]
    for _ in range(12):
        items = [
            chance.choice([each, edited(chance, each)])
            for each in chance.sample(posts, chance.randrange(1, 9))
        ]
        gone = [Deletion(external_id=f"post {chance.randrange(40)}", at=utc_now())]
        batch = Batch(items=items, deletions=gone if chance.random() < 0.4 else [])
        for _ in range(chance.choice([1, 2])):  # a batch may be read again
            receive(channel, batch)
    assert Mention.objects.exists()
    assert is_right(owner)


def test_what_a_resting_watch_has_found_goes_with_its_words(
    owner: Member, channel: Channel
) -> None:
    watch = save_watch(by=owner, name="rest", query="vann")
    item = make_item("vann", external_id="a")
    receive(channel, Batch(items=[item]))
    switch_watch(by=owner, watch=watch, on=False)
    receive(channel, Batch(items=[replace(item, text="skole", revision=item.revision + 1)]))
    assert is_right(owner)


def test_a_look_back_counts_what_it_adds_and_once(owner: Member, channel: Channel) -> None:
    receive(channel, Batch(items=[make_item("vann i elva", external_id="a")]))
    watch = save_watch(by=owner, name="river", query="elva")
    row = Row.objects.get()
    hits = compile_watches({watch.pk: "elva"}).match([as_value(row)])[0]
    assert [mention_more([(row, hits)]) for _ in range(2)] == [1, 0]
    assert is_right(owner)


def test_another_clock_has_other_days(owner: Member, channel: Channel) -> None:
    at = datetime(2026, 5, 4, 23, 30, tzinfo=OSLO)
    receive(channel, Batch(items=[make_item("vann", at=at)]))
    assert tallies.recount_due(utc_now()) == 0
    Organisation.objects.filter(pk=owner.organisation_id).update(timezone="Asia/Kolkata")
    assert tallies.recount_due(utc_now()) == 1
    assert tallies.recount_due(utc_now()) == 0
    day = Tally.objects.get(step=TallyStep.DAY).start
    assert day == datetime.fromisoformat("2026-05-05T00:00+05:30")
    receive(channel, Batch(items=[make_item("vann", at=at)]))
    assert Tally.objects.get(step=TallyStep.DAY).mentions == 2


def test_once_a_night_all_are_counted_anew(owner: Member, channel: Channel) -> None:
    receive(channel, Batch(items=[make_item("vann")]))
    Tally.objects.update(mentions=7)
    later = utc_now() + timedelta(days=1)
    assert tallies.recount_due(later) == 1
    assert set(Tally.objects.values_list("mentions", flat=True)) == {1}
    TallyClock.objects.update(counted_at=later)
    assert tallies.recount_due(later) == 0


def test_a_day_that_is_half_over_is_compared_with_half_a_day(
    owner: Member, channel: Channel
) -> None:
    now = datetime(2026, 5, 20, 12, 30, tzinfo=OSLO)
    period = read_period({"period": "7d"}, OSLO, now)
    moments = ["06T12:00", "13T00:10", "13T12:10", "13T12:29", "13T12:31", "13T18:00", "20T12:29"]
    items = [
        make_item("vann", at=datetime.fromisoformat(f"2026-05-{each}").replace(tzinfo=OSLO))
        for each in moments
    ]
    receive(channel, Batch(items=items))
    past = counting.volume(owner, [], before(period))
    assert [sum(step) for step in zip(*past.values(), strict=True)] == [0, 0, 0, 0, 0, 0, 3]
    places = counting.facets(owner, [], before(period))
    assert sum(each.mentions for each in places) == 3


def test_a_period_counts_the_same_by_the_hour_by_the_day_and_by_the_week(
    owner: Member, channel: Channel
) -> None:
    start = datetime(2026, 1, 5, tzinfo=OSLO)
    items = [make_item("vann", at=start + timedelta(hours=7 * n)) for n in range(200)]
    receive(channel, Batch(items=items))
    for end, steps in (("2026-01-06", 48), ("2026-02-01", 28), ("2026-05-24", 20)):
        period = own_period("2026-01-05", end, OSLO, utc_now())
        assert period is not None
        (counts,) = counting.volume(owner, [], period).values()
        assert len(counts) == steps
        assert sum(counts) == Mention.objects.filter(published_at__lt=period.end).count()
