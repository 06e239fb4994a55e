"""Counts behind the overview, at the same cost however much was said: they come from the tallies.

A mention is a post that a watch found; a post that two watches found is two mentions.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Value

from ildsjel.listening.models import Mention, Tally, Watch
from ildsjel.listening.periods import REST, Period, stretches
from ildsjel.organisation.models import Member

Volume = dict[int, list[int]]  # by watch, the mentions in each step of a period


@dataclass(frozen=True, slots=True)
class Facet:
    """How many mentions a watch has on one channel in one language ("": not known)."""

    watch_id: int
    channel_id: int
    language: str
    mentions: int


def mentions_in(
    member: Member, watches: Collection[Watch], start: datetime, end: datetime
) -> QuerySet[Mention]:
    """The mentions from `start` until before `end`; of these watches, or of all without any."""
    rows = Mention.objects.of(member).filter(
        item__deleted_at=None, published_at__gte=start, published_at__lt=end
    )
    return (rows.filter(watch__in=watches) if watches else rows).order_by()


def volume(member: Member, watches: Collection[Watch], period: Period) -> Volume:
    """Mentions by watch and step."""
    found: Volume = {}
    for watch, at, count in _counts(member, watches, period, "start"):
        steps = found.setdefault(watch, [0] * len(period.steps))
        steps[period.step_of(at)] += count
    return found


def facets(member: Member, watches: Collection[Watch], period: Period) -> list[Facet]:
    """Mentions by watch, channel and language."""
    found: Counter[tuple[int, int, str]] = Counter()
    for *said, count in _counts(member, watches, period, "channel_id", "language"):
        found[tuple(said)] += count
    return [Facet(*said, count) for said, count in found.items() if count > 0]


def _counts(
    member: Member, watches: Collection[Watch], period: Period, *by: str
) -> Iterator[tuple[Any, ...]]:
    """(watch, …, mentions) for each stretch of the period."""
    for step, start, end in stretches(period):
        if step == REST:  # less than an hour
            rows = mentions_in(member, watches, start, end)
            said = rows.annotate(start=Value(start), channel_id=F("item__channel_id"))
            yield from said.values_list("watch_id", *by).annotate(n=Count("pk"))
            continue
        kept = Tally.objects.of(member).filter(step=step, start__gte=start, start__lt=end)
        kept = kept.filter(watch__in=watches) if watches else kept
        yield from kept.order_by().values_list("watch_id", *by).annotate(n=Sum("mentions"))
