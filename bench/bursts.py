"""Bursts found beside other detectors: NAB's realTweets, series with known bursts, real crises.

Peers run here: NAB's Windowed Gaussian, a streaming S-H-ESD (seasonal medians and median absolute
deviations, the method of Twitter's AnomalyDetection), river's detectors where river is installed.
Figures of others are printed as published, over all ten series and at thresholds chosen over the
whole of NAB's corpus.
"""

import argparse
import csv
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench import common, nab
from ildsjel.engine import bursts
from ildsjel.engine.bursts import detection, rarity, volume

PUBLISHED = (
    ("ARTime", 81.8, 70.1, 87.9),
    ("CAD OSE", 74.5, 73.1, 76.5),
    ("Numenta HTM", 68.0, 61.1, 72.6),
    ("KNN-CAD", 64.3, 42.2, 73.2),
    ("Twitter ADVec", 59.6, 35.8, 69.0),
    ("Windowed Gaussian", 51.4, 16.3, 64.6),
)
# What was chosen, and what else it might have been: the score must not hang on it.
SURFACE: tuple[tuple[object, str, tuple[object, ...]], ...] = (
    (volume, "LEVEL_DAYS", (2.5, 10.0)),
    (volume, "HOUR_OF_DAY_DAYS", (7.0, 28.0)),
    (volume, "HOUR_OF_WEEK_DAYS", (14.0, 56.0)),
    (volume, "HOUR_WINDOW", (900.0, 3600.0)),
    (volume, "TURBULENCE_WINDOW", (21600.0, 86400.0)),
    (volume, "CLIP", (2.0, 5.0)),
    (volume, "CAP", (6.0, 12.0)),
    (rarity, "RECORD_DAYS", ((5.0, 20.0), (20.0, 80.0))),
    (rarity, "PRIOR_DAYS", (2, 10)),
    (rarity, "MEMORY_DAYS", (15, 60)),
    (detection, "BLOCK", (5400, 21600)),
    (detection, "QUIET_DAYS", (0.125, 0.5)),
    (detection, "ESCALATION", (2.0, 4.0)),
)
Scores = list[float]
WARM_UP = 21 * 288


def ours(series: nab.Series) -> Scores:
    rows = zip(series.times, series.values, strict=True)
    return [signal.score for signal in bursts.observe_all(bursts.Baseline.start(300), rows)[1]]


def windowed_gaussian(series: nab.Series, size: int = 6400, step: int = 100) -> Scores:
    """How far out in the normal distribution of the last values; as NAB has it."""
    scores, values, known = [], np.array(series.values), 1
    mean = deviation = 0.0
    for place, value in enumerate(values):
        far = abs(value - mean) / max(deviation, 1e-6)
        scores.append(1.0 - 0.5 * math.erfc(far / math.sqrt(2.0)) if place else 0.0)
        known = place + 1
        if known <= size or known % step == 0:
            window = values[max(0, known - size) : known]
            mean, deviation = float(window.mean()), float(window.std())
    return scores


def seasonal_esd(series: nab.Series, days: int = 14, step: int = 12) -> Scores:
    """Median absolute deviations from the median of the same time of day in the last days."""
    values = np.array(series.values)
    scores = []
    for place, value in enumerate(values):
        if place % step == 0:
            past = values[max(0, place - days * 288) : place]
            level = float(np.median(past)) if place else 0.0
            spread = 1.4826 * float(np.median(np.abs(past - level))) if place else 1.0
        season = values[place % 288 : place : 288][-days:]
        usual = float(np.median(season)) if len(season) > 2 else level
        far = abs(value - usual) / max(spread, 1.0)
        scores.append(far / (1.0 + far))
    return scores


def river_detectors() -> dict[str, Callable[[nab.Series], Scores]]:
    """Those of river that take one value at a time; none where it is not installed."""
    try:
        from river import anomaly
    except ImportError:
        return {}
    return {
        "river HalfSpaceTrees": lambda series: _river(anomaly.HalfSpaceTrees(seed=1), series),
        "river GaussianScorer": lambda series: _river_values(anomaly.GaussianScorer(), series),
    }


def _river(model: object, series: nab.Series) -> Scores:
    scores, top = [], max(series.values[: nab.LONGEST_PROBATION])
    for value in series.values:
        row = {"value": min(value / top, 1.0)}
        scores.append(model.score_one(row))  # type: ignore[attr-defined]
        model.learn_one(row)  # type: ignore[attr-defined]
    return scores


def _river_values(model: object, series: nab.Series) -> Scores:
    scores = []
    for value in series.values:
        scores.append(model.score_one(None, value))  # type: ignore[attr-defined]
        model.learn_one(None, value)  # type: ignore[attr-defined]
    return scores


def realtweets(folder: Path) -> None:
    series = nab.read(folder)
    begun = time.perf_counter()
    mine = [ours(each) for each in series]
    lines = sum(len(each.values) for each in series)
    pace = (time.perf_counter() - begun) / lines
    rows = [_row("Ildsjel", mine, series), _fixed("Ildsjel, alarms as given", mine, series)]
    rows.append(["Ildsjel, threshold of the others", *_left_out(mine, series), ""])
    peers = {"Windowed Gaussian": windowed_gaussian, "S-H-ESD": seasonal_esd, **river_detectors()}
    rows += [_row(name, [peer(each) for each in series], series) for name, peer in peers.items()]
    rows.append(_row("silent", [[0.5] * len(each.values) for each in series], series))
    rows.append(_row("perfect", [_perfect(each) for each in series], series))
    rows += [[f"{name} (published)", *scores, ""] for name, *scores in PUBLISHED]
    names = " ".join(each.name for each in series)
    print(f"NAB realTweets: {names}, {sum(len(s.windows) for s in series)} windows")
    print(common.table(["detector", *nab.PROFILES, "hits + false alarms"], rows))
    print(f"{pace * 1e6:.0f} µs a count")


def _row(name: str, scores: Sequence[Scores], series: Sequence[nab.Series]) -> list[object]:
    found = [nab.best(scores, series, profile) for profile in nab.PROFILES]
    counts = f"{found[0].hits} + {found[0].false_alarms}"
    return [name, *(f"{each.score:.1f}" for each in found), counts]


def _fixed(name: str, scores: Sequence[Scores], series: Sequence[nab.Series]) -> list[object]:
    found = [nab.at(scores, series, profile, 0.5) for profile in nab.PROFILES]
    counts = f"{found[0].hits} + {found[0].false_alarms}"
    return [name, *(f"{each.score:.1f}" for each in found), counts]


def _left_out(scores: Sequence[Scores], series: Sequence[nab.Series]) -> Iterator[str]:
    """Each file at the threshold that is best for the other files; weighted by windows."""
    for profile in nab.PROFILES:
        total = 0.0
        for place, each in enumerate(series):
            rest = [number for number in range(len(series)) if number != place]
            threshold = nab.best(
                [scores[n] for n in rest], [series[n] for n in rest], profile
            ).threshold
            found = nab.at([scores[place]], [each], profile, threshold)
            total += found.score * len(each.windows)
        yield f"{total / sum(len(each.windows) for each in series):.1f}"


def _perfect(series: nab.Series) -> Scores:
    starts = {first for first, _ in series.windows}
    return [float(place in starts) for place in range(len(series.values))]


def surface(folder: Path) -> None:
    """One setting changed at a time, to about half and twice."""
    series = nab.read(folder)
    rows = []
    for module, name, others in SURFACE:
        chosen = getattr(module, name)
        for value in others:
            setattr(module, name, value)
            volume.rates.cache_clear()
            scores = [ours(each) for each in series]
            rows.append([f"{name} {value}", f"chosen {chosen}", *_row("", scores, series)[1:]])
        setattr(module, name, chosen)
    volume.rates.cache_clear()
    print("\nOne setting changed at a time")
    print(common.table(["setting", "", *nab.PROFILES, "hits + false alarms"], rows, words=2))


def synthetic() -> None:
    """Negative binomial counts with a rhythm, and a burst of half an hour every six days."""
    rows = []
    for mean in (0.2, 2.0, 20.0):
        for factor in (2, 4, 8):
            rows.append([f"{mean * 12:g} posts an hour, burst x{factor}", *_trial(mean, factor)])
    print(
        "\nBursts of half an hour in simulated series, 99 days after three weeks, two series each"
    )
    print(common.table(["series", "found", "minutes", "other alarms a week"], rows))


def _trial(mean: float, factor: int) -> list[str]:
    found, delays, others, days = 0, [], 0, 99
    places = [WARM_UP + (6 * number + 3) * 288 + 37 * number % 288 for number in range(16)]
    for seed in range(2):
        counts = _simulated(mean, 21 + days, seed)
        for place in places:
            counts[place : place + 6] += np.random.default_rng(place).poisson(
                mean * (factor - 1), 6
            )
        alarms = _alarms(counts)
        for place in places:
            hits = [alarm for alarm in alarms if place <= alarm < place + 12]
            found += bool(hits)
            delays += [5 * (hits[0] - place + 1)] if hits else []
        near = {alarm for place in places for alarm in range(place, place + 12)}
        others += sum(alarm >= WARM_UP and alarm not in near for alarm in alarms)
    typical = f"{common.median(delays):.0f}" if delays else "-"
    return [f"{found} of {2 * len(places)}", typical, f"{others / (2 * days / 7):.2f}"]


def _simulated(mean: float, days: int, seed: int, dispersion: float = 2.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    hour = np.arange(days * 288) % 288 / 288
    usual = mean * (1.0 + 0.6 * np.sin(2 * np.pi * (hour - 0.35)))
    return random.poisson(random.gamma(usual / (dispersion - 1), dispersion - 1))


def _alarms(counts: np.ndarray) -> list[int]:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    moments = (start + timedelta(minutes=5 * number) for number in range(len(counts)))
    rows = zip(moments, counts.tolist(), strict=True)
    _, signals = bursts.observe_all(bursts.Baseline.start(300), rows)
    return [place for place, signal in enumerate(signals) if signal.alarm]


def crises(folder: Path) -> None:
    """Real crises, laid over three weeks of ordinary posts about the same place."""
    rows = []
    for path in sorted(folder.glob("*.csv")):
        counts = _crisis(path)
        hourly = np.convolve(counts, np.ones(12), "valid")
        begun = int(np.argmax(hourly >= 0.1 * hourly.max())) + 11
        ordinary = _simulated(0.5, 22 + len(counts) // 288, 1)[: WARM_UP + len(counts)]
        ordinary[WARM_UP:] += counts
        alarms = _alarms(ordinary)
        first = next((alarm for alarm in alarms if alarm >= WARM_UP), None)
        ahead = "none" if first is None else f"{(first - WARM_UP - begun) * 5 / 60:+.1f}"
        name = path.name.partition("-")[0].replace("_", " ")
        peak = f"{hourly.max():.0f}"
        rows.append(
            [name, len(counts) // 288, peak, ahead, sum(alarm >= WARM_UP for alarm in alarms)]
        )
    print("\nCrisisLexT26 crises over 6 ordinary posts an hour; hours from a tenth of the peak")
    print(common.table(["crisis", "days", "peak/h", "first alarm", "alarms"], rows))


def _crisis(path: Path) -> np.ndarray:
    """Posts in five minutes; the time is in the id (in milliseconds, above the 22 low bits)."""
    with path.open(encoding="utf-8", newline="") as source:
        ids = [int(row[1]) for row in list(csv.reader(source))[1:]]
    places = [((number >> 22) + 1288834974657) // 300_000 for number in ids]
    return np.bincount(np.array(places) - min(places))


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.bursts", description=__doc__)
    options.add_argument("--nab", type=Path, metavar="FOLDER", help="with data/ and labels/")
    options.add_argument("--crises", type=Path, metavar="FOLDER", help="CSV files of tweet ids")
    options.add_argument("--surface", action="store_true", help="try other settings as well")
    chosen = options.parse_args()
    print(common.machine())
    if chosen.nab:
        realtweets(chosen.nab)
    if chosen.nab and chosen.surface:
        surface(chosen.nab)
    synthetic()
    if chosen.crises:
        crises(chosen.crises)
    return 0


if __name__ == "__main__":
    sys.exit(main())
