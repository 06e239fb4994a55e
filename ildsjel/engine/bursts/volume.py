"""The usual volume: level, hour of the day and of the week, dispersion; and what differs from it.

Everything is an exponentially weighted mean that learns fast while it has seen little. A count that
is far off is taken as far off as `CLIP` standard deviations: a burst hardly moves what is usual.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ildsjel.engine.bursts.state import HOURS, Baseline

DAY = 86400.0
LEVEL_DAYS = 5.0  # half-lives, in days
HOUR_OF_DAY_DAYS = 14.0
HOUR_OF_WEEK_DAYS = 28.0
DISPERSION_DAYS = 7.0
HOUR_WINDOW = 1800.0  # half-life in seconds: an hour, as a box would have it
TURBULENCE_WINDOW = DAY / 2
CLIP = 3.0
TRUSTED = 2.5  # residuals beyond count as such in the dispersion; of normal ones, 0.9 of it remains
KEPT = 0.9
CAP = 8.0  # a residual's largest part in the turbulence
LEAST = 1e-3  # posts expected in an interval, at least
FACTOR = (0.02, 50.0)  # bounds of a factor of the hour


@dataclass(frozen=True, slots=True)
class Rates:
    """Weights of a new count, for one length of interval."""

    level: float
    day: float
    week: float
    dispersion: float
    hour: float
    turbulence: float
    hourly: float  # intervals an hour


@lru_cache(maxsize=64)
def rates(interval: float) -> Rates:
    hourly = 3600.0 / interval
    often = max(hourly, 1.0)
    return Rates(
        level=_rate(LEVEL_DAYS * DAY / interval),
        day=_rate(HOUR_OF_DAY_DAYS * often),
        week=_rate(HOUR_OF_WEEK_DAYS / 7 * often),
        dispersion=_rate(DISPERSION_DAYS * DAY / interval),
        hour=_rate(HOUR_WINDOW / interval),
        turbulence=_rate(TURBULENCE_WINDOW / interval),
        hourly=hourly,
    )


def _rate(half_life: float) -> float:
    """The weight of a new value where old ones lose half of theirs in so many steps."""
    return -math.expm1(math.log(0.5) / half_life)


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far a count is from the usual: in standard deviations, and as turbulence (1 is usual)."""

    expected: float
    spike: float
    hour: float
    turbulence: float


def residual(count: float, expected: float) -> float:
    """In standard deviations of a Poisson count, whatever its mean (Anscombe 1948)."""
    return 2.0 * (math.sqrt(count + 0.375) - math.sqrt(expected + 0.375))


def usual(state: Baseline, at: datetime, ahead: float = 0.0) -> float:
    """Posts expected in the interval that begins at this local time, or so many seconds later."""
    hour = (
        at.weekday() * HOURS + at.hour + int((at.minute * 60 + at.second + ahead) // 3600)
    ) % 168
    return max(state.level * state.day[hour % HOURS] * state.week[hour], LEAST)


def follow(state: Baseline, at: datetime, count: float) -> Residuals:
    """Compare a count with the usual, then let the usual learn from it. Changes `state`."""
    if not state.seen and not state.known:
        state.level = max(count, 1.0)
    weights = rates(state.interval)
    expected = usual(state, at)
    raw = residual(count, expected)
    found = Residuals(
        expected=expected,
        spike=raw / math.sqrt(state.dispersion),
        hour=_hour(state, count, expected, weights),
        turbulence=_turbulence(state, raw / math.sqrt(state.dispersion), weights),
    )
    _learn(state, at, _clipped(raw, expected, state.dispersion), weights)
    state.dispersion = max(_scaled(state, state.dispersion, found.spike, weights), 1.0)
    return found


def _hour(state: Baseline, count: float, expected: float, weights: Rates) -> float:
    keep = 1.0 - weights.hour
    state.hour_count = keep * state.hour_count + count
    state.hour_expected = keep * state.hour_expected + expected
    state.hour_excess = state.hour_count - state.hour_expected
    off = residual(state.hour_count, state.hour_expected) / math.sqrt(state.hour_dispersion)
    state.hour_dispersion = max(_scaled(state, state.hour_dispersion, off, weights), 0.5)
    return off


def _turbulence(state: Baseline, off: float, weights: Rates) -> float:
    bounded = min(max(off, -CAP), CAP)
    state.turbulence += weights.turbulence * (bounded * bounded - state.turbulence)
    return state.turbulence


def _scaled(state: Baseline, dispersion: float, off: float, weights: Rates) -> float:
    """The dispersion after one more residual, measured in its own standard deviations."""
    bounded = min(max(off, -TRUSTED), TRUSTED)
    weight = max(weights.dispersion, 1.0 / (state.seen + 100.0))
    return dispersion * (1.0 + weight * (bounded * bounded / KEPT - 1.0))


def _clipped(raw: float, expected: float, dispersion: float) -> float:
    """The count as the usual may learn it."""
    bound = CLIP * math.sqrt(dispersion)
    root = math.sqrt(expected + 0.375) + min(max(raw, -bound), bound) / 2.0
    return max(root * root - 0.375, 0.0) if root > 0 else 0.0


def _learn(state: Baseline, at: datetime, count: float, weights: Rates) -> None:
    hour, week_hour = at.hour, at.weekday() * HOURS + at.hour
    factor = state.day[hour] * state.week[week_hour]
    pace = max(weights.level, 1.0 / (state.seen + 20.0))
    state.level = max(state.level + pace * (count / max(factor, 0.05) - state.level), LEAST)
    _pull(state.day, hour, weights.day, count, state.level * state.week[week_hour])
    _pull(state.week, week_hour, weights.week, count, state.level * state.day[hour])


def _pull(factors: list[float], place: int, weight: float, count: float, rest: float) -> None:
    """One factor towards what it would have had to be; counts of next to nothing say little."""
    moved = factors[place] + weight * (count / max(rest, 0.1) - factors[place])
    factors[place] = min(max(moved, FACTOR[0]), FACTOR[1])
