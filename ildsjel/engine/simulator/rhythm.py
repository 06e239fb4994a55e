"""When people write: by hour of the week, in bursts, and in a crisis.

Ordinary traffic: a rate for each hour of the week, times a gamma of the day, times a gamma of the
hour, so that hourly counts are negative binomial with a variance well over the mean (about 2.3 in
real traffic to brands). A crisis: 6 hours from a tenth of the peak to the peak, half of it left 3
hours later, a tenth 14 hours after the peak (medians over 26 real crises, CrisisLexT26).
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

# Shares of a day's posts by local hour: a morning wave, a lunch wave, a long evening.
_WORKDAY = (3, 2, 1, 1, 2, 6, 18, 32, 36, 32, 28, 28, 30, 26, 26, 30, 32, 30, 30, 34, 36, 30, 18, 8)
_WEEKEND = (5, 3, 2, 1, 1, 2, 5, 9, 16, 24, 28, 28, 26, 24, 22, 22, 22, 22, 22, 24, 24, 20, 14, 8)
_DAY_FACTORS = (1.2, 1.1, 1.05, 1.05, 1.0, 0.7, 0.65)  # Monday first
_DISPERSION = 2.3  # variance over mean of hourly counts, daily factor left aside
_DAILY_SHAPE = 9.0

RISE_HOURS = 6.0
HALF_LIFE_HOURS = 3.0
TAIL_HOURS = 14.0


def hour_rate(local: datetime, per_day: float) -> float:
    """Expected posts in this local hour, where an average day has `per_day`."""
    weekday = local.weekday()
    shares = _WORKDAY if weekday < 5 else _WEEKEND
    factor = _DAY_FACTORS[weekday] * 7 / sum(_DAY_FACTORS)
    return per_day * factor * shares[local.hour] / sum(shares)


def ordinary_times(
    chance: Random, start: datetime, days: int, per_day: float, zone: ZoneInfo
) -> Iterator[datetime]:
    """Moments (UTC, in order) of ordinary traffic."""
    for day in range(days):
        busy = chance.gammavariate(_DAILY_SHAPE, 1 / _DAILY_SHAPE)
        for hour in range(24):
            begin = start + timedelta(days=day, hours=hour)
            mean = hour_rate(begin.astimezone(zone), per_day) * busy
            yield from _within(chance, begin, 1.0, _negative_binomial(chance, mean))


def crisis_intensity(hours: float) -> float:
    """Share of the peak, `hours` after the crisis began at a tenth of it."""
    if hours < 0:
        return 0.0
    if hours < RISE_HOURS:
        return math.pow(10, hours / RISE_HOURS - 1)
    past = hours - RISE_HOURS
    if past < HALF_LIFE_HOURS:
        return math.pow(0.5, past / HALF_LIFE_HOURS)
    fall = math.log(5) / (TAIL_HOURS - HALF_LIFE_HOURS)
    return 0.5 * math.exp(-fall * (past - HALF_LIFE_HOURS))


def crisis_times(chance: Random, start: datetime, hours: float, peak: float) -> Iterator[datetime]:
    """Moments (UTC, in order) over a crisis with `peak` posts an hour at its height."""
    step = 0.25
    for i in range(int(hours / step)):
        mean = peak * step * crisis_intensity((i + 0.5) * step)
        begin = start + timedelta(hours=i * step)
        yield from _within(chance, begin, step, poisson(chance, mean))


def fading_times(
    chance: Random, start: datetime, days: float, total: float, half_life_days: float
) -> Iterator[datetime]:
    """Moments of reactions to a posting, fewer each day."""
    count = poisson(chance, total)
    gaps = (chance.expovariate(math.log(2) / half_life_days) for _ in range(count))
    yield from sorted(start + timedelta(days=gap) for gap in gaps if gap < days)


def poisson(chance: Random, mean: float) -> int:
    """A Poisson draw; sums of small ones where the mean is large."""
    count = 0
    while mean > 20:
        count += poisson(chance, 20)
        mean -= 20
    limit, product = math.exp(-mean), chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def _negative_binomial(chance: Random, mean: float) -> int:
    if mean <= 0:
        return 0
    scale = _DISPERSION - 1
    return poisson(chance, chance.gammavariate(mean / scale, scale))


def _within(chance: Random, begin: datetime, hours: float, count: int) -> Iterator[datetime]:
    moments = sorted(chance.random() * hours for _ in range(count))
    yield from (begin + timedelta(hours=moment) for moment in moments)
