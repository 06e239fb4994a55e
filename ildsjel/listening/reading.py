"""Posts that are read for who wrote them and which words stand in them.

All posts of a period where there are few; of many an even share, found by the numbers of the
mentions, so that it costs the same however much was said.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import floor
from typing import Any, TypeVar

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)

from ildsjel.channels.models import Channel
from ildsjel.listening.counting import mentions_in
from ildsjel.listening.models import DRAWS, THIN, Item, Mention, Watch, drawn, of_the_thin
from ildsjel.listening.periods import Period
from ildsjel.listening.queries import OPEN
from ildsjel.organisation.models import Member

READ = 300  # posts of a period; more would make the page slow, and say little more
AUTHORS = 10
CANDIDATES = 2 * AUTHORS
COUNTED = 3_000  # posts of theirs; where there are more, how many is worked out

Who = tuple[str, str]  # network, and id or byline
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Post:
    """What is read of a post. `author` is an id, or a byline without one; "": not asked for."""

    channel_id: int
    text: str
    author: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The posts read of a period by their number: one in so many of its mentions."""

    posts: Mapping[int, Post]
    one_in: float = 1.0

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts.values()]


@dataclass(frozen=True, slots=True)
class Writer:
    """An account or byline on a network, and how many public posts of the period are its own.

    `first`: when the first post of it was written that we have stored.
    """

    network: str
    key: str
    name: str
    handle: str
    posts: int
    first: datetime | None = None


def read(member: Member, watches: Collection[Watch], period: Period, mentions: int) -> Reading:
    """Read the posts of a period that has so many mentions."""
    rows, one_in = mentions_in(member, watches, period.start, period.counted_to), 1.0
    if mentions > READ:
        rows, one_in = _share(rows, mentions / READ)
    fields = ["item__channel_id", "item__text", "item__author_id", "item__author_name"]
    fields += ["item__author_handle", "item__own", "item__visibility"]
    named = rows.values_list("item_id", *fields)
    return Reading({pk: _post(*post) for pk, *post in named}, one_in)


def _share(rows: QuerySet[Mention], one_in: float) -> tuple[QuerySet[Mention], float]:
    """About one in so many of the rows, and one in how many these are."""
    below = max(1, floor(DRAWS / one_in))
    if below <= DRAWS // THIN:
        rows = rows.filter(of_the_thin())
    return rows.alias(drawn=drawn()).filter(drawn__lt=below), DRAWS / below


def _post(channel: int, text: str, *author: Any) -> Post:
    key, name, handle, own, visibility = author
    asked = not own and visibility in OPEN
    return Post(channel, text, (key or name) if asked else "", name, handle)


def writers(
    member: Member, watches: Collection[Watch], period: Period, reading: Reading
) -> tuple[list[Writer], bool]:
    """Who wrote most of the public posts, our own accounts left out; and whether all their posts
    were counted, or worked out from those that were read."""
    kinds = dict(Channel.objects.of(member).values_list("pk", "kind"))
    hits: dict[Who, float] = defaultdict(float)
    shown: dict[Who, Writer] = {}
    for post in reading.posts.values():
        if post.author:
            who = (kinds[post.channel_id], post.author)
            hits[who] += reading.one_in
            shown.setdefault(who, Writer(*who, post.name, post.handle, 0))
    best = Counter({who: round(posts) for who, posts in _most(hits, CANDIDATES)})
    counted = reading.one_in == 1 or best.total() <= COUNTED
    if reading.one_in > 1 and counted:
        best = _posts_of(kinds, watches, period, best)
    most = _most(best, AUTHORS)
    since = _heard_since(kinds, reading, {who for who, _ in most})
    return [replace(shown[who], posts=n, first=since.get(who)) for who, n in most], counted


def _most(counts: Mapping[Who, Number], many: int) -> list[tuple[Who, Number]]:
    """The highest of them; those that are alike in order of their names."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:many]


def _posts_of(
    kinds: Mapping[int, str],
    watches: Collection[Watch],
    period: Period,
    authors: Iterable[Who],
) -> Counter[Who]:
    """By network and author, the public posts of a period that the watches found."""
    keys = {key for _, key in authors}
    found = Mention.objects.filter(item=OuterRef("pk"))
    found = found.filter(watch__in=watches) if watches else found
    said = Item.objects.filter(
        Q(author_id__in=keys) | Q(author_id="", author_name__in=keys),
        channel__in=list(kinds),
        published_at__gte=period.start,
        published_at__lt=period.counted_to,
        own=False,
        deleted_at=None,
        visibility__in=OPEN,
    ).filter(Exists(found))
    byline = When(author_id="", then=F("author_name"))
    key = Case(byline, default=F("author_id"), output_field=CharField())
    counts: Counter[Who] = Counter()
    for channel, author, posts in said.order_by().values_list("channel", key).annotate(Count("pk")):
        counts[kinds[channel], author] += posts
    wanted = set(authors)
    return Counter({who: posts for who, posts in counts.items() if who in wanted})


def _heard_since(
    kinds: Mapping[int, str], reading: Reading, authors: Collection[Who]
) -> dict[Who, datetime]:
    """When the first post of these authors was written that we have stored; bylines have none."""
    samples = {
        (post.channel_id, post.author): pk
        for pk, post in reading.posts.items()
        if (kinds[post.channel_id], post.author) in authors
    }
    theirs = Item.objects.filter(
        channel=OuterRef("channel"), author_id=OuterRef("author_id"), own=False, deleted_at=None
    )
    first = Subquery(theirs.order_by("published_at").values("published_at")[:1])
    rows = Item.objects.filter(pk__in=samples.values()).exclude(author_id="")
    found: dict[Who, datetime] = {}
    for channel, author, at in rows.values_list("channel", "author_id", first):
        who = (kinds[channel], author)
        found[who] = min(at, found.get(who, at))
    return found
