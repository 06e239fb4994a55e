"""Opening hours as people write them: "08:00–15:30, 17:00–19:00", "8-16", "closed", "all day"."""

import re
from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

Intervals = list[list[str]]

ALL_DAY: Intervals = [["00:00", "24:00"]]
END_OF_DAY = 24 * 60
_CLOSED = {"", "-", "–", "closed", "stengt", "stängt", "lukket"}
_ALWAYS = {
    *("24", "24 h", "24h", "24 t", "all day", "hele dagen", "hela dagen"),
    *("døgnet rundt", "døgnåpent", "døgnåbent", "dygnet runt"),
}
_BETWEEN = re.compile(r"\s*(?:[,;/&+\n]|\b(?:and|og|och)\b)\s*")
_UNTIL = re.compile(r"\s*(?:[-–—−]|\b(?:to|til|till|until)\b)\s*")
_TIME = re.compile(
    r"(?:(?:kl|at|from|fra|från)\.?\s*)?(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*(?:h|t)?"
)


class HoursUnclear(ValueError):
    """Opening hours that cannot be read; the message says which part, in the reader's language."""


def parse_hours(text: str) -> Intervals:
    """Read one day's opening hours as [["08:00", "15:30"], …], in order; empty means closed.

    Midnight at the end of a day is "24:00", also where "00:00" was written as an end.
    Raises `HoursUnclear`.
    """
    plain = " ".join(text.split()).casefold().rstrip(".")
    if plain in _CLOSED:
        return []
    if plain in _ALWAYS:
        return [list(pair) for pair in ALL_DAY]
    pairs = sorted(_interval(part) for part in _BETWEEN.split(plain) if part)
    for (start, end), (following, last) in pairwise(pairs):
        if following < end:
            raise HoursUnclear(
                _("%(one)s and %(other)s overlap.")
                % {"one": _shown(start, end), "other": _shown(following, last)}
            )
    return [[_clock(start), _clock(end)] for start, end in pairs]


def format_hours(intervals: Sequence[Sequence[str]]) -> str:
    """One day's opening hours as text that `parse_hours` reads again; "" for a closed day."""
    return ", ".join(f"{start}–{end}" for start, end in intervals)


def _interval(part: str) -> tuple[int, int]:
    ends = _UNTIL.split(part)
    if len(ends) != 2:
        raise HoursUnclear(
            _("“%(part)s” is not a time from and until. Write it as 08:00–15:30.") % {"part": part}
        )
    start, end = _minutes(ends[0]), _minutes(ends[1])
    end = end or END_OF_DAY
    if start >= END_OF_DAY:
        raise HoursUnclear(_("A day's opening hours begin before 24:00."))
    if end <= start:
        raise HoursUnclear(
            _("%(hours)s ends before it begins. Hours past midnight belong to the next day.")
            % {"hours": _shown(start, end)}
        )
    return start, end


def _minutes(text: str) -> int:
    """Minutes since midnight."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise HoursUnclear(
            _("“%(text)s” is not a time of day. Write it as 08:00.") % {"text": text}
        )
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or hour * 60 + minute > END_OF_DAY:
        raise HoursUnclear(_("There is no time %(time)s in a day.") % {"time": text.strip()})
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _shown(start: int, end: int) -> str:
    return f"{_clock(start)}–{_clock(end)}"
