"""Reads of bursts, and how the pages tell them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncHour

from ildsjel.listening.burst_counting import live
from ildsjel.listening.highlight import Shown, shown
from ildsjel.listening.models import Burst, Item, Mention, Watch
from ildsjel.organisation.models import Member, utc_now

ONE_HOUR = timedelta(hours=1)
FRESH = timedelta(days=1)  # how long one that has ended stands among what is unusual now
CARDS = 3
CARD_POSTS = 2
PAGE_POSTS = 8
CARD_TERMS = 5


def bursts(member: Member) -> QuerySet[Burst]:
    """All bursts of the member's organisation, the newest first."""
    rows = Burst.objects.of(member).select_related("watch", "noted_by__user")
    return rows.order_by("-began_at", "-pk")


def unseen(member: Member) -> QuerySet[Burst]:
    """What is unusual now, or was today, and nobody has said to have seen."""
    now = Q(ended_at=None) | Q(ended_at__gte=utc_now() - FRESH)
    return bursts(member).filter(now, noted_at=None)


def recent(member: Member, watches: Sequence[Watch] = ()) -> QuerySet[Burst]:
    """What is unusual now, or was today, seen or not; of some watches if asked for."""
    now = Q(ended_at=None) | Q(ended_at__gte=utc_now() - FRESH)
    rows = bursts(member).filter(now)
    return rows.filter(watch__in=watches) if watches else rows


def bursts_between(
    member: Member, watches: Sequence[Watch], start: datetime, end: datetime
) -> QuerySet[Burst]:
    """Those that began from `start` until before `end`, of some watches if asked for."""
    rows = bursts(member).filter(began_at__gte=start, began_at__lt=end)
    return rows.filter(watch__in=watches) if watches else rows


def newest_burst(member: Member) -> int:
    """The id of the burst that began last, 0 without any."""
    return Burst.objects.of(member).aggregate(last=Max("pk"))["last"] or 0


def bursts_after(member: Member, pk: int) -> int:
    """How many have begun since the one with this id, and nobody has seen."""
    return unseen(member).filter(pk__gt=pk).count()


@dataclass(frozen=True, slots=True)
class Told:
    """A burst with the posts that show it best."""

    burst: Burst
    posts: Sequence[Shown]

    @property
    def terms(self) -> list[str]:
        return [term for term, _during, _before in self.burst.reason.get("terms", [])]

    @property
    def first_terms(self) -> list[str]:
        return self.terms[:CARD_TERMS]


def told(rows: Sequence[Burst], posts: int = CARD_POSTS) -> list[Told]:
    """The bursts with so many posts each; two queries however many there are."""
    wanted = {burst.pk: burst.reason.get("posts", [])[:posts] for burst in rows}
    found = Mention.objects.filter(
        watch__in=[burst.watch_id for burst in rows],
        item__in=[pk for pks in wanted.values() for pk in pks],
        item__deleted_at=None,
    ).select_related("item__channel", "watch")
    by_key = {(mention.watch_id, mention.item_id): mention for mention in found}
    return [Told(burst, _shown(burst, wanted[burst.pk], by_key)) for burst in rows]


def _shown(burst: Burst, pks: Sequence[int], by_key: dict[tuple[int, int], Mention]) -> list[Shown]:
    mentions = [by_key.get((burst.watch_id, pk)) for pk in pks]
    return shown(mention for mention in mentions if mention is not None)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote many of the posts."""

    name: str
    posts: int
    share: float


def authors_of(burst: Burst) -> list[Author]:
    """The busiest authors by name; without those whose posts are all deleted."""
    rows = burst.reason.get("authors", [])
    wanted = Q(pk=None)
    for channel, author, _posts, _share in rows:
        wanted |= Q(channel=channel, author_id=author)
    items = Item.objects.filter(wanted, deleted_at=None, organisation_id=burst.organisation_id)
    names = {
        (channel, author): name or handle
        for channel, author, name, handle in items.order_by("pk").values_list(
            "channel", "author_id", "author_name", "author_handle"
        )
    }
    return [
        Author(names[channel, author], posts, share)
        for channel, author, posts, share in rows
        if names.get((channel, author))
    ]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the timeline. `posts` is None where it has not come; `usual` where not known."""

    at: datetime
    posts: int | None
    usual: Sequence[float] | None  # mean, low, high
    ahead: Sequence[float] | None = None  # mean, low, high of what is expected to come
    part: str = "before"  # "before", "burst", "now" (not over yet) or "ahead"


def timeline(burst: Burst) -> list[Hour]:
    """Hour by hour: from half a day before the burst until it ended, or the hours to come."""
    last = burst.ended_at or utc_now()
    hours = min(int((last - burst.shown_from) / ONE_HOUR) + 1, len(burst.usual))
    counts = _counts(burst, burst.shown_from + hours * ONE_HOUR)
    found = [_past(burst, number, counts) for number in range(hours)]
    return found if burst.ended_at else [*found, *_ahead(burst)]


def _counts(burst: Burst, until: datetime) -> Counter[datetime]:
    rows = Mention.objects.filter(
        watch_id=burst.watch_id, published_at__gte=burst.shown_from, published_at__lt=until
    )
    hours = live(rows).annotate(hour=TruncHour("published_at", tzinfo=UTC))
    return Counter(dict(hours.values_list("hour").annotate(Count("pk")).order_by()))


def _past(burst: Burst, number: int, counts: Counter[datetime]) -> Hour:
    at = burst.shown_from + number * ONE_HOUR
    part = "burst" if at + ONE_HOUR > burst.began_at else "before"
    if burst.ended_at is None and at + ONE_HOUR > utc_now():
        part = "now"
    return Hour(at, counts[at], burst.usual[number], part=part)


def _ahead(burst: Burst) -> list[Hour]:
    return [
        Hour(datetime.fromisoformat(at), None, None, rest, "ahead")
        for at, *rest in burst.ahead
        if datetime.fromisoformat(at) + ONE_HOUR > utc_now()
    ]


def reason_words(burst: Burst) -> dict[str, Any]:
    """The shares in the reason as whole percents."""
    reason = burst.reason
    return {
        "kind": reason.get("kind", "unknown"),
        "few": round(100 * reason.get("few_share", 0)),
        "copied": round(100 * reason.get("copied", 0)),
        "newcomers": round(100 * reason.get("newcomers", 0)),
        "read": reason.get("read", 0),
    }
