"""What the overview looks at, as its address says: a period, another beside it, and watches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ildsjel.listening.models import Watch
from ildsjel.listening.periods import (
    BEFORE,
    Period,
    before,
    last_place,
    own_period,
    place,
    read_period,
)
from ildsjel.listening.queries import watches
from ildsjel.organisation.models import utc_now
from ildsjel.organisation.pages import MemberRequest, address


@dataclass(frozen=True, slots=True)
class Sight:
    """The period and the one it is compared with (that before it, unless another was chosen), the
    watches chosen and all of them."""

    request: MemberRequest
    period: Period
    earlier: Period
    chosen: list[Watch]
    watches: list[Watch]

    def posts(self, **more: object) -> str:
        """The address of the posts of this period, narrowed further."""
        usual: dict[str, object] = {
            "start": place(self.period.start, self.period.step),
            "end": last_place(self.period.end, self.period.step),
        }
        if self.chosen:
            usual["watch"] = [watch.pk for watch in self.chosen]
        here = address(self.request.member, "listening:mentions")
        return f"{here}?{urlencode(usual | more, doseq=True)}"

    def own(self, **more: object) -> str:
        """The query part of this page's own address, with other values for some names."""
        kept: dict[str, object] = {}
        if "period" not in more:
            kept |= {"period": self.period.name} if self.period.name != "own" else self.dates
            kept |= self.other_dates
        if self.chosen:
            kept["watch"] = [watch.pk for watch in self.chosen]
        return urlencode(kept | more, doseq=True)

    @property
    def dates(self) -> dict[str, str]:
        """The first and the last day of the period, for the fields of the form."""
        return _dates(self.period, "start", "end")

    @property
    def other_dates(self) -> dict[str, str]:
        """Those of the period that was chosen to compare with."""
        return {} if self.earlier.name == BEFORE else _dates(self.earlier, "start2", "end2")

    @property
    def other(self) -> str:
        """What the period compared with is called."""
        if self.earlier.name == BEFORE:
            return _("Period before")
        first, last = self.earlier.start, datetime.fromisoformat(self.other_dates["end2"])
        return " – ".join(date_format(day, _("j M")) for day in (first, last))

    @property
    def as_long(self) -> bool:
        """Whether both periods are of one length: then their counts compare as they are."""
        mine, other = self.period, self.earlier
        return (len(mine.edges), mine.step) == (len(other.edges), other.step)


def _dates(period: Period, start: str, end: str) -> dict[str, str]:
    return {start: f"{period.start:%Y-%m-%d}", end: last_place(period.end, "day")}


def sight_of(request: MemberRequest) -> Sight:
    """What this request asks to look at. A watch that is not there is a page that is not there."""
    zone = ZoneInfo(request.member.organisation.timezone)
    given: dict[str, Any] = request.GET.dict()
    period = read_period(given, zone, utc_now())
    other = own_period(given.get("start2", ""), given.get("end2", ""), zone, utc_now())
    known = list(watches(request.member))
    asked = set(request.GET.getlist("watch")) - {""}
    chosen = [watch for watch in known if str(watch.pk) in asked]
    if len(chosen) < len(asked):
        raise Http404
    return Sight(request, period, other or before(period), chosen, known)
