"""`ildsjel bursts`: a file of `timestamp,value` in, each line with its score and alarm out."""

import argparse
import csv
import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, pairwise
from pathlib import Path
from statistics import median
from typing import TextIO

from ildsjel.cli.errors import CommandError
from ildsjel.engine.bursts import Baseline, observe

PARTLY = 3
_AHEAD = 64  # lines read before the first answer, to see how far they are apart
_DEFAULT_INTERVAL = 300.0
_FORMS = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
_REMEDY_TIME = (
    "write it as 2026-03-02 14:05:00, 2026-03-02T14:05:00Z, 02.03.2026 14:05 or 1772460300"
)


@dataclass(frozen=True, slots=True)
class _Row:
    at: datetime
    value: float
    timestamp: str  # as written
    written: str


class _BadLine(ValueError):
    """What is wrong with a line, and what to do about it."""


def run(options: argparse.Namespace) -> int:
    """Judge each line as it comes; lines that can't be read are told and left out."""
    reader = _Reader()
    with _opened(options.file) as source:
        rows = reader.rows(source)
        ahead = list(islice(rows, _AHEAD))
        if not ahead:
            raise CommandError(
                f"no line of {options.file} has a timestamp and a value: "
                "give a CSV file with lines such as 2026-03-02 14:05:00,17"
            )
        _write(chain(ahead, rows), _interval(ahead))
    return PARTLY if reader.bad else 0


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    if file == "-":
        yield sys.stdin
        return
    try:
        with Path(file).open(encoding="utf-8-sig", errors="replace", newline="") as source:
            yield source
    except OSError as fault:
        raise CommandError(f"cannot read {file}: {fault.strerror}") from fault


def _interval(rows: list[_Row]) -> float:
    """Seconds between two lines, as most of the first have it."""
    gaps = [(after.at - before.at).total_seconds() for before, after in pairwise(rows)]
    forward = [gap for gap in gaps if gap > 0]
    return median(forward) if forward else _DEFAULT_INTERVAL


def _write(rows: Iterable[_Row], interval: float) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["timestamp", "value", "anomaly_score", "alarm"])
    state = Baseline.start(interval)
    for row in rows:
        state, signal = observe(state, row.at, row.value)
        out.writerow([row.timestamp, row.written, f"{signal.score:.6f}", int(signal.alarm)])
        sys.stdout.flush()


class _Reader:
    """Lines to rows; tells and counts the bad ones."""

    def __init__(self) -> None:
        self.bad = 0
        self._line = 0
        self._last: datetime | None = None

    def rows(self, source: TextIO) -> Iterator[_Row]:
        for line in source:
            self._line += 1
            text = line.removeprefix("\ufeff").strip()
            if not text or (self._line == 1 and _is_header(text)):
                continue
            try:
                row = _row(text)
                self._in_order(row)
            except _BadLine as fault:
                self._tell(str(fault))
            else:
                yield row

    def _in_order(self, row: _Row) -> None:
        """An hour that comes twice when summer time ends is let pass."""
        last = self._last or row.at
        if row.at < last - timedelta(hours=1):
            raise _BadLine("the time goes back: sort the file by timestamp")
        self._last = max(row.at, last)

    def _tell(self, fault: str) -> None:
        self.bad += 1
        print(f"ildsjel: line {self._line} left out: {fault}", file=sys.stderr)


def _is_header(text: str) -> bool:
    """A first line without any digit names the columns."""
    return not any(sign.isdigit() for sign in text)


def _row(text: str) -> _Row:
    try:
        cells = [cell.strip() for cell in next(csv.reader([text], delimiter=_delimiter(text)))]
    except csv.Error as fault:
        raise _BadLine(f"it is no CSV ({fault}): write timestamp,value") from fault
    if len(cells) < 2:
        raise _BadLine("it has one column: write timestamp,value")
    return _Row(_time(cells[0]), _value(cells[1]), cells[0], cells[1])


def _delimiter(text: str) -> str:
    return next((sign for sign in ";\t" if sign in text), ",")


def _value(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise _BadLine(f"{text[:40]!r} is no count: write a number from 0 on, such as 17")
    return value


def _time(text: str) -> datetime:
    """Times without an offset are taken as they stand: as local hours, all in one zone."""
    found = _iso(text) or _epoch(text) or _other(text)
    if found is None:
        raise _BadLine(f"{text[:40]!r} is no time that is known here: {_REMEDY_TIME}")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    if text.isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _epoch(text: str) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970, told apart by their size."""
    try:
        number = float(text)
        for size in (1.0, 1e3, 1e6):
            if 1e8 <= number / size < 1e10:
                return datetime.fromtimestamp(number / size, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _other(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(f"{text} +0000", f"{form} %z")
        except ValueError:
            continue
    return None
