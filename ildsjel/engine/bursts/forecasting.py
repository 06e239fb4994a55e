"""The next hours: the usual volume, what the present excess leaves of itself, and a band."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from statistics import NormalDist

from ildsjel.engine.bursts import volume
from ildsjel.engine.bursts.state import Baseline

CRISIS_HALF_LIFE = 3.0  # hours; the median of 13 crises of CrisisLexT26 (Olteanu et al. 2015)
CRISIS = 3.0  # standard deviations of the last hour's volume
CARRY_HOURS = 168.0  # half-life of what is known of the carry-over from hour to hour
DISPERSION_HOURS = 168.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Posts in the hour that begins at `at`: the mean, and the band in which it will likely lie."""

    at: datetime
    mean: float
    low: float
    high: float


def band(mean: float, dispersion: float, coverage: float = 0.95) -> tuple[float, float]:
    """Where a count with this mean lies with this chance, by the same root as the residuals.

    `dispersion` is its variance beside that of a Poisson count.
    """
    width = NormalDist().inv_cdf(0.5 + coverage / 2.0) * math.sqrt(dispersion) / 2.0
    root = math.sqrt(mean + 0.375)
    return max(max(root - width, 0.0) ** 2 - 0.375, 0.0), (root + width) ** 2 - 0.375


def forecast(state: Baseline, hours: int, *, coverage: float = 0.95) -> list[Forecast]:
    """The next `hours` hours from the end of the last interval; empty without any count.

    An excess fades: in a crisis with a half-life of three hours, else as fast as this series has
    shown. Raises ValueError for a coverage that is not between 0 and 1.
    """
    if not 0 < coverage < 1:
        raise ValueError("coverage is a share between 0 and 1")
    return [_hour_ahead(state, hour, coverage) for hour in range(hours)] if state.seen else []


def usual_hours(
    state: Baseline, begin: datetime, hours: int, *, coverage: float = 0.95
) -> list[Forecast]:
    """What is usual in so many hours from `begin` on (local time), without any present excess."""
    starts = [begin + timedelta(hours=hour) for hour in range(hours)]
    means = [_usual_hour(state, start) for start in starts]
    bands = [band(mean, state.whole_dispersion, coverage) for mean in means]
    return [
        Forecast(start, mean, *each) for start, mean, each in zip(starts, means, bands, strict=True)
    ]


def _hour_ahead(state: Baseline, hour: int, coverage: float) -> Forecast:
    zone = timezone(timedelta(seconds=state.offset)) if state.offset else UTC
    begin = datetime.fromtimestamp(state.last + state.interval, zone) + timedelta(hours=hour)
    usual = _usual_hour(state, begin)
    keep, crisis = _fading(state)
    excess = _excess(state) * keep ** (hour + 1)
    mean = max(usual + excess, 0.0)
    # How a crisis goes on is not known within a factor; a usual hour is.
    doubt = (0.5 * excess) ** 2 / (mean + 0.375) if crisis else 0.0
    return Forecast(begin, mean, *band(mean, state.whole_dispersion + doubt, coverage))


def _usual_hour(state: Baseline, begin: datetime) -> float:
    """An hour that begins between two hours of the clock has a part of each."""
    late = (begin.minute * 60 + begin.second) / 3600.0
    now, then = volume.usual(state, begin), volume.usual(state, begin + timedelta(hours=1))
    return ((1.0 - late) * now + late * then) * 3600.0 / state.interval


def _excess(state: Baseline) -> float:
    """Posts an hour above the usual, of late."""
    weights = volume.rates(state.interval)
    return state.hour_excess * weights.hour * weights.hourly


def _fading(state: Baseline) -> tuple[float, bool]:
    """The share of an excess that is left after an hour, and whether this is a crisis."""
    off = volume.residual(state.hour_count, state.hour_expected) / math.sqrt(state.hour_dispersion)
    slow = 0.5 ** (1.0 / CRISIS_HALF_LIFE)
    if off > CRISIS:
        return slow, True
    # As if a day of hours had been seen that carry over as in a crisis.
    carried = (slow * HOURS_OF_PRIOR + state.carry_product) / (HOURS_OF_PRIOR + state.carry_square)
    return min(max(carried, 0.0), 0.95), False


HOURS_OF_PRIOR = 24.0


def end_interval(state: Baseline, at: datetime, count: float, expected: float) -> None:
    """Add a count to its hour; at the hour's end, learn how hours vary and carry over."""
    state.whole_count += count
    state.whole_expected += expected
    after = at + timedelta(seconds=state.interval)
    if state.interval >= 3600 or after.hour != at.hour:
        _end_hour(state)


def _end_hour(state: Baseline) -> None:
    raw = volume.residual(state.whole_count, state.whole_expected)
    off = raw / math.sqrt(state.whole_dispersion)
    bounded = min(max(off, -volume.TRUSTED), volume.TRUSTED)
    weight = max(1.0 - 0.5 ** (1.0 / DISPERSION_HOURS), 1.0 / (state.seen / 12.0 + 24.0))
    state.whole_dispersion *= 1.0 + weight * (bounded * bounded / volume.KEPT - 1.0)
    keep = 0.5 ** (1.0 / CARRY_HOURS)
    state.carry_product = keep * state.carry_product + bounded * state.whole_residual
    state.carry_square = keep * state.carry_square + state.whole_residual**2
    state.whole_residual = bounded
    state.whole_count = state.whole_expected = 0.0
