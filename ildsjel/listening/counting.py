"""Counts behind the overview: each one query over the mentions of a period, whatever their number.

A mention is a post that a watch found; a post that two watches found is two mentions. Languages,
networks and authors are counted in posts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Case, CharField, Count, F, Max, Min, QuerySet, When
from django.db.models.functions import Cast, Substr

from ildsjel.channels.models import Channel
from ildsjel.listening.models import Item, Mention, Watch
from ildsjel.listening.periods import Period
from ildsjel.listening.queries import OPEN, spoken_language
from ildsjel.organisation.models import Member

AUTHORS = 10
READ_FOR_TERMS = 4_000  # the newest posts of a period, read for the terms that rise

Volume = dict[int, list[int]]  # by watch, the mentions in each step of a period


@dataclass(frozen=True, slots=True)
class Facet:
    """How many posts came by one channel in one language ("": not known)."""

    channel_id: int
    language: str
    posts: int


@dataclass(frozen=True, slots=True)
class Writer:
    """An account or byline on a network, and how many public posts of the period are its own."""

    network: str
    key: str
    name: str
    handle: str
    posts: int


def mentions_in(member: Member, watches: Collection[Watch], period: Period) -> QuerySet[Mention]:
    """The mentions of a period as far as it has come; of these watches, or of all without any."""
    rows = Mention.objects.of(member).filter(
        item__deleted_at=None, published_at__gte=period.start, published_at__lt=_until(period)
    )
    return (rows.filter(watch__in=watches) if watches else rows).order_by()


def volume(rows: QuerySet[Mention], period: Period) -> Volume:
    """Mentions by watch and step."""
    # Grouped by hour as it is written down, in UTC: truncating with a time zone is a call of Python
    # for each row on SQLite. Zones that are not whole hours away are grouped by minute.
    length = 13 if _whole_hours(period) else 16
    stamp = Substr(Cast("published_at", CharField()), 1, length)
    counted = rows.values_list("watch_id", stamp).annotate(Count("pk"))
    found: Volume = {}
    steps: dict[str, int] = {}
    for watch, at, count in counted:
        if at not in steps:
            steps[at] = period.step_of(_moment(at))
        found.setdefault(watch, [0] * len(period.steps))[steps[at]] += count
    return found


def facets(rows: QuerySet[Mention]) -> list[Facet]:
    """Posts by channel and language."""
    counted = rows.values_list("item__channel_id", spoken_language()).annotate(
        Count("item_id", distinct=True)
    )
    return [Facet(channel, language or "", posts) for channel, language, posts in counted]


def writers(rows: QuerySet[Mention]) -> list[Writer]:
    """Who wrote most of the public posts; our own accounts left out."""
    public = rows.filter(item__own=False, item__visibility__in=OPEN).exclude(
        item__author_id="", item__author_name=""
    )
    named = public.values(network=F("item__channel__kind"), key=writer_key()).annotate(
        posts=Count("item_id", distinct=True),
        name=Max("item__author_name"),
        handle=Max("item__author_handle"),
    )
    return [Writer(**row) for row in named.order_by("-posts", "network", "key")[:AUTHORS]]


def writer_key() -> Case:
    """What tells one author of a network from another: the id, or the byline without one."""
    return Case(
        When(item__author_id="", then=F("item__author_name")),
        default=F("item__author_id"),
        output_field=CharField(),
    )


def heard_since(
    channels: Iterable[Channel], authors: Collection[Writer]
) -> dict[tuple[str, str], datetime]:
    """By network and key, when the first post of these accounts was written that we have stored."""
    keys = {author.key for author in authors}
    by_network = {channel.pk: channel.kind for channel in channels}
    rows = Item.objects.filter(
        channel__in=by_network, author_id__in=keys - {""}, own=False, deleted_at=None
    )
    firsts = rows.values_list("channel_id", "author_id").annotate(Min("published_at")).order_by()
    found: dict[tuple[str, str], datetime] = {}
    for channel, key, at in firsts:
        named = (by_network[channel], key)
        found[named] = min(at, found.get(named, at))
    return found


def texts(rows: QuerySet[Mention]) -> list[str]:
    """The newest posts' texts, each post once, as many as are read for terms."""
    newest = rows.order_by("-published_at", "-pk").values_list("item_id", "item__text")
    return list(dict(newest[:READ_FOR_TERMS]).values())


def _until(period: Period) -> datetime:
    # The last second that has come belongs to it: what was heard just now is counted.
    return period.end if period.name != "before" else period.until


def _whole_hours(period: Period) -> bool:
    offsets = (edge.utcoffset() for edge in (period.start, period.end))
    return all(offset is not None and offset.total_seconds() % 3600 == 0 for offset in offsets)


def _moment(stamp: str) -> datetime:
    text = stamp if len(stamp) > 13 else f"{stamp}:00"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
