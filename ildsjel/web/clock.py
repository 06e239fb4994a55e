"""How a promise's clock reads at a given moment: the words, the tone and the bar's length."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON_SHARE = 0.25  # of the promised time
SOON_AT_MOST = timedelta(hours=2)
SOON_WITHOUT_START = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Clock:
    """`state` is calm, soon, late, met, missed or held. `spent` is 0 to 100 per cent of the time.

    `ticks` says whether the browser should keep it up to date.
    """

    due: datetime
    started: datetime | None
    state: str
    text: str
    spent: int
    ticks: bool


def read_clock(
    due: datetime,
    now: datetime,
    started: datetime | None = None,
    answered_at: datetime | None = None,
    held: bool = False,
) -> Clock:
    """Read the clock of a promise due at `due`. All times are aware; none may be naive."""
    spent = share_spent(due, answered_at or now, started)
    if answered_at is not None:
        met = answered_at <= due
        text = _("Answered in time") if met else _("Answered late")
        return Clock(due, started, "met" if met else "missed", text, spent, ticks=False)
    if held:
        return Clock(due, started, "held", _("Clock held"), spent, ticks=False)
    return Clock(due, started, state_at(due, now, started), left(due, now), spent, ticks=True)


def share_spent(due: datetime, at: datetime, started: datetime | None) -> int:
    if started is None or due <= started:
        return 100 if at >= due else 0
    return round(100 * min(1.0, max(0.0, (at - started) / (due - started))))


def state_at(due: datetime, now: datetime, started: datetime | None) -> str:
    """Late only when it is late; soon in the last quarter, and never earlier than 2 h ahead.

    Without a start there is no quarter to speak of, and the last 30 minutes count.
    """
    if now > due:
        return "late"
    window = SOON_WITHOUT_START
    if started is not None:
        window = min((due - started) * SOON_SHARE, SOON_AT_MOST)
    return "soon" if due - now <= window else "calm"


def left(due: datetime, now: datetime) -> str:
    """What is left or how late, in the largest unit that says enough: '12 min left', '3 h over'."""
    minutes = int(abs(due - now) / timedelta(minutes=1))
    if minutes < 1:
        return _("Due now")
    return over_text(minutes) if now > due else left_text(minutes)


def left_text(minutes: int) -> str:
    if minutes < 100:
        return _("%(n)s min left") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h left") % {"n": minutes // 60}
    days = minutes // 1440
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}


def over_text(minutes: int) -> str:
    if minutes < 100:
        return _("%(n)s min over") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h over") % {"n": minutes // 60}
    days = minutes // 1440
    return ngettext("%(n)s day over", "%(n)s days over", days) % {"n": days}
