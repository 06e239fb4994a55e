"""From a count to a signal: three views of the residuals, one growth, an alarm when it is new."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from ildsjel.engine.bursts import rarity, volume
from ildsjel.engine.bursts.forecasting import band, end_interval
from ildsjel.engine.bursts.state import Baseline

DAY = volume.DAY
BLOCK = 3 * 3600  # seconds after which a peak becomes a record: the half-life of a crisis
QUIET_DAYS = 0.25  # half-life in which a report is forgotten
ESCALATION = 3.0  # times the growth last reported, before it is reported again
LEAST_REPORT = 0.01
ENOUGH = 0.1  # growth that makes an alarm: 10 % rarer than the records that still count
SAME_BURST = DAY  # seconds after an alarm in which the next one is an escalation


class View(IntEnum):
    """What about the series is unusual; in the order of `Baseline.peaks`."""

    SPIKE = 0  # this interval's count
    HOUR = 1  # the count of the last hour
    TURBULENCE = 2  # residuals of the last half day, up or down


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a count says. `low` to `high` is the usual range of such an interval (95 %).

    `return_period` is in days: on one day in so many, it gets this far from the usual. `growth` is
    the logarithm of how many times rarer this is than the records, or 0 where that is no news.
    `score` lies from 0 to 1 and is comparable between series; from 0.5 on it is an alarm.
    """

    at: datetime
    count: float
    expected: float
    low: float
    high: float
    return_period: float
    view: View
    growth: float
    score: float
    alarm: bool
    escalation: bool  # an alarm in a burst that had one already


def observe(state: Baseline, at: datetime, count: float) -> tuple[Baseline, Signal]:
    """The state after this count, and what the count says; `state` itself is not changed.

    `at` is when the interval begins, in the time of day by which people live (naive times are taken
    as they stand). Raises ValueError for a count that is negative or no number.
    """
    after = state.copy()
    return after, _step(after, at, count)


def observe_all(
    state: Baseline, counts: Iterable[tuple[datetime, float]]
) -> tuple[Baseline, list[Signal]]:
    """`observe` for each in turn, with the state copied only once."""
    after = state.copy()
    return after, [_step(after, at, count) for at, count in counts]


def _step(state: Baseline, at: datetime, count: float) -> Signal:
    if not 0 <= count < math.inf:
        raise ValueError(f"a count is a number from 0 on, not {count}")
    days = _pass_time(state, at)
    dispersion = state.dispersion
    found = volume.follow(state, at, count)
    end_interval(state, at, count, found.expected)
    growth, view, period = _judge(state, found, days)
    news = _news(state, growth, days)
    low, high = band(found.expected, dispersion)
    state.seen += 1
    return Signal(
        at=at,
        count=count,
        expected=found.expected,
        low=low,
        high=high,
        return_period=period,
        view=view,
        growth=news,
        score=news / (news + ENOUGH),
        alarm=news >= ENOUGH,
        escalation=news >= ENOUGH and _mark(state),
    )


def _pass_time(state: Baseline, at: datetime) -> float:
    """Days since the last count. A clock set back counts as one interval; so does the first."""
    zone = at.utcoffset()
    now = (at if zone is not None else at.replace(tzinfo=UTC)).timestamp()
    state.offset = zone.total_seconds() if zone is not None else 0.0
    if not state.seen:
        state.first = now
    passed = now - state.last if state.seen and now > state.last else state.interval
    state.last = now
    while_days = int((now + state.interval - state.first) // DAY)
    if while_days > int((now + state.interval - passed - state.first) // DAY) and state.seen:
        _end_day(state)
    block = int((now + state.interval) // BLOCK)
    if block != state.block:
        state.block = block
        for peaks in state.peaks:
            rarity.end_block(peaks)
    return passed / DAY


def _end_day(state: Baseline) -> None:
    for peaks in (*state.peaks, state.rarest):
        rarity.end_day(peaks, state.days)
    state.days += 1


def _judge(state: Baseline, found: volume.Residuals, days: float) -> tuple[float, View, float]:
    """The largest growth of the views, the view farthest out, and the return period."""
    values = [math.log(max(each, 1.0)) for each in (found.spike, found.hour, found.turbulence)]
    pairs = list(zip(state.peaks, values, strict=True))
    growth = max(rarity.growth(peaks, value, days) for peaks, value in pairs)
    view = max(View, key=lambda each: rarity.beyond(*pairs[each]))
    return growth, view, rarity.return_period(state.peaks, state.rarest, values)


def _news(state: Baseline, growth: float, days: float) -> float:
    """The growth, where it is far beyond what was last reported and is not yet forgotten."""
    state.alarm *= 0.5 ** (days / QUIET_DAYS)
    if growth <= 0 or growth < ESCALATION * state.alarm:
        return 0.0
    state.alarm = max(growth, LEAST_REPORT)
    return growth


def _mark(state: Baseline) -> bool:
    """Remember the alarm; whether it belongs to a burst that had one before."""
    before, state.alarm_at = state.alarm_at, state.last
    return before is not None and state.last - before <= SAME_BURST
