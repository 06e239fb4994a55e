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
    zone = timezone.get_current_timezone()
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    same_year = local.year == today.year
    return _day(local.replace(tzinfo=None), days, same_year, get_language() or "")


# The same moments stand on every page of a list: writing them out is a good part of making it.
@lru_cache(maxsize=20_000)
def _day(local: datetime, days: int, same_year: bool, _language: str) -> str:
    """The words for a naive local time: aware ones are alike in all zones, and their words not."""
    clock = date_format(local, "H:i")
    near = {0: clock, -1: _("Yesterday %(time)s"), 1: _("Tomorrow %(time)s")}
    if days in near:
        return near[days] % {"time": clock} if days else clock
    return date_format(local, _("j M H:i") if same_year else _("j M Y"))


def exact(at: datetime) -> str:
    """The day and the minute with the zone, for the one who wants to know."""
    return _exact(at, get_language() or "", timezone.get_current_timezone_name())


@lru_cache(maxsize=20_000)
def _exact(at: datetime, language: str, zone: str) -> str:
    return date_format(timezone.localtime(at), _("l j F Y H:i:s T"))
