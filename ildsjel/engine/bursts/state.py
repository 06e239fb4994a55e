"""What is remembered of one series of counts, and its way to bytes and back."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean, median
from typing import Any

VERSION = 1
HOURS = 24
WEEK = 168


class StateError(ValueError):
    """Stored bytes are no baseline of a version that we know."""


@dataclass(slots=True)
class Peaks:
    """How high one view gets on the highest moment of a day, and the records that still count.

    `mean` and `spread` describe the daily maxima; `today` is the highest since the day began;
    `records` are the highest ever, faded towards `mean` with one half-life each; the highest since
    the block of some hours began (`current`) and of the block before (`settled`) come in later.
    """

    mean: float
    spread: float
    prior_mean: float
    prior_spread: float
    records: list[float]
    today: float | None = None
    current: float | None = None
    settled: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is believed of a series before its first count; `pool` learns one from other series.

    `day` and `week` are factors of the hour of the day and of the week (Monday 0 h first). The
    dispersions are variances beside those of Poisson counts. `peaks` are mean and spread of the
    daily maxima of each view, in the order of `View`. `rate` is posts a second, None if unknown.
    """

    rate: float | None = None
    day: tuple[float, ...] = (1.0,) * HOURS
    week: tuple[float, ...] = (1.0,) * WEEK
    dispersion: float = 1.5
    hour_dispersion: float = 2.0
    peaks: tuple[tuple[float, float], ...] = ((1.6, 0.5), (1.4, 0.5), (0.6, 0.3))


@dataclass(slots=True, kw_only=True)
class Baseline:
    """One series: all it takes to judge the next count. Made by `start`, followed by `observe`.

    `interval` is in seconds; `level` in posts an interval, at an hour with factor 1. Fields that
    begin with `hour_` look back over about an hour, `whole_` over hours by the clock. `peaks` are
    of each view; `rarest` of whichever view is farthest beyond its prior, in spreads of that prior.
    """

    interval: float
    level: float
    day: list[float]
    week: list[float]
    dispersion: float
    hour_dispersion: float
    peaks: list[Peaks]
    rarest: Peaks
    seen: int = 0
    known: bool = False  # the level came from a prior, not from the first count
    first: float = 0.0  # seconds since 1970 of the first interval
    last: float = 0.0  # and of the last
    offset: float = 0.0  # seconds that local time is ahead of UTC
    days: int = 0  # days whose maxima are in `peaks`
    hour_count: float = 0.0
    hour_expected: float = 0.0
    hour_excess: float = 0.0
    turbulence: float = 1.0
    block: int = 0  # number of the block of hours since 1970
    alarm: float = 0.0  # how far the last report outdid the records, fading
    alarm_at: float | None = None
    whole_count: float = 0.0
    whole_expected: float = 0.0
    whole_residual: float = 0.0
    whole_dispersion: float = 2.0
    carry_product: float = 0.0
    carry_square: float = 0.0

    @classmethod
    def start(cls, interval: float = 300.0, *, prior: Prior | None = None) -> "Baseline":
        """A series without history. Raises ValueError for an interval that is no length of time."""
        if not 0 < interval < math.inf:
            raise ValueError("an interval is a number of seconds above 0")
        known = prior or Prior()
        return cls(
            interval=float(interval),
            level=(known.rate or 0.0) * interval,
            day=list(known.day),
            week=list(known.week),
            dispersion=known.dispersion,
            hour_dispersion=known.hour_dispersion,
            whole_dispersion=known.hour_dispersion,
            peaks=[_expected(mean, spread) for mean, spread in known.peaks],
            rarest=_expected(0.0, 1.0),
            known=known.rate is not None,
        )

    def copy(self) -> "Baseline":
        """One that can be changed without changing this one."""
        peaks = [replace(each, records=each.records[:]) for each in self.peaks]
        return replace(
            self, day=self.day[:], week=self.week[:], peaks=peaks, rarest=replace(self.rarest)
        )


def _expected(mean: float, spread: float) -> Peaks:
    return Peaks(mean, spread, mean, spread, [mean] * 2)


@dataclass(frozen=True, slots=True)
class _Stored:
    version: int
    baseline: dict[str, Any] = field(default_factory=dict)


def dump(state: Baseline) -> bytes:
    """The state as JSON, some 5 kB; a day that has only begun is kept as well."""
    values = {"version": VERSION, "baseline": asdict(state)}
    return json.dumps(values, separators=(",", ":")).encode()


def load(stored: bytes) -> Baseline:
    """The state that `dump` wrote, equal to the last digit. Raises `StateError`."""
    try:
        parts = _Stored(**json.loads(stored))
        values = parts.baseline
        if parts.version != VERSION:
            raise StateError(f"a baseline of version {parts.version}; this is version {VERSION}")
        peaks = [Peaks(**each) for each in values.pop("peaks")]
        rarest = Peaks(**values.pop("rarest"))
        return Baseline(**values, peaks=peaks, rarest=rarest)
    except StateError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as fault:
        raise StateError("these bytes are no stored baseline") from fault


def pool(states: Sequence[Baseline], *, least_days: int = 7) -> Prior:
    """What series with at least a week of history have in common, for those without.

    The rhythm is the geometric mean of theirs, the rest the median; levels are not shared, for
    watches differ in size by far more than in shape. Without such series: the built-in prior.
    """
    grown = [state for state in states if state.days >= least_days]
    if not grown:
        return Prior()
    views = zip(
        *([(each.mean, each.spread) for each in state.peaks] for state in grown), strict=True
    )
    return Prior(
        day=_factors([state.day for state in grown]),
        week=_factors([state.week for state in grown]),
        dispersion=median(state.dispersion for state in grown),
        hour_dispersion=median(state.hour_dispersion for state in grown),
        peaks=tuple(
            (median(mean for mean, _ in view), median(spread for _, spread in view))
            for view in views
        ),
    )


def _factors(profiles: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Hour by hour the geometric mean, scaled to a mean of 1."""
    means = [
        math.exp(fmean(math.log(max(each, 1e-3)) for each in hour))
        for hour in zip(*profiles, strict=True)
    ]
    overall = fmean(means)
    return tuple(mean / overall for mean in means)
