"""What a promise of answer asks of the opening hours and of those who keep it."""

from datetime import time

from ildsjel.engine.plan.document import Promise, Week

LOOK_MINUTES = 3  # what it takes to look in and see whether anything waits: a careful guess
WEEK = 7 * 24 * 60


def open_minutes(week: Week) -> int:
    """Minutes a week in which somebody is there."""
    return sum(until - since for since, until in _stretches(week))


def longest_closed(week: Week) -> int:
    """The longest stretch of minutes in which nobody is there; a week where nobody ever is."""
    stretches = _stretches(week)
    if not stretches:
        return WEEK
    first = stretches[0][0] + WEEK
    begins = [since for since, _ in stretches[1:]] + [first]
    return max(begin - until for (_, until), begin in zip(stretches, begins, strict=True))


def looking_hours_a_month(promise: Promise) -> float:
    """Hours a month that go with looking in often enough: once each promised time while open."""
    looks = open_minutes(promise.hours) / max(promise.minutes or 1, 1)
    return looks * LOOK_MINUTES / 60 * 52 / 12


def _stretches(week: Week) -> list[tuple[int, int]]:
    """Open time as minutes of the week, in order, joined where it touches."""
    found: list[tuple[int, int]] = []
    for day, intervals in enumerate(week):
        for start, end in sorted(intervals):
            since, until = day * 1440 + _minutes(start), day * 1440 + (_minutes(end) or 1440)
            if found and since <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], until))
            else:
                found.append((since, until))
    return found


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
