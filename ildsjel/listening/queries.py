"""Reads of watches, mentions and items."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ildsjel.channels.models import Channel
from ildsjel.engine.items import Visibility
from ildsjel.listening.models import Item, Mention, Watch
from ildsjel.listening.tallies import code_of
from ildsjel.organisation.models import Member, utc_now

PAGE = 30  # mentions
COUNTED = 999  # a larger number of new mentions says no more
HEARD = 2000  # earlier posts that are asked for their languages, for a batch
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)
NO_LANGUAGE = "none"  # in addresses: posts whose language is not known
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def watches(member: Member) -> QuerySet[Watch]:
    """The watches of the member's organisation, by name."""
    return (
        Watch.objects.of(member)
        .filter(removed_at=None)
        .select_related("goal")
        .order_by("name", "pk")
    )


def watch_page(member: Member, *, before: str = "", size: int = PAGE) -> tuple[list[Watch], str]:
    """The newest watches in use, or those before a mark; and the next page's mark ("": none)."""
    rows = watches(member).order_by("-pk")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""


def removed_watches(member: Member) -> QuerySet[Watch]:
    """Watches that were taken out of use, the last one first."""
    return Watch.objects.of(member).exclude(removed_at=None).order_by("-removed_at", "-pk")


def mentions_of_the_week(member: Member, rows: Iterable[Watch]) -> dict[int, int]:
    """By watch, how many posts matched it in the last seven days."""
    since = utc_now() - timedelta(days=7)
    found = Mention.objects.of(member).filter(watch__in=list(rows), published_at__gte=since)
    counts = found.filter(item__deleted_at=None).values_list("watch").annotate(Count("pk"))
    return dict(counts.order_by())


def watches_in_force(organisation_id: int) -> list[Watch]:
    """What the line in compiles; for the loop, never for a page."""
    return list(all_watches_in_force().filter(organisation_id=organisation_id))


def all_watches_in_force() -> QuerySet[Watch]:
    """Those of every organisation; for the loop alone, never for a page."""
    return Watch.objects.filter(enabled=True, removed_at=None).order_by("pk")


def mentions(
    member: Member, watch: Watch | None = None, channel: Channel | None = None
) -> QuerySet[Mention]:
    """What matched, newest first; without what its author has deleted."""
    rows = Mention.objects.of(member).filter(item__deleted_at=None)
    if watch is not None:
        rows = rows.filter(watch=watch)
    if channel is not None:
        rows = rows.filter(item__channel=channel)
    return rows.select_related("item__channel", "watch").order_by("-published_at", "-pk")


def heard_item(member: Member, pk: int) -> Item | None:
    """A post that a watch has found, unless its author has deleted it."""
    found = Mention.objects.of(member).filter(item=pk, item__deleted_at=None)
    mention = found.select_related("item__channel").first()
    return mention.item if mention else None


def mentions_of(member: Member, item: Item) -> QuerySet[Mention]:
    """Each watch that has found a post."""
    rows = Mention.objects.of(member).filter(item=item)
    return rows.select_related("item__channel", "watch").order_by("watch__name", "pk")


def in_thread(item: Item) -> list[Item]:
    """Other posts that watches have found in the same thread, oldest first."""
    rows = Item.objects.filter(channel=item.channel_id, thread_key=item.thread_key, deleted_at=None)
    found = rows.filter(Exists(Mention.objects.filter(item=OuterRef("pk")))).exclude(pk=item.pk)
    return list(found.order_by("published_at", "pk")[:PAGE])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the mentions is asked for; what is empty asks for nothing.

    `start` until before `end`; `language` a code or `NO_LANGUAGE`; `network` a kind of channel;
    `author` an id or a byline, public posts alone; `word` stands anywhere in the text.
    """

    watches: tuple[Watch, ...] = ()
    channel: Channel | None = None
    start: datetime | None = None
    end: datetime | None = None
    language: str = ""
    network: str = ""
    author: str = ""
    word: str = ""


def wanted_mentions(member: Member, wanted: Wanted) -> QuerySet[Mention]:
    """The mentions that are asked for, newest first; without what its author has deleted."""
    rows = mentions(member, channel=wanted.channel)
    if wanted.watches:
        rows = rows.filter(watch__in=wanted.watches)
    if wanted.start:
        rows = rows.filter(published_at__gte=wanted.start)
    if wanted.end:
        rows = rows.filter(published_at__lt=wanted.end)
    if wanted.network:
        rows = rows.filter(item__channel__kind=wanted.network)
    return _by_author(_in_language(_with_word(rows, wanted.word), wanted.language), wanted.author)


def _with_word(rows: QuerySet[Mention], word: str) -> QuerySet[Mention]:
    if not word:
        return rows
    # SQLite compares without regard to case in ASCII alone: å and Å are told apart.
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    found = Q()
    for spelling in sorted(spellings):
        found |= Q(item__text__icontains=spelling)
    return rows.filter(found)


def _in_language(rows: QuerySet[Mention], language: str) -> QuerySet[Mention]:
    if not language:
        return rows
    return rows.filter(language="" if language == NO_LANGUAGE else code_of([language]))


def first_mention(member: Member) -> datetime | None:
    """When the earliest post was written that any watch has found."""
    rows = Mention.objects.of(member).order_by("published_at", "pk")
    return rows.values_list("published_at", flat=True).first()


def _by_author(rows: QuerySet[Mention], author: str) -> QuerySet[Mention]:
    if not author:
        return rows
    byline = Q(item__author_id="", item__author_name=author)
    return rows.filter(Q(item__author_id=author) | byline, item__visibility__in=OPEN)


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of mentions and the keys of its neighbours (empty: there is none)."""

    rows: list[Mention]
    newer: str = ""
    older: str = ""


def mention_page(
    rows: QuerySet[Mention], *, before: str = "", after: str = "", size: int = PAGE
) -> Slice:
    """The mentions before or after a key; the newest without one, or where it can't be read."""
    if place := read_key(after):
        newer = Q(published_at__gt=place[0]) | Q(published_at=place[0], pk__gt=place[1])
        found = list(rows.filter(newer).order_by("published_at", "pk")[: size + 1])
        if len(found) > size:
            page = found[:size][::-1]
            return Slice(page, newer=key_of(page[0]), older=key_of(page[-1]))
        return mention_page(rows, size=size)
    place = read_key(before)
    if place:
        same_later = Q(published_at=place[0], pk__gte=place[1])
        rows = rows.filter(published_at__lte=place[0]).exclude(same_later)
    found = list(rows[: size + 1])
    page = found[:size]
    newer_key = key_of(page[0]) if place and page else ""
    return Slice(page, newer=newer_key, older=key_of(page[-1]) if len(found) > size else "")


def key_of(mention: Mention) -> str:
    """A mention's place in the list: microseconds since 1970, and its id."""
    return f"{(mention.published_at - EPOCH) // timedelta(microseconds=1)}-{mention.pk}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """The place that a key names, or None for what is no key."""
    moment, _, number = text.partition("-")
    if not (moment.isdecimal() and number.isdecimal() and len(moment) < 18 and len(number) < 19):
        return None
    try:
        return EPOCH + timedelta(microseconds=int(moment)), int(number)
    except OverflowError:
        return None


def newer_mentions(rows: QuerySet[Mention], *, since: int, shown_from: str) -> int:
    """How many of `rows` came after mention `since` and would stand on the first page.

    `shown_from` is the key of the last row on that page: what is older than it (an import of
    history) would change nothing there. At most `COUNTED` are counted.
    """
    fresh = rows.filter(pk__gt=since)
    if place := read_key(shown_from):
        fresh = fresh.filter(published_at__gte=place[0])
    return fresh.order_by()[:COUNTED].count()


def newest_mention(member: Member) -> int:
    """The id of the mention that was stored last, 0 without any."""
    return Mention.objects.of(member).order_by("-pk").values_list("pk", flat=True).first() or 0


def spoken_in(
    channel: Channel, *, threads: Collection[str] = (), authors: Collection[str] = ()
) -> dict[str, list[tuple[str, str]]]:
    """Who wrote in which language, of stored posts in these threads, or by these authors: (author,
    code) by thread or author, `HEARD` of them at most."""
    by, keys = ("thread_key", threads) if threads else ("author_id", authors)
    rows = Item.objects.filter(channel=channel, **{f"{by}__in": set(keys)})
    told = rows.exclude(language=None).exclude(language="")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, author, code in told.values_list(by, "author_id", "language")[:HEARD]:
        found[key].append((author, code))
    return found


def own_threads(channel: Channel, thread_keys: Iterable[str]) -> set[str]:
    """Which of these threads begin with a post of our own."""
    rows = Item.objects.filter(channel=channel, external_id__in=list(thread_keys), own=True)
    return set(rows.values_list("external_id", flat=True))
