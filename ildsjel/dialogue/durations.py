"""Promised times as people write them: "2 h", "90", "1 h 30 min", "1,5 t"."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST = 30 * 24 * 60  # minutes
_HOURS = r"h|hrs?|hours?|t|tim(?:e|er|mar|me|mer)?"
_MINUTES = r"m|min|mins|minutes?|minutter|minuter"
_BOTH = re.compile(
    rf"(?:(?P<hours>\d{{1,4}}(?:[.,]\d{{1,2}})?)\s*(?:{_HOURS})\.?)?\s*(?:(?P<minutes>\d{{1,5}})\s*(?:{_MINUTES})?\.?)?"
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")


class DurationUnclear(ValueError):
    """A length of time that cannot be read; the message says what to write instead."""


def parse_minutes(text: str) -> int:
    """Read a promised time in whole minutes of opening hours, from 1 to 30 days' worth.

    A number alone is minutes. Raises `DurationUnclear`.
    """
    plain = " ".join(text.split()).casefold()
    minutes = _read(plain)
    if minutes is None:
        raise DurationUnclear(_("Write minutes or hours, as 45 min, 2 h or 1 h 30 min."))
    if not 1 <= minutes <= LONGEST:
        raise DurationUnclear(_("Promise something between 1 minute and 720 opening hours."))
    return minutes


def _read(plain: str) -> int | None:
    if clock := _CLOCK.fullmatch(plain):
        return int(clock[1]) * 60 + int(clock[2])
    found = _BOTH.fullmatch(plain)
    if found is None or not (found["hours"] or found["minutes"]):
        return None
    hours = float((found["hours"] or "0").replace(",", "."))
    return round(hours * 60) + int(found["minutes"] or 0)


def format_minutes(minutes: int) -> str:
    """As "45 min" or "1 h 30 min", in the current language; `parse_minutes` reads all of them."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(hours)s h") % {"hours": hours}] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)


def duration_words(minutes: int) -> str:
    """A length of time in the largest unit that says it whole."""
    if minutes and minutes % 60 == 0:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
