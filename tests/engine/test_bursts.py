"""Bursts: what is usual, what is news, how rare it is; calibrated on series that are known."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.engine.bursts import (
    Baseline,
    Prior,
    Signal,
    StateError,
    View,
    dump,
    forecast,
    load,
    observe,
    observe_all,
    pool,
)

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
STEP = timedelta(minutes=5)
DAY = 288  # intervals


def times(count: int, step: timedelta = STEP) -> Iterator[datetime]:
    return (START + number * step for number in range(count))


def rhythm(count: int, mean: float) -> np.ndarray:
    """A day with its high in the afternoon, and a quieter weekend."""
    place = np.arange(count)
    hour = (place % DAY) / DAY
    weekend = (place // DAY) % 7 >= 5
    return mean * (1.0 + 0.6 * np.sin(2 * np.pi * (hour - 0.35))) * np.where(weekend, 0.6, 1.0)


def negative_binomial(mean: np.ndarray, dispersion: float, seed: int) -> np.ndarray:
    """Counts with variance `dispersion` times the mean."""
    random = np.random.default_rng(seed)
    return random.poisson(random.gamma(mean / (dispersion - 1.0), dispersion - 1.0))


def watched(counts: np.ndarray, state: Baseline | None = None) -> tuple[Baseline, list[Signal]]:
    begin = state or Baseline.start()
    return observe_all(begin, zip(times(len(counts)), counts.tolist(), strict=True))


def ordinary(days: int, mean: float = 10.0, dispersion: float = 2.0, seed: int = 1) -> np.ndarray:
    return negative_binomial(rhythm(days * DAY, mean), dispersion, seed)


def test_the_rhythm_of_day_and_week_is_learned() -> None:
    state, _ = watched(ordinary(56))
    usual = rhythm(7 * DAY, 10.0).reshape(168, 12).mean(axis=1)
    learned = [state.level * state.day[hour % 24] * state.week[hour] for hour in range(168)]
    assert np.median(np.abs(np.log(learned / usual))) < 0.15


def test_a_burst_is_an_alarm_at_its_first_interval() -> None:
    counts = ordinary(45)
    place = 40 * DAY + 100
    counts[place : place + 6] += 80
    _, signals = watched(counts)
    assert signals[place].alarm
    assert not signals[place].escalation
    assert signals[place].view is View.SPIKE
    assert signals[place].return_period > 20
    assert signals[place].count > signals[place].high > signals[place].expected


def test_what_goes_on_at_the_same_height_is_told_once() -> None:
    counts = ordinary(20)
    place = 15 * DAY + 100
    counts[place : place + 24] += 80
    _, signals = watched(counts)
    assert sum(signal.alarm for signal in signals[place : place + 24]) == 1


def test_what_grows_is_an_escalation() -> None:
    counts = ordinary(20)
    place = 15 * DAY + 100
    counts[place : place + 6] += 40
    counts[place + 6 : place + 12] += 2000
    _, signals = watched(counts)
    alarms = [signal for signal in signals[place : place + 12] if signal.alarm]
    assert [signal.escalation for signal in alarms] == [False, True]


def test_the_same_again_the_next_day_is_no_alarm_but_long_after_it_is() -> None:
    counts = ordinary(130)
    for day in (30, 31, 125):
        counts[day * DAY + 100 : day * DAY + 103] = 150
    _, signals = watched(counts)
    told = [any(s.alarm for s in signals[d * DAY + 99 : d * DAY + 104]) for d in (30, 31, 125)]
    assert told == [True, False, True]


def test_a_slow_swell_is_found_without_a_spike() -> None:
    counts = ordinary(30, mean=20.0)
    place = 25 * DAY
    counts[place : place + 100] = (counts[place : place + 100] * 2.5).astype(int)
    _, signals = watched(counts)
    assert any(signal.alarm for signal in signals[place : place + 100])


def test_silence_is_no_reason_for_a_spike() -> None:
    counts = ordinary(20, mean=30.0)
    counts[15 * DAY : 15 * DAY + 6] = 0
    _, signals = watched(counts)
    assert all(
        signal.view is not View.SPIKE for signal in signals[15 * DAY : 15 * DAY + 6] if signal.alarm
    )


def test_a_new_watch_is_guarded_from_the_first_day() -> None:
    counts = ordinary(1, mean=3.0)[:100]
    counts[90] = 60
    _, signals = watched(counts)
    assert signals[90].alarm
    assert sum(signal.alarm for signal in signals[:90]) <= 1


def test_a_quiet_watch_is_not_alarmed_by_single_posts() -> None:
    random = np.random.default_rng(3)
    counts = random.poisson(0.02, 30 * DAY)
    counts[25 * DAY : 25 * DAY + 12] = 3
    _, signals = watched(counts)
    alarmed = {number // DAY for number, signal in enumerate(signals) if signal.alarm}
    assert 25 in alarmed
    assert len(alarmed) <= 6


@pytest.mark.parametrize("dispersion", [1.3, 3.0])
def test_return_periods_hold_on_ordinary_series(dispersion: float) -> None:
    """On one day in ten, something happens that happens on one day in ten."""
    highest: list[float] = []
    for seed in range(2):
        _, signals = watched(ordinary(170, dispersion=dispersion, seed=seed))
        periods = [signal.return_period for signal in signals]
        highest += [max(periods[day * DAY : (day + 1) * DAY]) for day in range(80, 170)]
    assert 0.35 < sum(period >= 2 for period in highest) / len(highest) < 0.75
    assert 0.03 < sum(period >= 10 for period in highest) / len(highest) < 0.2


def test_ordinary_series_give_an_alarm_in_weeks_not_in_days() -> None:
    _, signals = watched(ordinary(120, seed=5))
    assert sum(signal.alarm for signal in signals[30 * DAY :]) <= 90 / 5


@pytest.mark.parametrize("dispersion", [1.5, 4.0])
def test_the_band_of_the_present_holds_what_it_says(dispersion: float) -> None:
    _, signals = watched(ordinary(60, dispersion=dispersion, seed=7))
    late = signals[30 * DAY :]
    inside = sum(signal.low <= signal.count <= signal.high for signal in late) / len(late)
    assert 0.9 < inside < 0.985


@pytest.mark.parametrize("dispersion", [1.5, 4.0])
def test_the_band_of_the_forecast_holds_what_it_says(dispersion: float) -> None:
    counts = ordinary(75, dispersion=dispersion, seed=11)
    state, _ = watched(counts[: 30 * DAY])
    inside = total = 0
    moments = list(times(len(counts)))
    for begin in range(30 * DAY, 74 * DAY, 36):
        for hour, ahead in enumerate(forecast(state, 6)):
            actual = counts[begin + 12 * hour : begin + 12 * (hour + 1)].sum()
            assert ahead.at == moments[begin + 12 * hour]
            inside += ahead.low <= actual <= ahead.high
            total += 1
        part = zip(moments[begin : begin + 36], counts[begin : begin + 36].tolist(), strict=True)
        state, _ = observe_all(state, part)
    assert 0.9 < inside / total < 0.985


def test_a_crisis_is_expected_to_fade() -> None:
    counts = ordinary(20)
    counts[-12:] += 200
    state, _ = watched(counts)
    means = [ahead.mean for ahead in forecast(state, 24)]
    assert means[0] > 1000
    assert means[2] == pytest.approx(means[0] / 2, rel=0.35)
    assert means[23] < 300


def test_a_wider_coverage_gives_a_wider_band() -> None:
    state, _ = watched(ordinary(10))
    [narrow], [wide] = forecast(state, 1, coverage=0.5), forecast(state, 1, coverage=0.99)
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high


def test_nothing_is_foretold_from_nothing() -> None:
    assert forecast(Baseline.start(), 6) == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        forecast(Baseline.start(), 6, coverage=95)


def test_a_restart_changes_nothing() -> None:
    counts = ordinary(12)
    half = 7 * DAY + 13
    moments = list(times(len(counts)))
    before, first = watched(counts[:half])
    stored = dump(before)
    rest = list(zip(moments[half:], counts[half:].tolist(), strict=True))
    assert load(stored) == before
    assert observe_all(load(stored), rest)[1] == watched(counts)[1][half:]
    assert len(first) == half


def test_the_state_stays_small() -> None:
    early, _ = watched(ordinary(10))
    late, _ = watched(ordinary(60))
    assert len(dump(late)) < 1.05 * len(dump(early)) < 8000


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"version":1,"baseline":{"peaks":3}}',
        b'{"version":1}',
        b"\xff",
    ],
)
def test_what_is_no_state_is_refused(stored: bytes) -> None:
    with pytest.raises(StateError):
        load(stored)


def test_another_version_is_refused_by_its_number() -> None:
    values = json.loads(dump(Baseline.start())) | {"version": 99}
    with pytest.raises(StateError, match="99"):
        load(json.dumps(values).encode())


def test_observing_leaves_the_state_as_it_was() -> None:
    state, _ = watched(ordinary(3))
    stored = dump(state)
    after, signal = observe(state, START + 3 * DAY * STEP, 500)
    assert dump(state) == stored != dump(after)
    assert signal.alarm


def test_series_with_history_lend_it_to_new_ones() -> None:
    states = [watched(ordinary(28, mean=mean, seed=3))[0] for mean in (5.0, 20.0, 80.0)]
    prior = pool(states)
    assert prior.rate is None
    assert prior.day[16] > 1.5 * prior.day[3]
    counts = ordinary(2, mean=12.0, seed=9)
    errors = []
    for start in (Baseline.start(prior=prior), Baseline.start()):
        _, signals = watched(counts, start)
        errors.append(sum(abs(s.count - s.expected) for s in signals[60:]))
    assert errors[0] < errors[1]


def test_without_history_anywhere_the_prior_is_the_one_built_in() -> None:
    assert pool([Baseline.start(), watched(ordinary(3))[0]]) == Prior()


def test_a_known_rate_is_where_a_series_starts() -> None:
    state = Baseline.start(60, prior=Prior(rate=2.0))
    _, signal = observe(state, START, 118)
    assert signal.expected == pytest.approx(120)
    assert not signal.alarm


@pytest.mark.parametrize("minutes", [1, 15, 60])
def test_other_intervals_find_the_same_burst(minutes: int) -> None:
    per_day = 24 * 60 // minutes
    random = np.random.default_rng(4)
    counts = random.poisson(2.0 * minutes, 20 * per_day)
    place = 15 * per_day + 5
    counts[place : place + 60 // minutes] *= 5
    step = timedelta(minutes=minutes)
    moments = times(len(counts), step)
    start = Baseline.start(minutes * 60)
    _, signals = observe_all(start, zip(moments, counts.tolist(), strict=True))
    assert any(signal.alarm for signal in signals[place : place + 60 // minutes])


def test_hours_are_those_of_the_place() -> None:
    oslo = timezone(timedelta(hours=2))
    state, _ = observe(Baseline.start(3600), datetime(2026, 6, 1, 8, tzinfo=oslo), 40)
    [ahead] = forecast(state, 1)
    assert ahead.at == datetime(2026, 6, 1, 9, tzinfo=oslo)
    assert ahead.at.utcoffset() == timedelta(hours=2)


def test_gaps_and_clocks_set_back_do_no_harm() -> None:
    state, _ = watched(ordinary(5))
    for hours in (24 * 40, 24 * 39, 24 * 40):
        state, signal = observe(state, START + timedelta(hours=hours), 10)
        assert math.isfinite(signal.score)


@pytest.mark.parametrize("count", [-1, math.nan, math.inf])
def test_what_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="a count is"):
        observe(Baseline.start(), START, count)


@pytest.mark.parametrize("interval", [0, -5, math.nan, math.inf])
def test_what_is_no_interval_is_refused(interval: float) -> None:
    with pytest.raises(ValueError, match="interval"):
        Baseline.start(interval)


@given(
    st.lists(st.floats(0, 1e15), max_size=60),
    st.sampled_from([1.0, 60.0, 300.0, 3600.0, 86400.0, 1e6]),
)
def test_any_counts_give_finite_signals(counts: list[float], interval: float) -> None:
    state = Baseline.start(interval)
    moments = times(len(counts), timedelta(seconds=interval))
    state, signals = observe_all(state, zip(moments, counts, strict=True))
    for signal in signals:
        assert 0 <= signal.score <= 1
        assert signal.alarm == (signal.score >= 0.5)
        assert 1 <= signal.return_period < math.inf
        assert 0 <= signal.low <= signal.high < math.inf
    for ahead in forecast(state, 3):
        assert 0 <= ahead.low <= ahead.mean <= ahead.high < math.inf
    assert load(dump(state)) == state
