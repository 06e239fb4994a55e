"""The overview's figures: each with its title, its bars, its table, and the posts behind every
bar."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from django.conf.locale import LANG_INFO
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ildsjel.channels.models import Channel
from ildsjel.engine import terms
from ildsjel.listening import burst_words, counting, reading
from ildsjel.listening.burst_queries import Told, bursts_between
from ildsjel.listening.network_names import network_name
from ildsjel.listening.periods import Period, last_place, place
from ildsjel.listening.queries import NO_LANGUAGE, first_mention
from ildsjel.listening.views.sight import Sight
from ildsjel.organisation.pages import address

PANELS = 6  # watches with a row of their own in the picture of volume
MARKS = 12  # bursts that are marked in it
# Where Django's own names are not those that people here use.
LANGUAGES = {
    "no": gettext_lazy("Norwegian (Bokmål and Nynorsk)"),
    "nb": gettext_lazy("Bokmål"),
    "nn": gettext_lazy("Nynorsk"),
    "se": gettext_lazy("Northern Sami"),
}


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
    bursts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the tallies say of the period, and of the one that it is compared with."""

    volume: counting.Volume
    past: counting.Volume
    facets: list[counting.Facet]
    past_facets: list[counting.Facet]
    channels: Mapping[int, Channel]

    @property
    def mentions(self) -> int:
        return sum(map(sum, self.volume.values()))

    @property
    def past_mentions(self) -> int:
        return sum(map(sum, self.past.values()))


def figures_of(sight: Sight) -> list[Figure]:
    """All figures; those that have nothing to show have no rows."""
    member, chosen = sight.request.member, sight.chosen
    counted = _Counted(
        counting.volume(member, chosen, sight.period),
        counting.volume(member, chosen, sight.earlier),
        counting.facets(member, chosen, sight.period),
        counting.facets(member, chosen, sight.earlier),
        {row.pk: row for row in Channel.objects.of(member)},
    )
    now = reading.read(member, chosen, sight.period, counted.mentions)
    earlier = reading.read(member, chosen, sight.earlier, counted.past_mentions)
    figures = [
        _volume(sight, counted),
        _share(sight, counted),
        _channels(sight, counted),
        _networks(sight, counted),
        _languages(sight, counted),
        _writers(sight, now),
        _terms(sight, now, earlier),
    ]
    return [_whole(sight, figure) for figure in figures]


def _whole(sight: Sight, figure: Figure) -> Figure:
    here = address(sight.request.member, "listening:overview-table", figure.key)
    data = figure.data or {
        "rows": [
            {"label": row.label, "value": row.value, "before": row.before, "url": row.url}
            for row in figure.rows
        ]
    }
    return replace(figure, data=data, csv_url=f"{here}?{sight.own()}")


def _volume(sight: Sight, counted: _Counted) -> Figure:
    step, steps = sight.period.step, sight.period.steps
    names = [_step_name(start, step) for start, _end in steps]
    totals, earlier = _sums(sight, counted.volume), _sums(sight, _past(sight, counted))
    links = [{"start": place(start, step), "end": last_place(end, step)} for start, end in steps]
    urls = [sight.posts(**link) for link in links]
    figures = list(zip(names, totals, earlier, urls, strict=True)) if any(totals) else []
    rows = [Row(name, total, (total, was), url, was) for name, total, was, url in figures]
    panels: list[dict[str, Any]] = [
        {"name": _("All"), "values": totals, "before": earlier, "urls": urls}
    ]
    loudest = [watch for watch in sight.watches if watch.pk in counted.volume]
    loudest.sort(key=lambda watch: -sum(counted.volume[watch.pk]))
    for watch in loudest[:PANELS] if len(loudest) > 1 else []:
        panels.append(
            {
                "name": watch.name,
                "values": counted.volume[watch.pk],
                "before": _beside(sight, _past(sight, counted).get(watch.pk, [])),
                "urls": [sight.posts(**{**link, "watch": watch.pk}) for link in links],
            }
        )
    bursts = _bursts(sight)
    note = _("The line across a bar is the same time in the other period.")
    return Figure(
        "volume", _volume_title(sight, counted), (_("When"), _("Mentions"), sight.other), rows,
        "volume", note, {"names": names, "panels": panels, "bursts": bursts}, bursts=bursts,
    )  # fmt: skip


def _sums(sight: Sight, volume: counting.Volume) -> list[int]:
    """All watches together, step by step of the period."""
    values = [_beside(sight, counts) for counts in volume.values()]
    return [sum(each) for each in zip(_beside(sight, []), *values, strict=True)]


def _past(sight: Sight, counted: _Counted) -> counting.Volume:
    """The other period's steps, where they are of the same kind: no hour stands beside a day."""
    return counted.past if sight.earlier.step == sight.period.step else {}


def _beside(sight: Sight, values: Sequence[int]) -> list[int]:
    """The values step by step of the period, whichever period they come from; 0 where there is no
    such step."""
    steps = len(sight.period.steps)
    return [*values[:steps], *([0] * (steps - len(values)))]


def _bursts(sight: Sight) -> list[dict[str, Any]]:
    """What was unusual in the period: where it stands in the picture, and why."""
    member, period = sight.request.member, sight.period
    found = bursts_between(member, sight.chosen, period.start, period.end)[:MARKS]
    return [
        {
            "at": period.step_of(burst.began_at),
            "name": burst.watch.name,
            "when": date_format(timezone.localtime(burst.began_at), "DATETIME_FORMAT"),
            "words": f"{burst_words.volume(burst)} {burst_words.rarity(burst)}",
            "terms": " · ".join(Told(burst, ()).first_terms),
            "url": address(member, "listening:burst", burst.pk),
        }
        for burst in found
    ]


def _volume_title(sight: Sight, counted: _Counted) -> str:
    now, earlier = counted.mentions, counted.past_mentions
    if not _comparable(sight) or not earlier:
        return _("%(n)s mentions") % {"n": now}
    days, others = _days(sight.period), _days(sight.earlier)
    share = round(100 * abs(now / days - earlier / others) / (earlier / others))
    beside = sight.other if sight.other_dates else _("in the period before")
    given = {"n": now, "share": share, "a_day": round(now / days), "other": beside}
    if not share:
        return _("%(n)s mentions, about as many as %(other)s") % given
    if sight.as_long:
        more = _("%(n)s mentions, %(share)s%% more than %(other)s")
        fewer = _("%(n)s mentions, %(share)s%% fewer than %(other)s")
    else:
        more = _("%(n)s mentions; %(a_day)s a day, %(share)s%% more than %(other)s")
        fewer = _("%(n)s mentions; %(a_day)s a day, %(share)s%% fewer than %(other)s")
    return (more if now / days > earlier / others else fewer) % given


def _days(period: Period) -> float:
    """How long a period has lasted so far."""
    return max((period.until - period.start).total_seconds() / 86_400, 1 / 24)


def _comparable(sight: Sight) -> bool:
    """Whether we were listening when the other period began: less would look like a rise."""
    first = first_mention(sight.request.member)
    return first is not None and first <= sight.earlier.start


def _step_name(start: datetime, step: str) -> str:
    return date_format(start, "H:i" if step == "hour" else _("j M"))


def _share(sight: Sight, counted: _Counted) -> Figure:
    """Watches side by side: how much is said of each, and where and in which language most."""
    total = counted.mentions or 1
    rows = []
    for watch in sight.watches:
        count, was = (sum(each.get(watch.pk, [])) for each in (counted.volume, counted.past))
        if not count and not was:
            continue
        mine = [facet for facet in counted.facets if facet.watch_id == watch.pk]
        channel = _most(mine, lambda each: counted.channels[each.channel_id].name)
        language = _most(mine, lambda each: _language(each.language or NO_LANGUAGE))
        cells = (count, f"{100 * count / total:.1f}", was, channel, language)
        rows.append(Row(watch.name, count, cells, sight.posts(watch=watch.pk), was))
    columns = (
        _("Watch"), _("Mentions"), _("Per cent"), sight.other, _("Most on"), _("Most in"),
    )  # fmt: skip
    rows.sort(key=lambda row: -row.value)
    return Figure("share", _("Share of voice"), columns, rows)


def _most(facets: Iterable[counting.Facet], name: Callable[[counting.Facet], str]) -> str:
    counts: Counter[str] = Counter()
    for facet in facets:
        counts[name(facet)] += facet.mentions
    return counts.most_common(1)[0][0] if counts else ""


def _channels(sight: Sight, counted: _Counted) -> Figure:
    rows = _bars(
        counted,
        lambda facet: facet.channel_id,
        lambda pk: counted.channels[pk].name,
        lambda pk: sight.posts(channel=pk),
    )
    columns = (_("Channel"), _("Mentions"), sight.other)
    return Figure("channels", _("Where it was said"), columns, rows)


def _networks(sight: Sight, counted: _Counted) -> Figure:
    """Shown where a network has several channels: else these say it already."""
    rows = _bars(
        counted,
        lambda facet: counted.channels[facet.channel_id].kind,
        network_name,
        lambda kind: sight.posts(network=kind),
    )
    heard = {facet.channel_id for facet in counted.facets}
    rows = rows if 1 < len(rows) < len(heard) else []
    return Figure("networks", _("Networks"), (_("Network"), _("Mentions"), sight.other), rows)


def _languages(sight: Sight, counted: _Counted) -> Figure:
    rows = _bars(
        counted,
        lambda facet: facet.language or NO_LANGUAGE,
        _language,
        lambda code: sight.posts(language=code),
    )
    return Figure("languages", _("Languages"), (_("Language"), _("Mentions"), sight.other), rows)


Key = TypeVar("Key", int, str)


def _bars(
    counted: _Counted,
    key: Callable[[counting.Facet], Key],
    name: Callable[[Key], str],
    url: Callable[[Key], str],
) -> list[Row]:
    """A bar for each key, beside the other period."""
    now: Counter[Key] = Counter()
    past: Counter[Key] = Counter()
    for counts, facets in ((now, counted.facets), (past, counted.past_facets)):
        for facet in facets:
            counts[key(facet)] += facet.mentions
    return [
        Row(name(each), count, (count, past[each]), url(each), past[each])
        for each, count in now.most_common()
    ]


def _language(code: str) -> str:
    """The language's name in the reader's own; the code where nobody has one."""
    if code == NO_LANGUAGE:
        return _("Not known")
    if code in LANGUAGES:
        return str(LANGUAGES[code])
    known = LANG_INFO.get(code)
    return capfirst(_(known["name"])) if known and "name" in known else code


def _writers(sight: Sight, now: reading.Reading) -> Figure:
    found, counted = reading.writers(sight.request.member, sight.chosen, sight.period, now)
    rows = []
    for each in found:
        day = date_format(timezone.localtime(each.first), "Y-m-d") if each.first else ""
        url = sight.posts(author=each.key, network=each.network)
        rows.append(Row(each.name or each.handle or each.key, each.posts, (each.posts, day), url))
    columns = (_("Who"), _("Public posts"), _("First post that we have"))
    return Figure(
        "authors", _("Who wrote the most in public"), columns, rows,
        note="" if counted else _worked_out(now),
    )  # fmt: skip


def _terms(sight: Sight, now: reading.Reading, earlier: reading.Reading) -> Figure:
    rows = []
    for each in terms.rising(now.texts, earlier.texts):
        counts = (round(each.now * now.one_in), round(each.before * earlier.one_in))
        rows.append(Row(each.term, counts[0], counts, sight.posts(word=each.term), counts[1]))
    columns = (_("Word"), _("Posts"), sight.other)
    notes = [_("Words in more posts than before, beyond what chance explains.")]
    if max(now.one_in, earlier.one_in) > 1:
        notes.append(_worked_out(now))
    return Figure("terms", _("Words that rise"), columns, rows, note=" ".join(notes))


def _worked_out(read: reading.Reading) -> str:
    given = {"read": len(read.posts)}
    return _("Worked out from %(read)s posts, spread evenly over the period.") % given
