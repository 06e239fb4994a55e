"""The scoring of the Numenta Anomaly Benchmark, from its description (Lavin and Ahmad 2015).

Each anomaly has a window. The first report inside counts, the more the earlier; every report
outside costs, the more the farther behind the last window; a window without a report costs as
well. Reports in the first 15 % of a file (at most 750 lines) do not count. The threshold is the
one that is best over all files, for each profile by itself. 0 is a detector that is silent, 100
one that reports at the start of each window and nowhere else.
"""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# hit, false alarm, miss
PROFILES = {
    "standard": (1.0, 0.11, 1.0),
    "low FP": (1.0, 0.22, 1.0),
    "low FN": (1.0, 0.11, 2.0),
}
PROBATION = 0.15
LONGEST_PROBATION = 750


@dataclass(frozen=True, slots=True)
class Series:
    """One file: `windows` are pairs of places, the last included."""

    name: str
    times: list[datetime]
    values: list[float]
    windows: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Result:
    score: float
    threshold: float
    hits: int
    false_alarms: int


@dataclass(frozen=True, slots=True)
class _Report:
    """A line's score, the window it lies in (None: in none), and its worth before weights."""

    score: float
    window: tuple[int, int] | None
    worth: float


def read(folder: Path) -> list[Series]:
    """The labelled files below `data` and `labels/windows.json`."""
    labels = json.loads((folder / "labels" / "windows.json").read_text(encoding="utf-8"))
    return [_series(folder / "data" / Path(path).name, spans) for path, spans in labels.items()]


def _series(path: Path, spans: list[list[str]]) -> Series:
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    place = {at: number for number, at in enumerate(times)}
    ends = [tuple(place[datetime.fromisoformat(each)] for each in span) for span in spans]
    windows = [(first, last) for first, last in ends]
    return Series(path.stem.rpartition("_")[2], times, [float(r["value"]) for r in rows], windows)


def sigmoid(place: float) -> float:
    """Worth of a report: -1 is the start of a window, 0 its end, above 0 is behind it."""
    return -1.0 if place > 3.0 else 2.0 / (1.0 + math.exp(5.0 * place)) - 1.0


def worths(length: int, windows: Sequence[tuple[int, int]]) -> list[tuple[int | None, float]]:
    """For each line the number of its window or None, and what a report there is worth."""
    best = sigmoid(-1.0)
    found: list[tuple[int | None, float]] = [(None, -1.0)] * length
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        for place in range(first, last + 1):
            found[place] = number, sigmoid((place - last - 1) / width) / best
        until = windows[number + 1][0] if number + 1 < len(windows) else length
        for place in range(last + 1, until):
            found[place] = None, sigmoid((place - last) / (width - 1))
    return found


def best(scores: Sequence[Sequence[float]], series: Sequence[Series], profile: str) -> Result:
    """The score at the threshold that is best over these files."""
    reports = sorted(_reports(scores, series), key=lambda report: -report.score)
    count = _Count(PROFILES[profile], sum(len(each.windows) for each in series))
    top = count.result(math.inf)
    for report, after in zip(reports, [*reports[1:], None], strict=True):
        count.add(report)
        if after is None or after.score != report.score:
            top = max(top, count.result(report.score), key=lambda result: result.score)
    return top


def at(
    scores: Sequence[Sequence[float]], series: Sequence[Series], profile: str, threshold: float
) -> Result:
    """The score at this threshold."""
    count = _Count(PROFILES[profile], sum(len(each.windows) for each in series))
    for report in _reports(scores, series):
        if report.score >= threshold:
            count.add(report)
    return count.result(threshold)


def _reports(scores: Sequence[Sequence[float]], series: Sequence[Series]) -> list[_Report]:
    found = []
    for file, (values, each) in enumerate(zip(scores, series, strict=True)):
        begin = min(math.floor(PROBATION * len(values)), LONGEST_PROBATION)
        lines = zip(values, worths(len(values), each.windows), strict=True)
        for score, (window, worth) in list(lines)[begin:]:
            found.append(_Report(score, None if window is None else (file, window), worth))
    return found


class _Count:
    """What reports add up to, under one profile."""

    def __init__(self, weights: tuple[float, float, float], windows: int) -> None:
        self.hit, self.false_alarm, self.miss = weights
        self.windows = windows
        self.found: dict[tuple[int, int], float] = {}
        self.false_alarms = 0
        self.cost = 0.0

    def add(self, report: _Report) -> None:
        if report.window is None:
            self.false_alarms += 1
            self.cost += self.false_alarm * report.worth
        else:
            self.found[report.window] = max(self.found.get(report.window, -1.0), report.worth)

    def result(self, threshold: float) -> Result:
        gained = sum(self.hit * worth + self.miss for worth in self.found.values()) + self.cost
        most = self.windows * (self.hit + self.miss)
        return Result(100.0 * gained / most, threshold, len(self.found), self.false_alarms)
