"""Mentions counted by hour and by day, so that a page costs the same however much was said.

`note` is called wherever mentions are written, in the same transaction and with the channel's row
locked: a batch that is read again writes no mention, and so counts none. `recount` counts anew from
the mentions themselves, after another clock was chosen and once a night.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max, Min, OuterRef, Q, Subquery

from ildsjel.channels.models import Channel
from ildsjel.listening.models import Mention, Tally, TallyClock, TallyStep
from ildsjel.organisation.models import Organisation, utc_now
from ildsjel.work.rows import add_to_rows

KEY = ("organisation_id", "step", "start", "watch_id", "channel_id", "language")
NIGHT = timedelta(hours=22)  # so long after they were all counted, they are counted anew
CODE = 10  # characters of a language

Cell = tuple[int, str, datetime, int, int, str]


def code_of(languages: Iterable[str]) -> str:
    """The language that counts: the first, without its region; "" where none is known."""
    first = next(iter(languages), "") or ""
    return first.lower().partition("-")[0][:CODE]


def note(
    organisation_id: int, channel_id: int, came: Iterable[Mention], went: Iterable[Mention]
) -> None:
    """Count these mentions of posts on one channel in, and those out."""
    came, went = list(came), list(went)
    if not (came or went):
        return
    zone = _zone_of(organisation_id)
    cells: Counter[Cell] = Counter()
    for rows, number in ((came, 1), (went, -1)):
        for row in rows:
            said = (row.watch_id, channel_id, row.language)
            for step, start in _starts(row.published_at, zone):
                cells[organisation_id, step, start, *said] += number
    add_to_rows(Tally, KEY, "mentions", cells)


def _zone_of(organisation_id: int) -> ZoneInfo:
    clocks = TallyClock.objects.filter(organisation=organisation_id)
    zone = clocks.values_list("zone", flat=True).first()
    if zone is None:
        named = Organisation.objects.values_list("timezone", flat=True).get(pk=organisation_id)
        begun, _ = TallyClock.objects.get_or_create(
            organisation_id=organisation_id, defaults={"zone": named}
        )
        zone = begun.zone
    return ZoneInfo(zone)


def _starts(at: datetime, zone: ZoneInfo) -> tuple[tuple[str, datetime], tuple[str, datetime]]:
    """When the hour and the day began in which a moment lies, by that clock."""
    here = at.astimezone(zone)
    hour = here.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(here.date(), time(), zone)
    return (TallyStep.HOUR, hour.astimezone(UTC)), (TallyStep.DAY, day.astimezone(UTC))


def recount_due(now: datetime) -> int:
    """Count one organisation anew whose clock has changed, or that was counted a day ago."""
    clock = Organisation.objects.filter(pk=OuterRef("organisation")).values("timezone")
    rows = TallyClock.objects.annotate(by=Subquery(clock[:1]))
    due = rows.filter(~Q(zone=F("by")) | Q(counted_at__lt=now - NIGHT))
    found = due.select_related("organisation").order_by("counted_at", "pk").first()
    if found is None:
        return 0
    recount(found.organisation)
    return 1


def recount(organisation: Organisation) -> int:
    """Count all mentions of an organisation anew by its clock; returns how many there are.

    A day in each transaction, so that others write in between.
    """
    zone = ZoneInfo(organisation.timezone)
    clock = {"zone": organisation.timezone, "counted_at": utc_now()}
    TallyClock.objects.update_or_create(organisation=organisation, defaults=clock)
    mentions = 0
    edges = list(_days(organisation, zone))
    for start, end in pairwise(edges):
        mentions += _recount(organisation.pk, zone, start, end)
    if edges:
        outside = Q(start__lt=edges[0]) | Q(start__gte=edges[-1])
        Tally.objects.filter(outside, organisation=organisation).delete()
    return mentions


def _days(organisation: Organisation, zone: ZoneInfo) -> Iterator[datetime]:
    """The beginnings of all days in which something was said, and the end of the last."""
    said = Mention.objects.filter(organisation=organisation)
    ends = said.aggregate(first=Min("published_at"), last=Max("published_at"))
    if ends["first"] is None:
        return
    day: date = ends["first"].astimezone(zone).date()
    while day <= ends["last"].astimezone(zone).date() + timedelta(days=1):
        yield datetime.combine(day, time(), zone).astimezone(UTC)
        day += timedelta(days=1)


@transaction.atomic
def _recount(organisation_id: int, zone: ZoneInfo, start: datetime, end: datetime) -> int:
    # Who writes mentions holds the channel's row: nobody adds any while these are counted.
    channels = Channel.objects.select_for_update(no_key=True).filter(organisation=organisation_id)
    list(channels.order_by("pk").values_list("pk"))
    said = Mention.objects.filter(
        organisation=organisation_id,
        item__deleted_at=None,
        published_at__gte=start,
        published_at__lt=end,
    )
    cells: Counter[Cell] = Counter()
    rows = said.order_by().values_list("watch", "item__channel", "language", "published_at")
    for watch, channel, language, at in rows.iterator():
        for step, begin in _starts(at, zone):
            cells[organisation_id, step, begin, watch, channel, language] += 1
    stored = Tally.objects.filter(organisation=organisation_id, start__gte=start, start__lt=end)
    stored.delete()
    add_to_rows(Tally, KEY, "mentions", cells)
    return sum(cells.values()) // 2
