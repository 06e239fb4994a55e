"""The simulator: the same for a seed, like real traffic in shape, and whole in every thread."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest

from ildsjel.engine.business_time import is_open
from ildsjel.engine.items import Address, Deletion, Item
from ildsjel.engine.matching import compile_watches
from ildsjel.engine.pipeline import Plan, run
from ildsjel.engine.routing import Rule, compile_rules
from ildsjel.engine.simulator import SAMPLE, Event, rhythm, simulate
from ildsjel.engine.simulator.grammar import expand
from ildsjel.engine.simulator.texts import ASKS

START = datetime(2026, 10, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return simulate(7, START)


def items_of(events: list[Event]) -> list[tuple[Event, Item]]:
    return [(event, event.payload) for event in events if isinstance(event.payload, Item)]


def test_a_seed_gives_the_same_traffic_and_another_gives_other(events: list[Event]) -> None:
    assert simulate(7, START) == events
    assert simulate(8, START) != events


def test_the_same_in_another_process() -> None:
    code = (
        "from datetime import *; from ildsjel.engine.simulator import simulate; import hashlib;"
        "e = simulate(7, datetime(2026, 10, 12, tzinfo=UTC), days=5);"
        "print(hashlib.sha256(repr(e).encode()).hexdigest())"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(prints) == 1


def test_six_weeks_have_the_promised_size_and_variety(events: list[Event]) -> None:
    assert 1500 <= len(events) <= 3000
    assert {event.network for event in events} == {"bluesky", "mastodon", "mail", "feeds"}
    assert {event.truth.kind for event in events} == {"everyday", "campaign", "crisis"}
    assert {event.truth.language for event in events} == {"nb", "nn", "sv", "da", "en"}
    inbound = [item.text for _, item in items_of(events) if not item.own]
    assert len(set(inbound)) > 0.6 * len(inbound)
    assert any(isinstance(event.payload, Deletion) for event in events)
    assert any(item.repost for _, item in items_of(events))
    assert {address for _, item in items_of(events) for address in [item.address]} == set(Address)


def test_events_come_in_order_within_their_days(events: list[Event]) -> None:
    times = [event.at for event in events]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + timedelta(days=42)


def test_threads_hold_together(events: list[Event]) -> None:
    seen: dict[str, Item] = {}
    revisions: Counter[tuple[str, int]] = Counter()
    for event in events:
        if isinstance(event.payload, Deletion):
            assert event.payload.external_id in seen
            continue
        item = event.payload
        revisions[item.external_id, item.revision] += 1
        if item.external_id in seen:
            assert item.revision > seen[item.external_id].revision
            assert item.text != seen[item.external_id].text
        if item.parent_id:
            assert item.thread_key == seen[item.parent_id].thread_key
            assert item.published_at >= seen[item.parent_id].published_at
        seen[item.external_id] = item
    assert set(revisions.values()) == {1}


def test_our_own_posts_are_ours_and_nobody_elses(events: list[Event]) -> None:
    for event, item in items_of(events):
        identity = SAMPLE.channel(event.network).identity
        assert item.own is (item.author.external_id == identity)
        if item.own:
            assert event.truth.answered_by in {staff.name for staff in SAMPLE.staff}


def test_answers_go_out_while_the_desk_is_open(events: list[Event]) -> None:
    answers = [(event, item) for event, item in items_of(events) if item.own and item.parent_id]
    assert len(answers) > 400
    for event, item in answers:
        calendar = SAMPLE.desk(event.truth.desk).calendar(SAMPLE.timezone)
        assert is_open(calendar, item.published_at - timedelta(microseconds=1))


def test_no_text_has_an_open_slot(events: list[Event]) -> None:
    for _, item in items_of(events):
        assert not set("{}[]|") & set(item.text + item.title)
        assert item.text.strip()


def test_there_is_enough_to_say_in_every_field() -> None:
    groups = [
        ("snow", "roads"),
        ("kindergarten", "school"),
        ("water", "waste"),
        ("campaign",),
        ("building", "tax"),
        ("library", "events"),
        ("care", "general"),
        ("crisis", "crisis-before", "crisis-after"),
    ]
    for group in groups:
        written = {text for topic in group for text in ASKS["nb"][topic]}
        assert len(written) >= (20 if group == ("campaign",) else 35), group
    assert len({text for asks in ASKS.values() for texts in asks.values() for text in texts}) > 400


@pytest.mark.parametrize(("days", "scale"), [(1, 0.1), (3, 4.0)])
def test_small_and_large_towns(days: int, scale: float) -> None:
    few = simulate(1, START, days=days, scale=scale)
    assert all(START <= event.at < START + timedelta(days=days) for event in few)
    assert len(few) > (0 if scale < 1 else 200)


def test_a_summer_has_no_snow() -> None:
    summer = simulate(1, datetime(2026, 6, 1, tzinfo=UTC), days=14)
    assert "snow" not in {event.truth.topic for event in summer}


def test_a_start_without_a_time_zone_and_empty_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        simulate(1, datetime(2026, 1, 1))  # noqa: DTZ001
    for days, scale in ((0, 1.0), (1, 0.0)):
        with pytest.raises(ValueError, match="at least one day"):
            simulate(1, START, days=days, scale=scale)


def test_a_crisis_rises_in_six_hours_halves_in_three_and_is_gone_in_fourteen() -> None:
    assert rhythm.crisis_intensity(0) == pytest.approx(0.1)
    assert rhythm.crisis_intensity(6) == pytest.approx(1.0)
    assert rhythm.crisis_intensity(9) == pytest.approx(0.5)
    assert rhythm.crisis_intensity(20) == pytest.approx(0.1)
    assert rhythm.crisis_intensity(-1) == 0


def test_the_crisis_stands_out_in_the_traffic(events: list[Event]) -> None:
    hours = Counter(
        event.at.replace(minute=0, second=0, microsecond=0)
        for event, item in items_of(events)
        if event.truth.kind == "crisis" and not item.own
    )
    peak, most = max(hours.items(), key=lambda each: each[1])
    assert most > 20
    assert 9 <= peak.astimezone(OSLO).hour <= 16
    assert hours[peak + timedelta(hours=20)] < most / 3


def test_hourly_counts_are_burstier_than_chance() -> None:
    days, per_day = 300, 15.0
    times = rhythm.ordinary_times(Random(3), START, days, per_day, OSLO)
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at in times)
    square = total = 0.0
    for hour in range(days * 24):
        at = START + timedelta(hours=hour)
        mean = rhythm.hour_rate(at.astimezone(OSLO), per_day)
        square += (counts[at] - mean) ** 2
        total += mean
    assert sum(counts.values()) == pytest.approx(total, rel=0.1)
    assert 1.9 < square / total < 2.9  # a Poisson stream has 1


def test_poisson_draws_have_their_mean_and_variance() -> None:
    chance = Random(5)
    for mean in (0.5, 50.0):
        draws = [rhythm.poisson(chance, mean) for _ in range(4000)]
        average = sum(draws) / len(draws)
        variance = sum((draw - average) ** 2 for draw in draws) / len(draws)
        assert average == pytest.approx(mean, rel=0.08)
        assert variance == pytest.approx(mean, rel=0.12)


def test_choices_and_slots() -> None:
    chance = Random(1)
    places = {"area": ("nord", "sør")}
    said = {expand("Hei [du|der] i {area}[!|]", places, chance) for _ in range(200)}
    ways = product(("du", "der"), ("nord", "sør"), ("!", ""))
    assert said == {f"Hei {one} i {where}{end}" for one, where, end in ways}
    with pytest.raises(KeyError):
        expand("{nowhere}", {}, chance)


def test_the_sample_rules_send_most_of_it_to_the_right_desk(events: list[Event]) -> None:
    desks = {desk.name: number for number, desk in enumerate(SAMPLE.desks, start=1)}
    networks = {channel.network: number for number, channel in enumerate(SAMPLE.channels, start=1)}
    rules = [
        Rule(
            id=number,
            name=rule.name,
            desk_id=desks[rule.desk],
            query=rule.query,
            channels=frozenset(networks[network] for network in rule.networks),
        )
        for number, rule in enumerate(SAMPLE.rules, start=1)
    ]
    watches = dict(enumerate(SAMPLE.watches, start=1))
    opening = {number for number, watch in watches.items() if watch.opens}
    judged: dict[bool, int] = defaultdict(int)
    for network, number in networks.items():
        plan = Plan(
            channel_id=number,
            matcher=compile_watches({key: watch.query for key, watch in watches.items()}),
            router=compile_rules(rules, desks[SAMPLE.fallback_desk]),
            identity=SAMPLE.channel(network).identity,
            opening_watches=opening,
        )
        mine = [(e, item) for e, item in items_of(events) if e.network == network]
        for (event, item), outcome in zip(mine, run(plan, [i for _, i in mine]), strict=True):
            if outcome.opens and not item.parent_id and outcome.route:
                judged[outcome.route.desk_id == desks[event.truth.desk]] += 1
    assert judged[True] > 400
    assert judged[True] / (judged[True] + judged[False]) > 0.7


def test_the_names_in_the_sample_refer_to_each_other() -> None:
    desks = {desk.name for desk in SAMPLE.desks}
    goals = {goal.name for goal in SAMPLE.goals}
    topics = {topic.key for topic in SAMPLE.topics}
    assert {staff.desk for staff in SAMPLE.staff} <= desks
    assert {topic.desk for topic in SAMPLE.topics} <= desks
    assert {topic.goal for topic in SAMPLE.topics} <= goals
    assert {group.goal for group in SAMPLE.groups} <= goals
    assert {rule.desk for rule in SAMPLE.rules} | {SAMPLE.fallback_desk} <= desks
    assert {rule.topic for rule in SAMPLE.rules} <= topics
    assert all(SAMPLE.people_at(desk) for desk in desks)
    assert all(staff.email.endswith("@tindevag.example") for staff in SAMPLE.staff)
    assert len({staff.email for staff in SAMPLE.staff}) == len(SAMPLE.staff)
    compile_watches({number: watch.query for number, watch in enumerate(SAMPLE.watches)})
