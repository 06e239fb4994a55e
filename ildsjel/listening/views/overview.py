"""What was heard, in figures: every bar opens the posts behind it, every figure has its table."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf.locale import LANG_INFO
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ildsjel.channels.models import Channel
from ildsjel.engine import terms
from ildsjel.listening import counting
from ildsjel.listening.models import Watch
from ildsjel.listening.periods import Period, before, last_place, place, read_period
from ildsjel.listening.queries import NO_LANGUAGE, first_mention, watches
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, address, member_page

PANELS = 6  # watches with a row of their own in the picture of volume
# Where Django's own names are not those that people here use.
LANGUAGES = {
    "no": gettext_lazy("Norwegian (Bokmål and Nynorsk)"),
    "nb": gettext_lazy("Bokmål"),
    "nn": gettext_lazy("Nynorsk"),
    "se": gettext_lazy("Northern Sami"),
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its label, its figures in the order of the columns, and the posts behind it."""

    label: str
    value: int
    cells: tuple[object, ...]
    url: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its table. `kind` is how it is drawn: "volume" or "bars"."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: list[Row]
    kind: str = "bars"
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    csv_url: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: the period, the one before it, the watches chosen and all of them."""

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
        kept: dict[str, object] = {"period": self.period.name}
        if self.period.name == "own":
            kept = {
                "start": f"{self.period.start:%Y-%m-%d}",
                "end": last_place(self.period.end, "day"),
            }
        if "period" in more:
            kept = {}
        if self.chosen:
            kept["watch"] = [watch.pk for watch in self.chosen]
        return urlencode(kept | more, doseq=True)


@member_page(Right.READ)
def overview(request: MemberRequest) -> HttpResponse:
    """Volume, shares, languages, channels, authors and rising terms of a period."""
    sight = _sight(request)
    figures = _figures(sight)
    return render(
        request,
        "listening/overview.html",
        {
            "room": "listening",
            "sight": sight,
            "figures": [figure for figure in figures if figure.rows],
            "heard": any(figure.rows for figure in figures),
            "start": f"{sight.period.start:%Y-%m-%d}",
            "end": last_place(sight.period.end, "day"),
            "periods": [
                {"label": label, "url": "?" + sight.own(period=key), "on": sight.period.name == key}
                for key, label in _period_names()
            ],
            "may_listen": request.member.can(Right.LISTEN),
        },
    )


@member_page(Right.READ)
def table(request: MemberRequest, figure: str) -> HttpResponse:
    """One figure's table as CSV."""
    for each in _figures(_sight(request)):
        if each.key == figure:
            name = f"{request.member.organisation.slug}-{figure}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(_csv(each), content_type="text/csv; charset=utf-8", headers=headers)
    raise Http404


def _csv(figure: Figure) -> str:
    """Cells that a spreadsheet would take for a formula get an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(figure.columns)
    for row in figure.rows:
        label = f"'{row.label}" if row.label.startswith(FORMULA) else row.label
        writer.writerow([label, *row.cells])
    return out.getvalue()


def _period_names() -> list[tuple[str, str]]:
    return [("24h", _("24 hours")), ("7d", _("7 days")), ("28d", _("28 days"))]


def _sight(request: MemberRequest) -> Sight:
    zone = ZoneInfo(request.member.organisation.timezone)
    period = read_period(request.GET.dict(), zone, utc_now())
    known = list(watches(request.member))
    asked = set(request.GET.getlist("watch")) - {""}
    chosen = [watch for watch in known if str(watch.pk) in asked]
    if len(chosen) < len(asked):
        raise Http404
    return Sight(request, period, before(period), chosen, known)


def _figures(sight: Sight) -> list[Figure]:
    member = sight.request.member
    now = counting.mentions_in(member, sight.chosen, sight.period)
    earlier = counting.mentions_in(member, sight.chosen, sight.earlier)
    volume = counting.volume(now, sight.period)
    past = counting.volume(earlier, sight.earlier)
    facets = counting.facets(now)
    channels = {row.pk: row for row in Channel.objects.of(member)}
    figures = [
        _volume(sight, volume, past),
        _share(sight, volume, past),
        _channels(sight, facets, channels),
        _languages(sight, facets),
        _writers(sight, counting.writers(now), channels),
        _terms(sight, terms.rising(counting.texts(now), counting.texts(earlier))),
    ]
    here = sight.request.member
    return [
        Figure(
            each.key, each.title, each.columns, each.rows, each.kind, each.note,
            each.data or _bars(each.rows),
            f"{address(here, 'listening:overview-table', each.key)}?{sight.own()}",
        )
        for each in figures
    ]  # fmt: skip


def _bars(rows: Iterable[Row]) -> dict[str, Any]:
    return {
        "rows": [
            {"label": row.label, "value": row.value, "before": row.before, "url": row.url}
            for row in rows
        ]
    }


def _volume(sight: Sight, volume: counting.Volume, past: counting.Volume) -> Figure:
    steps = sight.period.steps
    names = [_step_name(start, sight.period.step) for start, _end in steps]
    totals, earlier = _sum(volume, len(steps)), _sum(past, len(steps))
    step = sight.period.step
    links = [{"start": place(start, step), "end": last_place(end, step)} for start, end in steps]
    urls = [sight.posts(**link) for link in links]
    figures = list(zip(names, totals, earlier, urls, strict=True)) if any(totals) else []
    rows = [Row(name, total, (total, was), url, was) for name, total, was, url in figures]
    panels: list[dict[str, Any]] = [
        {"name": _("All"), "values": totals, "before": earlier, "urls": urls}
    ]
    loudest = [watch for watch in sight.watches if watch.pk in volume]
    loudest.sort(key=lambda watch: -sum(volume[watch.pk]))
    for watch in loudest[:PANELS] if len(loudest) > 1 else []:
        panels.append(
            {
                "name": watch.name,
                "values": volume[watch.pk],
                "before": past.get(watch.pk, [0] * len(steps)),
                "urls": [sight.posts(**{**link, "watch": watch.pk}) for link in links],
            }
        )
    return Figure(
        "volume", _volume_title(sum(totals), sum(earlier) if _comparable(sight) else 0),
        (_("When"), _("Mentions"), _("Period before")), rows, "volume",
        _("The line across a bar is the same time in the period before."),
        {"names": names, "panels": panels},
    )  # fmt: skip


def _comparable(sight: Sight) -> bool:
    """Whether we were listening when the period before began: less would look like a rise."""
    first = first_mention(sight.request.member)
    return first is not None and first <= sight.earlier.start


def _volume_title(now: int, earlier: int) -> str:
    if not earlier or now == earlier:
        return _("%(n)s mentions") % {"n": now}
    share = round(100 * abs(now - earlier) / earlier)
    given = {"n": now, "share": share}
    if now > earlier:
        return _("%(n)s mentions, %(share)s%% more than in the period before") % given
    return _("%(n)s mentions, %(share)s%% fewer than in the period before") % given


def _sum(volume: counting.Volume, steps: int) -> list[int]:
    return [sum(counts[number] for counts in volume.values()) for number in range(steps)]


def _step_name(start: Any, step: str) -> str:
    return date_format(start, "H:i" if step == "hour" else _("j M"))


def _share(sight: Sight, volume: counting.Volume, past: counting.Volume) -> Figure:
    total = sum(map(sum, volume.values())) or 1
    rows = []
    for watch in sight.watches:
        count, was = sum(volume.get(watch.pk, [])), sum(past.get(watch.pk, []))
        if count or was:
            cells = (count, f"{100 * count / total:.1f}", was)
            rows.append(Row(watch.name, count, cells, sight.posts(watch=watch.pk), was))
    columns = (_("Watch"), _("Mentions"), _("Per cent"), _("Period before"))
    rows.sort(key=lambda row: -row.value)
    return Figure("share", _("Share of voice"), columns, rows)


def _channels(sight: Sight, facets: list[counting.Facet], channels: dict[int, Channel]) -> Figure:
    counts: Counter[int] = Counter()
    for facet in facets:
        counts[facet.channel_id] += facet.posts
    rows = [
        Row(channels[pk].name, count, (count,), sight.posts(channel=pk))
        for pk, count in counts.most_common()
    ]
    return Figure("channels", _("Where it was said"), (_("Channel"), _("Posts")), rows)


def _languages(sight: Sight, facets: list[counting.Facet]) -> Figure:
    counts: Counter[str] = Counter()
    for facet in facets:
        counts[facet.language.lower().split("-")[0] or NO_LANGUAGE] += facet.posts
    rows = [
        Row(_language(code), count, (count,), sight.posts(language=code))
        for code, count in counts.most_common()
    ]
    return Figure("languages", _("Languages"), (_("Language"), _("Posts")), rows)


def _language(code: str) -> str:
    """The language's name in the reader's own; the code where nobody has one."""
    if code == NO_LANGUAGE:
        return _("Not known")
    if code in LANGUAGES:
        return str(LANGUAGES[code])
    known = LANG_INFO.get(code)
    return capfirst(_(known["name"])) if known and "name" in known else code


def _writers(sight: Sight, found: list[counting.Writer], channels: dict[int, Channel]) -> Figure:
    since = counting.heard_since(channels.values(), found)
    rows = []
    for each in found:
        first = since.get((each.network, each.key))
        day = date_format(timezone.localtime(first), "Y-m-d") if first else ""
        url = sight.posts(author=each.key, network=each.network)
        rows.append(Row(each.name or each.handle or each.key, each.posts, (each.posts, day), url))
    columns = (_("Who"), _("Public posts"), _("First post that we have"))
    return Figure("authors", _("Who wrote the most in public"), columns, rows)


def _terms(sight: Sight, found: list[terms.Rise]) -> Figure:
    rows = [
        Row(each.term, each.now, (each.now, each.before), sight.posts(word=each.term), each.before)
        for each in found
    ]
    columns = (_("Word"), _("Posts"), _("Period before"))
    note = _("Words in more posts than before, beyond what chance explains.")
    return Figure("terms", _("Words that rise"), columns, rows, note=note)
