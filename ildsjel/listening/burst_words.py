"""A burst in words, and its timeline as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ildsjel.listening.burst_queries import Hour
from ildsjel.listening.models import Burst

YEAR = 365
MONTH = 30
SHORT_HISTORY = 7  # days
HEIGHT = 160  # pixels of the drawing above its line
ROOM = 6  # above the highest


def rarity(burst: Burst) -> str:
    """How often it comes to this, in words that do not claim more than can be known."""
    days = round(burst.return_period)
    if days <= 1:
        return _("It comes to this nearly every day.")
    if days < 2 * MONTH:
        return _("About once in %(n)s days.") % {"n": days}
    if days < YEAR:
        return _("About once in %(n)s months.") % {"n": round(days / MONTH)}
    return _("Less often than once a year.")


def volume(burst: Burst) -> str:
    """How much was said beside what is usual."""
    posts = ngettext(
        "%(n)s post in the busiest hour", "%(n)s posts in the busiest hour", burst.hour_posts
    ) % {"n": burst.hour_posts}
    usual = round(burst.hour_expected)
    if not usual:
        return _("%(posts)s; usually there is hardly any.") % {"posts": posts}
    return _("%(posts)s; usually about %(usual)s.") % {"posts": posts, "usual": usual}


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour as it is drawn: places in percent of the width and pixels from the top."""

    x: str
    left: str
    width: str
    part: str
    top: str = ""
    height: str = ""
    band_top: str = ""
    band_height: str = ""
    mean: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    bars: Sequence[Bar]
    highest: int
    height: int
    start: Hour
    end: Hour
    step: str  # the width of an hour
    began: str  # where the burst began, in percent of the width


def drawn(burst: Burst, hours: Sequence[Hour]) -> Drawing | None:
    """The timeline with all that is shown within its height."""
    if not hours:
        return None
    highest = max(1.0, *(_top(hour) for hour in hours))
    step = 100 / len(hours)
    bars = [_bar(hour, number * step, step, highest) for number, hour in enumerate(hours)]
    past = (burst.began_at - hours[0].at).total_seconds() / 3600
    began = f"{min(past * step, 100):.2f}%"
    return Drawing(bars, round(highest), HEIGHT, hours[0], hours[-1], f"{step:.2f}%", began)


def _top(hour: Hour) -> float:
    band = hour.ahead or hour.usual or (0, 0, 0)
    return max(float(hour.posts or 0), band[2])


def _bar(hour: Hour, x: float, step: float, highest: float) -> Bar:
    def pixel(value: float) -> float:
        return HEIGHT - (HEIGHT - ROOM) * value / highest

    shape = {"x": f"{x + step * 0.12:.2f}%", "width": f"{step * 0.76:.2f}%"}
    band = hour.ahead or hour.usual
    more = {"left": f"{x:.2f}%", "part": hour.part}
    if hour.posts is not None:
        top = pixel(hour.posts)
        more |= {"top": f"{top:.1f}", "height": f"{HEIGHT - top:.1f}"}
    if band:
        mean, low, high = band
        more |= {
            "band_top": f"{pixel(high):.1f}",
            "band_height": f"{max(pixel(low) - pixel(high), 1):.1f}",
            "mean": f"{pixel(mean):.1f}",
        }
    return Bar(**shape, **more)


def said(hour: Hour) -> dict[str, str]:
    """The same hour as a row of the table."""
    band = hour.ahead or hour.usual
    return {
        "at": date_format(localtime(hour.at), "D j. H:i"),
        "posts": "–" if hour.posts is None else str(hour.posts),
        "mean": "–" if band is None else f"{band[0]:.0f}",
        "band": "–" if band is None else f"{max(band[1], 0):.0f}–{band[2]:.0f}",
        "part": hour.part,
    }
