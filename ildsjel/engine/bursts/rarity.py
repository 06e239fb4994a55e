"""How rare a value is: return periods from the daily maxima, and records that fade.

Daily maxima of almost any series tend to a Gumbel distribution (Gumbel 1958; Coles 2001), fitted
here by its first two moments, exponentially weighted. Far out, its return period grows as
exp(value / scale), so the difference of two values in units of the scale is the logarithm of how
many times rarer one is than the other: that is what "grows" means here.
"""

import math
from collections.abc import Sequence

from ildsjel.engine.bursts.state import Peaks

RECORD_DAYS = (10.0, 40.0)  # half-lives of the two records; a mixture fades slower than either
PRIOR_DAYS = 5  # how many days of its own the prior of the peaks is worth
LEAST_SPREAD = 0.3  # of that of the prior: a calm month does not make a small stir an event
MEMORY_DAYS = 30  # of the mean and spread of the daily maxima
RAREST = 1e-6  # as a share of days; more than a history of weeks can tell
_EULER = 0.5772156649
_SCALE = math.sqrt(6.0) / math.pi


def growth(peaks: Peaks, value: float, days: float) -> float:
    """How much rarer than the records this value is, as a logarithm; negative if below them.

    `days` have passed since the last value. The mean over the records.
    """
    total = 0.0
    for place, half_life in enumerate(RECORD_DAYS):
        faded = peaks.mean + (peaks.records[place] - peaks.mean) * 0.5 ** (days / half_life)
        peaks.records[place] = _highest(faded, peaks.settled)
        total += value - peaks.records[place]
    peaks.current = _highest(value, peaks.current)
    return total / len(RECORD_DAYS) / (peaks.spread * _SCALE)


def end_block(peaks: Peaks) -> None:
    """What was highest in the block that ends becomes part of the records.

    A burst is so measured against what was before it began, not against its own last minutes.
    """
    peaks.settled, peaks.current = peaks.current, None


def _highest(value: float, other: float | None) -> float:
    return value if other is None else max(value, other)


def return_period(views: Sequence[Peaks], rarest: Peaks, values: Sequence[float]) -> float:
    """Days between two days on which any view gets as far beyond its prior as now.

    The views depend on each other, so what is fitted is the daily maximum of the farthest of them.
    """
    farthest = -math.inf
    for peaks, value in zip(views, values, strict=True):
        peaks.today = _highest(value, peaks.today)
        farthest = max(farthest, (value - peaks.prior_mean) / peaks.prior_spread)
    rarest.today = _highest(farthest, rarest.today)
    return 1.0 / max(_chance(beyond(rarest, farthest)), RAREST)


def beyond(peaks: Peaks, value: float) -> float:
    """How far above the usual maximum of a day, in spreads."""
    return (value - peaks.mean) / peaks.spread


def _chance(spreads: float) -> float:
    """The share of days with a maximum higher than this, by Gumbel's distribution."""
    standard = min(max(spreads / _SCALE + _EULER, -4.0), 40.0)
    return -math.expm1(-math.exp(-standard))


def end_day(peaks: Peaks, days: int) -> None:
    """Learn from the day's highest value; `days` are those learned from before."""
    if peaks.today is None:
        return
    weight = 1.0 / (1 + min(PRIOR_DAYS + days, MEMORY_DAYS))
    off = peaks.today - peaks.mean
    peaks.mean += weight * off
    variance = (1.0 - weight) * (peaks.spread**2 + weight * off**2)
    peaks.spread = max(math.sqrt(variance), LEAST_SPREAD * peaks.prior_spread)
    peaks.today = None
