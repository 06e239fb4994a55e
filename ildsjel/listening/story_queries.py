"""Reads of stories, and how they have spread. Counts of a story's posts are read from indexes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Substr

from ildsjel.engine.bursts.reasons import FEW_ACCOUNTS, Kind, kind_of
from ildsjel.listening.highlight import Shown, pieces_of
from ildsjel.listening.models import Item, Mention, Story, StoryItem, Watch
from ildsjel.listening.periods import Period
from ildsjel.listening.queries import OPEN
from ildsjel.organisation.models import Member, utc_now

GROWING = timedelta(hours=24)  # since the last post; after that a story counts as over
SIZES = (2, 5, 20, 100)
PAGE = 30
ACCOUNTS = 8
LARGEST, NEWEST = "largest", "newest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stories are asked for; what is empty asks for nothing. `growing`: whether they still
    are."""

    start: datetime
    end: datetime
    watch: Watch | None = None
    network: str = ""
    fewest: int = SIZES[0]
    growing: bool | None = None
    order: str = LARGEST


def stories(member: Member) -> QuerySet[Story]:
    """The stories of the member's organisation in which others than ourselves speak."""
    rows = Story.objects.of(member).filter(others__gt=0, part_of=None)
    return rows.select_related("first__channel")


def wanted_stories(member: Member, wanted: Wanted) -> QuerySet[Story]:
    """The stories that were told in a period, as they are asked for."""
    rows = stories(member).filter(
        last_at__gte=wanted.start, first_at__lt=wanted.end, posts__gte=wanted.fewest
    )
    if wanted.growing is not None:
        since = Q(last_at__gte=utc_now() - GROWING)
        rows = rows.filter(since if wanted.growing else ~since)
    tellings = StoryItem.objects.filter(story=OuterRef("pk"))
    if wanted.network:
        rows = rows.filter(Exists(tellings.filter(network=wanted.network)))
    if wanted.watch:
        heard = Mention.objects.filter(item=OuterRef("item"), watch=wanted.watch)
        rows = rows.filter(Exists(tellings.filter(Exists(heard))))
    order = ["-posts", "-last_at"] if wanted.order == LARGEST else ["-last_at"]
    return rows.order_by(*order, "-pk")


def networks(member: Member) -> list[str]:
    """The networks on which posts of stories have been said."""
    rows = StoryItem.objects.of(member).filter(story__isnull=False)
    return sorted(rows.order_by().values_list("network", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Spread:
    """How a story has spread: by network (posts, accounts), the largest first."""

    networks: Sequence[tuple[str, int, int]]

    @property
    def accounts(self) -> int:
        return sum(accounts for _, _, accounts in self.networks)


def spread_of(rows: Collection[Story]) -> dict[int, Spread]:
    """By story; one query however many there are."""
    tellings = StoryItem.objects.filter(story__in=[story.pk for story in rows])
    counted = tellings.order_by().values_list("story", "network")
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for story, network, posts, accounts in counted.annotate(
        Count("pk"), Count("account", distinct=True)
    ):
        found[story or 0].append((network, posts, accounts))
    return {
        story.pk: Spread(sorted(found[story.pk], key=lambda each: (-each[1], each[0])))
        for story in rows
    }


@dataclass(frozen=True, slots=True)
class Account:
    """Who tells a story: a post of theirs, and how many there are. `item` is None where it was said
    to us alone, or is gone."""

    network: str
    account: int
    posts: int
    item: Item | None


def accounts_of(story: Story, limit: int = ACCOUNTS) -> list[Account]:
    """The busiest accounts of a story."""
    rows = story.tellings.order_by().values_list("network", "account").annotate(posts=Count("pk"))
    busiest = list(rows.order_by("-posts", "network", "account")[:limit])
    return [
        Account(network, account, posts, _post_of(story, network, account))
        for network, account, posts in busiest
    ]


def _post_of(story: Story, network: str, account: int) -> Item | None:
    rows = story.tellings.filter(network=network, account=account).select_related("item")
    telling = rows.first()
    return telling.item if telling and telling.item.visibility in OPEN else None


def few_share(story: Story) -> float:
    """The share of a story's posts that its three busiest accounts wrote."""
    return sum(each.posts for each in accounts_of(story, FEW_ACCOUNTS)) / max(story.posts, 1)


def kind(story: Story, spread: Spread) -> Kind:
    """Whether many tell it, or few; UNKNOWN where there are too few posts to say."""
    return kind_of(story.posts, spread.accounts, few_share(story))


Volume = dict[str, list[int]]  # by network, the posts in each step of a period


def volume(story: Story, period: Period) -> Volume:
    """A story's posts by network and step."""
    rows = story.tellings.filter(published_at__gte=period.start, published_at__lt=period.end)
    # By minute as it is written down, in UTC: truncating calls Python for each row on SQLite.
    stamp = Substr(Cast("published_at", CharField()), 1, 16)
    found: Volume = {}
    for network, at, posts in rows.order_by().values_list("network", stamp).annotate(Count("pk")):
        steps = found.setdefault(network, [0] * len(period.steps))
        steps[period.step_of(datetime.fromisoformat(at).replace(tzinfo=UTC))] += posts
    return found


def tellings(
    story: Story,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    network: str = "",
    account: str = "",
) -> QuerySet[StoryItem]:
    """The posts of a story, the newest first."""
    rows = story.tellings.select_related("item__channel").order_by("-published_at", "-item")
    if start:
        rows = rows.filter(published_at__gte=start)
    if end:
        rows = rows.filter(published_at__lt=end)
    if network:
        rows = rows.filter(network=network)
    if account.lstrip("-").isdecimal() and len(account) <= 20:
        rows = rows.filter(account=int(account))
    return rows


def shown_posts(member: Member, rows: Iterable[StoryItem], length: int) -> list[Shown]:
    """Posts as the pages show them, with the watches that found them."""
    items = [row.item for row in rows]
    mentions = Mention.objects.of(member).filter(item__in=items).select_related("watch")
    watches: dict[int, list[Watch]] = defaultdict(list)
    for mention in mentions.order_by("watch__name"):
        watches[mention.item_id].append(mention.watch)
    return [Shown(item, watches[item.pk], pieces_of(item.text, (), length)) for item in items]


def stories_among(member: Member, items: Collection[int]) -> dict[int, Story]:
    """By item, the story that it is part of, for those that are."""
    rows = StoryItem.objects.of(member).filter(item__in=items, story__others__gt=0)
    return {row.item_id: row.story for row in rows.select_related("story") if row.story is not None}


def with_stories(member: Member, posts: Sequence[Shown]) -> list[Shown]:
    """The same posts, each with its story."""
    found = stories_among(member, [post.item.pk for post in posts])
    return [replace(post, story=found.get(post.item.pk)) for post in posts]


def one_of_each(rows: QuerySet[Mention]) -> QuerySet[Mention]:
    """Of these mentions the newest one of each story, and all that are in none."""
    mine, theirs = "item__telling__story", OuterRef("item__telling__story")
    later = Q(published_at__gt=OuterRef("published_at")) | Q(
        published_at=OuterRef("published_at"), item__gt=OuterRef("item")
    )
    newer = rows.order_by().select_related(None).filter(later, **{mine: theirs})
    return rows.filter(Q(item__telling__story=None) | ~Exists(newer))
