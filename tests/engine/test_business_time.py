"""Opening hours: fixed cases people can check by hand, and laws that hold for any calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ildsjel.engine.business_time import (
    Calendar,
    Interval,
    always_open,
    due_at,
    is_open,
    next_opening,
    seconds_between,
)

OSLO = ZoneInfo("Europe/Oslo")
OFFICE: tuple[Interval, ...] = ((time(8), time(15, 30)),)
WEEK = (OFFICE,) * 5 + ((), ())
ALL_DAY: tuple[Interval, ...] = ((time(0), time(0)),)
NEVER = Calendar("Europe/Oslo", ((),) * 7)


def oslo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO)  # type: ignore[misc,arg-type]


def test_friday_afternoon_runs_over_to_monday() -> None:
    due = due_at(Calendar("Europe/Oslo", WEEK), oslo(2026, 11, 20, 15, 0), 3600)
    assert due == oslo(2026, 11, 23, 8, 30)


def test_a_limit_that_ends_at_closing_time_is_due_then_and_not_next_morning() -> None:
    due = due_at(Calendar("Europe/Oslo", WEEK), oslo(2026, 11, 19, 14, 30), 3600)
    assert due == oslo(2026, 11, 19, 15, 30)


def test_lunch_break_does_not_count() -> None:
    day: tuple[Interval, ...] = ((time(9), time(11, 30)), (time(12), time(16)))
    calendar = Calendar("Europe/Oslo", (day,) * 7)
    assert due_at(calendar, oslo(2026, 1, 5, 11), 3600) == oslo(2026, 1, 5, 12, 30)
    assert seconds_between(calendar, oslo(2026, 1, 5, 0), oslo(2026, 1, 6, 0)) == 6.5 * 3600


def test_holiday_is_closed_unless_an_override_opens_it() -> None:
    day = date(2026, 5, 17)
    closed = Calendar("Europe/Oslo", (OFFICE,) * 7, holidays=frozenset({day}))
    opened = Calendar(
        "Europe/Oslo", (OFFICE,) * 7, {day: ((time(10), time(12)),)}, frozenset({day})
    )
    assert not is_open(closed, oslo(2026, 5, 17, 11))
    assert is_open(opened, oslo(2026, 5, 17, 11))
    assert next_opening(closed, oslo(2026, 5, 17, 11)) == oslo(2026, 5, 18, 8)
    assert not is_open(opened, oslo(2026, 5, 17, 12))


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)]
)
def test_days_have_as_many_hours_as_they_have(day: tuple[int, int, int], hours: int) -> None:
    start = oslo(*day)
    calendar = Calendar("Europe/Oslo", (ALL_DAY,) * 7)
    assert seconds_between(calendar, start, oslo(day[0], day[1], day[2] + 1)) == hours * 3600


def test_an_opening_in_the_hour_that_the_clock_skips_begins_when_it_jumps() -> None:
    night: tuple[Interval, ...] = ((time(2, 30), time(4)),)
    calendar = Calendar("Europe/Oslo", (night,) * 7)
    opening = next_opening(calendar, oslo(2026, 3, 29, 0))
    assert opening == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert seconds_between(calendar, oslo(2026, 3, 29, 0), oslo(2026, 3, 30, 0)) == 3600


def test_an_interval_wholly_in_the_skipped_hour_does_not_exist() -> None:
    night: tuple[Interval, ...] = ((time(2, 10), time(2, 50)),)
    calendar = Calendar("Europe/Oslo", (night,) * 7)
    assert seconds_between(calendar, oslo(2026, 3, 29, 0), oslo(2026, 3, 30, 0)) == 0


def test_a_calendar_that_never_opens_says_so() -> None:
    start = oslo(2026, 1, 1)
    assert due_at(NEVER, start, 1) is None
    assert next_opening(NEVER, start) is None
    assert seconds_between(NEVER, start, start + timedelta(days=3000)) == 0


def test_a_closure_longer_than_400_days_gives_up_and_a_shorter_one_does_not() -> None:
    start = oslo(2026, 1, 1)
    for days, found in ((390, True), (410, False)):
        only = Calendar("Europe/Oslo", ((),) * 7, {(start + timedelta(days=days)).date(): OFFICE})
        assert (due_at(only, start, 60) is not None) is found
        assert (next_opening(only, start) is not None) is found


def test_the_end_of_time_is_no_crash() -> None:
    late = datetime(9999, 12, 20, tzinfo=UTC)
    assert due_at(always_open(), late, 1e9) is None


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_nonsense_limits_are_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="time limit"):
        due_at(always_open(), oslo(2026, 1, 1), seconds)


def test_bad_calendars_are_refused_in_plain_words() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Calendar("Europe/Atlantis", WEEK)
    with pytest.raises(ValueError, match="seven days"):
        Calendar("Europe/Oslo", WEEK[:6])
    with pytest.raises(ValueError, match="15:00 to 09:00"):
        Calendar("Europe/Oslo", ((((time(15), time(9))),),) * 7)


MINUTES = st.integers(0, 24 * 60)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, ...]:
    edges = sorted(draw(st.sets(MINUTES, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple((_clock(a), _clock(b)) for a, b in pairs)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


DAYS = st.dates(date(2025, 12, 1), date(2027, 1, 31))
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CALENDARS = st.builds(
    Calendar,
    timezone=st.sampled_from(["Europe/Oslo", "Atlantic/Azores", "America/Havana", "UTC"]),
    weekly=st.tuples(*[intervals()] * 7),
    overrides=st.dictionaries(DAYS, intervals(), max_size=5),
    holidays=st.frozensets(DAYS, max_size=5),
)


@settings(max_examples=300, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 400 * 3_600_000_000))
def test_due_at_and_seconds_between_invert_each_other(
    calendar: Calendar, start: datetime, micros: int
) -> None:
    seconds = micros / 1_000_000
    due = due_at(calendar, start, seconds)
    if due is None:
        assert next_opening(calendar, start + timedelta(days=420)) is None
        return
    assert seconds_between(calendar, start, due) == seconds
    assert seconds_between(calendar, start, due - timedelta(microseconds=1)) < seconds


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_open_time_agrees_with_looking_at_the_wall_clock(
    calendar: Calendar, start: datetime, length: timedelta
) -> None:
    minute = timedelta(minutes=1)
    start = start.replace(second=0, microsecond=0)
    steps = length // minute
    looked = sum(_open_on_the_wall(calendar, start + i * minute) for i in range(steps))
    counted = seconds_between(calendar, start, start + steps * minute) / 60
    # In the hour that is shown twice, we stay open from the first opening to the last closing.
    assert looked == pytest.approx(counted, abs=_shown_twice(calendar, start, length))


def _open_on_the_wall(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar.timezone))
    clock = local.time()
    return any(
        start <= clock and (clock < end or end == time(0))
        for start, end in calendar.day(local.date())
    )


def _shown_twice(calendar: Calendar, start: datetime, length: timedelta) -> int:
    zone = ZoneInfo(calendar.timezone)
    before, after = start.astimezone(zone), (start + length).astimezone(zone)
    return 60 if (before.utcoffset() or length) > (after.utcoffset() or length) else 0


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS)
def test_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opening = next_opening(calendar, at)
    if opening is not None:
        assert is_open(calendar, opening)
        assert seconds_between(calendar, at, opening) == 0
