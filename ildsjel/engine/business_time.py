"""Opening hours as a clock: when a promise falls due, and how much open time has passed.

Opening times are written as people say them, in local time, and turned into UTC before anything is
added or subtracted, so that days of 23 and 25 hours come out right. All arithmetic is in whole
microseconds: `due_at` and `seconds_between` invert each other exactly.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import isfinite
from zoneinfo import ZoneInfo

Interval = tuple[time, time]  # from, until; an end of 00:00 means midnight at the end of the day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MIDNIGHT = time(0, 0)
_BLOCK_DAYS = 28
_LONGEST_CLOSURE = timedelta(days=400) // _MICROSECOND
_LAST_BLOCK = date.max.toordinal() // _BLOCK_DAYS - 1


@dataclass(frozen=True, slots=True)
class _Block:
    """Four weeks of open time in UTC microseconds; `before[i]` is what was open before piece i."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]

    def open_until(self, at: int) -> int:
        """Open microseconds of this block that lie before `at`."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        return self.before[i] + min(at, self.ends[i]) - self.starts[i]

    def reached(self, amount: int) -> int:
        """The first moment at which `amount` (more than 0) of this block's open time has passed."""
        i = bisect_left(self.before, amount) - 1
        return self.starts[i] + amount - self.before[i]

    @property
    def total(self) -> int:
        return self.before[-1]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody is there to answer.

    `weekly` holds seven days, Monday first, each with any number of intervals. `overrides` replace
    the whole of a day (no intervals: closed) and beat `holidays`, on which nobody is there.
    Raises ValueError for an unknown time zone, a week without seven days, or a reversed interval.
    """

    timezone: str
    weekly: tuple[tuple[Interval, ...], ...]
    overrides: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict, hash=False)
    holidays: frozenset[date] = frozenset()
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _zone(self.timezone)
        if len(self.weekly) != 7:
            raise ValueError(f"A week has seven days; these opening hours have {len(self.weekly)}.")
        for intervals in (*self.weekly, *self.overrides.values()):
            _check_intervals(intervals)

    def day(self, day: date) -> tuple[Interval, ...]:
        """The local opening intervals of one date, exceptions counted in."""
        if day in self.overrides:
            return self.overrides[day]
        return () if day in self.holidays else self.weekly[day.weekday()]


def always_open(timezone: str = "UTC") -> Calendar:
    """A calendar for desks that answer at any hour."""
    return Calendar(timezone, (((_MIDNIGHT, _MIDNIGHT),),) * 7)


def due_at(calendar: Calendar, start: datetime, seconds: float) -> datetime | None:
    """The first moment (UTC) at which `seconds` of open time have passed since `start`.

    None where the calendar stays closed for more than 400 days on end, or the date would lie beyond
    what a date can hold. Raises ValueError for a negative or endless number of seconds.
    """
    if not isfinite(seconds) or seconds < 0:
        raise ValueError("A time limit must be zero or a positive number of seconds.")
    begin = _micros(start)
    wanted = round(seconds * 1_000_000)
    if wanted == 0:
        return _moment(begin)
    last_open = begin
    for block in _blocks_from(calendar, start):
        passed = block.open_until(begin)
        if block.total > passed and block.reached(passed + 1) - last_open > _LONGEST_CLOSURE:
            return None
        if block.total - passed >= wanted:
            return _moment(block.reached(passed + wanted))
        wanted -= block.total - passed
        last_open = max(last_open, block.ends[-1]) if block.ends else last_open
    return None


def seconds_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Open seconds from `start` to `end`; negative where `end` comes first."""
    if end < start:
        return -seconds_between(calendar, end, start)
    begin, finish = _micros(start), _micros(end)
    numbers = range(_number(calendar, start), _number(calendar, end) + 1)
    blocks = (_block(calendar, number) for number in numbers)
    return sum(block.open_until(finish) - block.open_until(begin) for block in blocks) / 1_000_000


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether somebody is there at this moment (the closing moment itself is closed)."""
    block = _block(calendar, _number(calendar, at))
    moment = _micros(at)
    i = bisect_right(block.starts, moment) - 1
    return i >= 0 and moment < block.ends[i]


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """`at` itself (in UTC) where it is open, else the next moment that is; None past 400 days."""
    moment = _micros(at)
    if is_open(calendar, at):
        return _moment(moment)
    for block in _blocks_from(calendar, at):
        i = bisect_left(block.starts, moment)
        if i < len(block.starts):
            start = block.starts[i]
            return _moment(start) if start - moment <= _LONGEST_CLOSURE else None
    return None


def _check_intervals(intervals: Sequence[Interval]) -> None:
    for start, end in intervals:
        if end != _MIDNIGHT and end <= start:
            raise ValueError(
                f"Opening hours must end after they begin: {start:%H:%M} to {end:%H:%M}."
            )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone called “{name}”.") from error


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None


def _number(calendar: Calendar, at: datetime) -> int:
    return at.astimezone(ZoneInfo(calendar.timezone)).toordinal() // _BLOCK_DAYS


def _blocks_from(calendar: Calendar, start: datetime) -> Iterator[_Block]:
    """The blocks from `start` on, until the calendar has been closed for longer than we look."""
    empty = 0
    for number in range(_number(calendar, start), _LAST_BLOCK + 1):
        block = _block(calendar, number)
        empty = 0 if block.starts else empty + 1
        if empty * _BLOCK_DAYS > 400 + 2 * _BLOCK_DAYS:
            return
        yield block


def _block(calendar: Calendar, number: int) -> _Block:
    block = calendar._blocks.get(number)
    if block is None:
        block = calendar._blocks[number] = _build(calendar, number)
    return block


def _build(calendar: Calendar, number: int) -> _Block:
    zone = ZoneInfo(calendar.timezone)
    first = max(number * _BLOCK_DAYS, 1)
    days = (date.fromordinal(first + i) for i in range((number + 1) * _BLOCK_DAYS - first))
    pieces = _merged(piece for day in days for piece in _pieces(calendar, zone, day))
    lengths = [end - start for start, end in pieces]
    return _Block(
        tuple(start for start, _ in pieces),
        tuple(end for _, end in pieces),
        tuple(accumulate(lengths, initial=0)),
    )


def _pieces(calendar: Calendar, zone: ZoneInfo, day: date) -> Iterator[tuple[int, int]]:
    for start, end in sorted(calendar.day(day)):
        begin = _to_utc(datetime.combine(day, start), zone)
        if end == _MIDNIGHT:
            finish = _to_utc(datetime.combine(day + timedelta(days=1), end), zone)
        else:
            # Where the clock shows a time twice, people stay until the second one.
            finish = _to_utc(datetime.combine(day, end).replace(fold=1), zone)
        if begin < finish:
            yield begin, finish


def _merged(pieces: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in pieces:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _to_utc(wall: datetime, zone: ZoneInfo) -> int:
    """UTC microseconds of a wall-clock time; a skipped one becomes the moment of the jump."""
    aware = wall.replace(tzinfo=zone)
    moment = _micros(aware)
    if _exists(wall, moment, zone):
        return moment
    other = _micros(aware.replace(fold=1 - wall.fold))
    return _jump(min(moment, other), max(moment, other), zone)


def _exists(wall: datetime, moment: int, zone: ZoneInfo) -> bool:
    shown = (_EPOCH + timedelta(microseconds=moment)).astimezone(zone)
    return shown.replace(tzinfo=None) == wall


def _jump(before: int, after: int, zone: ZoneInfo) -> int:
    """The moment between two others at which the zone's offset changes, to the microsecond."""
    offset = (_EPOCH + before * _MICROSECOND).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if (_EPOCH + middle * _MICROSECOND).astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
