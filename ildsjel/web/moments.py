"""Moments as people say them: how long ago while it is fresh, then the time, then the day."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _


def spoken(at: datetime, now: datetime) -> str:
    """`at` in a few words, seen from `now` (both aware), on the clock of the current time zone."""
    ago = now - at
    if timedelta(0) <= ago < timedelta(minutes=1):
        return _("Just now")
    if timedelta(0) <= ago < timedelta(hours=1):
        minutes = int(ago / timedelta(minutes=1))
        return ngettext("%(n)s min ago", "%(n)s min ago", minutes) % {"n": minutes}
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    return _day(local, (local.date() - today).days, local.year == today.year)


def _day(local: datetime, days: int, same_year: bool) -> str:
    clock = date_format(local, "H:i")
    near = {0: clock, -1: _("Yesterday %(time)s"), 1: _("Tomorrow %(time)s")}
    if days in near:
        return near[days] % {"time": clock} if days else clock
    return date_format(local, _("j M H:i") if same_year else _("j M Y"))


def exact(at: datetime) -> str:
    """The day and the minute with the zone, for the one who wants to know."""
    return _exact(at, get_language() or "", timezone.get_current_timezone_name())


# The same moments stand on every page of a list: writing them out is a tenth of making it.
@lru_cache(maxsize=20_000)
def _exact(at: datetime, language: str, zone: str) -> str:
    return date_format(timezone.localtime(at), _("l j F Y H:i:s T"))
