"""As much of an archive as there is time for, spread evenly over its days: for questions that are
answered while somebody waits. Knows no Django.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ildsjel.listening.archive.days import days, files_of, gone_in, without
from ildsjel.listening.archive.reading import Piece, pieces_of

_AT_ONCE = 8_192  # posts between two looks at the clock


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a day that has so many `posts`. `details` gives rows of the part by their
    numbers with all columns, and None in the place of what was deleted."""

    day: date
    posts: int
    rows: pa.Table
    details: Callable[[Sequence[int]], list[dict[str, Any] | None]]


def spread(
    folder: Path,
    wanted: Sequence[date],
    columns: Sequence[str],
    *,
    seconds: float,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Part]:
    """Rows of these days, some of each day before more of any; days far apart come first, so that
    those that were reached in time stand for all. At least one part is read.

    Ends when `seconds` are over, or `stop` says so. What was deleted since the last night is still
    among the rows. Memory: these columns of one row group.
    """
    until = time.monotonic() + seconds
    for day, posts, piece, turn in _in_rounds(folder, wanted):
        step = _turns(piece)
        with pq.ParquetFile(piece.path) as file:
            rows = file.read_row_group(piece.group, columns=list(columns))
        numbers = pa.array(range(turn, len(rows), step), pa.int64())
        part = rows.take(numbers) if step > 1 else rows
        yield Part(
            day, posts, part.replace_schema_metadata(None), partial(_details, piece, numbers)
        )
        if time.monotonic() > until or stop():
            return


def latest_days(folder: Path, most: int) -> list[date]:
    """The last days of which there is anything, the first of them first."""
    return days(folder)[-most:]


def far_apart(count: int) -> list[int]:
    """0 to count - 1 in such an order that any beginning of it is spread evenly."""
    bits = max(count - 1, 1).bit_length()
    reversed_bits = (int(f"{number:0{bits}b}"[::-1], 2) for number in range(1 << bits))
    return [number for number in reversed_bits if number < count]


def _in_rounds(folder: Path, wanted: Sequence[date]) -> Iterator[tuple[date, int, Piece, int]]:
    """Turns of each day's pieces: the first one of every day, then the second ones, and so on."""
    left: list[tuple[date, int, Iterator[tuple[Piece, int]]]] = []
    for number in far_apart(len(wanted)):
        found = [piece for path in files_of(folder, wanted[number]) for piece in pieces_of(path)]
        if found:
            day, posts, turns = wanted[number], sum(each.rows for each in found), _in_turn(found)
            left.append((day, posts, turns))
            yield day, posts, *next(turns)
    while left:
        going = []
        for day, posts, turns in left:
            if turn := next(turns, None):
                going.append((day, posts, turns))
                yield day, posts, *turn
        left = going


def _in_turn(found: Sequence[Piece]) -> Iterator[tuple[Piece, int]]:
    """A turn of each piece before another one of any, beginning in the middle of the day."""
    order = [found[(number + len(found) // 2) % len(found)] for number in far_apart(len(found))]
    most = max(map(_turns, found))
    return ((piece, turn) for turn in range(most) for piece in order if turn < _turns(piece))


def _turns(piece: Piece) -> int:
    """In how many turns a piece is read; each takes every so manieth post of it."""
    return -(-piece.rows // _AT_ONCE) or 1


def _details(piece: Piece, read: pa.Array, numbers: Sequence[int]) -> list[dict[str, Any] | None]:
    with pq.ParquetFile(piece.path) as file:
        whole = file.read_row_group(piece.group).replace_schema_metadata(None)
    rows = whole.take(read.take(pa.array(numbers, pa.int64())))
    placed = rows.append_column("place", pa.array(range(len(rows)), pa.int64()))
    left = without(placed, gone_in(piece.path.parent.parent)).to_pylist()
    found: list[dict[str, Any] | None] = [None] * len(rows)
    for row in left:
        found[row.pop("place")] = row
    return found
