"""Periods that the overview counts in: their steps, the period before, and how an address names
them.

A place in time in an address is a day (2026-11-20) or an hour (2026-11-20T13) on the organisation's
own clock; as an end it includes the day or hour that it names.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTHS = {"24h": 1, "7d": 7, "28d": 28}  # days
USUAL = "28d"
LONGEST = 366  # days
HOURS_UP_TO = 2  # days; longer periods are counted by day
DAYS_UP_TO = 92  # days; longer ones by week
BEFORE = "before"
REST = "rest"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first of `edges` until before the last one, in steps of `step` ("hour", "day" or
    "week"). Edges are aware times on the organisation's clock. `until`: how far it has come."""

    name: str
    step: str
    edges: tuple[datetime, ...]
    until: datetime

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        return self.edges[-1]

    @property
    def steps(self) -> list[tuple[datetime, datetime]]:
        return list(zip(self.edges, self.edges[1:], strict=False))

    @property
    def counted_to(self) -> datetime:
        """Its end: the last second that has come belongs to it. Of a period before another, as far
        as that one has come."""
        return self.until if self.name == BEFORE else self.end

    def step_of(self, at: datetime) -> int:
        """The number of the step in which a moment of the period lies."""
        return bisect_right(self.edges, at) - 1


def read_period(given: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Period:
    """What an address asks for: `period` (24h, 7d, 28d) or own dates in `start` and `end`.

    What can't be read gives the usual period; dates the wrong way round are turned, and one that
    is too long keeps its newest days.
    """
    chosen = own_period(given.get("start", ""), given.get("end", ""), zone, now)
    if chosen is not None:
        return chosen
    here = now.astimezone(zone)
    name = given.get("period", USUAL)
    if name == "24h":
        return _hours(here.replace(minute=0, second=0, microsecond=0), now)
    days = LENGTHS.get(name, LENGTHS[USUAL])
    name = name if name in LENGTHS else USUAL
    return _days(name, here.date() - (days - 1) * DAY, here.date(), zone, now)


def own_period(start: str, end: str, zone: ZoneInfo, now: datetime) -> Period | None:
    """From the first until the last day that are named; None where one of them is no day."""
    first, last = _day(start), _day(end)
    if first is None or last is None:
        return None
    return _own(min(first, last), max(first, last), zone, now)


def before(period: Period) -> Period:
    """The period of the same length that ends where this one begins.

    It has come as far as this one has: a day that is half over is compared with half a day.
    """
    zone = period.start.tzinfo
    if period.step == "hour":
        back = period.end - period.start
        edges = tuple((edge.astimezone(UTC) - back).astimezone(zone) for edge in period.edges)
    else:
        length = period.end.date() - period.start.date()
        edges = tuple(_at(edge.date() - length, zone) for edge in period.edges)
    gone = period.until - period.start
    return Period(BEFORE, period.step, edges, min(edges[0] + gone, period.start))


def stretches(period: Period) -> list[tuple[str, datetime, datetime]]:
    """The period cut into whole days ("day"), whole hours ("hour") and what is left (`REST`)."""
    end = period.counted_to
    here = end.astimezone(period.start.tzinfo)
    hour = here.replace(minute=0, second=0, microsecond=0)
    day = period.start if period.step == "hour" else _at(here.date(), here.tzinfo)
    edges = [("day", period.start, day), ("hour", day, hour), (REST, hour, end)]
    return [each for each in edges if each[1] < each[2]]


def place(at: datetime, step: str) -> str:
    """How an address names the step that begins at this moment."""
    return f"{at:%Y-%m-%dT%H}" if step == "hour" else f"{at:%Y-%m-%d}"


def last_place(end: datetime, step: str) -> str:
    """How an address names the last hour or day before `end`."""
    if step == "hour":
        return place((end.astimezone(UTC) - HOUR).astimezone(end.tzinfo), step)
    return f"{end.date() - DAY:%Y-%m-%d}"


def read_place(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """The moment that an address names; as an `end`, the one after its day or hour."""
    day, _, hour = text.partition("T")
    named = _day(day)
    if named is None or (hour and not (hour.isdecimal() and len(hour) == 2 and int(hour) < 24)):
        return None
    if not hour:
        return _at(named + DAY if end else named, zone)
    at = datetime.combine(named, time(int(hour)), zone)
    return (at.replace(fold=1).astimezone(UTC) + HOUR).astimezone(zone) if end else at


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _at(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone)


def _hours(hour: datetime, now: datetime, count: int = 24) -> Period:
    zone, start = hour.tzinfo, hour.astimezone(UTC) - (count - 1) * HOUR
    edges = tuple((start + number * HOUR).astimezone(zone) for number in range(count + 1))
    return Period("24h", "hour", edges, min(now, edges[-1]))


def _own(first: date, last: date, zone: ZoneInfo, now: datetime) -> Period:
    first = max(first, last - (LONGEST - 1) * DAY)
    if (last - first).days >= HOURS_UP_TO:
        return _days("own", first, last, zone, now)
    start, end = _at(first, zone), _at(last + DAY, zone)
    count = int((end.astimezone(UTC) - start.astimezone(UTC)) / HOUR)
    hours = tuple((start.astimezone(UTC) + n * HOUR).astimezone(zone) for n in range(count + 1))
    return Period("own", "hour", hours, max(start, min(now, end)))


def _days(name: str, first: date, last: date, zone: ZoneInfo, now: datetime) -> Period:
    weekly = (last - first).days >= DAYS_UP_TO
    each = 7 if weekly else 1
    begin = first - first.weekday() * DAY if weekly else first
    count = ((last - begin).days + each) // each
    edges = tuple(_at(begin + number * each * DAY, zone) for number in range(count + 1))
    until = max(edges[0], min(now, edges[-1]))
    return Period(name, "week" if weekly else "day", edges, until)
