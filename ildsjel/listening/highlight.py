"""Posts as the pages show them: an excerpt with the words that were found marked in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ildsjel.engine.items import Address, Author, Media
from ildsjel.engine.items import Item as Value
from ildsjel.engine.matching import QueryError, compile_watches
from ildsjel.listening.group_queries import source
from ildsjel.listening.models import Item, Mention, Story, Watch

LENGTH = 420  # characters of a post that are shown
BEFORE = 120  # of them before the first word found, where the post is longer

Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A post with the watches that it matched and its excerpt."""

    item: Item
    watches: Sequence[Watch]
    pieces: Sequence[Piece]
    story: Story | None = None

    @property
    def others_alike(self) -> int:
        """How many other posts say nearly the same."""
        return self.story.posts - 1 if self.story else 0

    @property
    def url(self) -> str:
        """The original's address where it is one that a browser may open."""
        return self.item.url if urlsplit(self.item.url).scheme in {"http", "https"} else ""


def pieces_of(text: str, spans: Spans, length: int = LENGTH) -> list[Piece]:
    """The part of the text around its first span, cut into marked and plain pieces.

    Spans are (from, until) in order and without overlap; those outside the text are left out.
    """
    start, end = _window(text, spans, length)
    pieces = [Piece("…")] if start else []
    at = start
    for begin, until in ((span[0], span[1]) for span in spans):
        if not at <= begin < until <= end:
            continue
        pieces += [Piece(text[at:begin])] if begin > at else []
        pieces.append(Piece(text[begin:until], marked=True))
        at = until
    pieces += [Piece(text[at:end])] if at < end else []
    return [*pieces, Piece("…")] if end < len(text) else pieces


def _window(text: str, spans: Spans, length: int) -> tuple[int, int]:
    """Where to begin and end, at the edges of words where that takes little."""
    if len(text) <= length:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = 0 if first < length - BEFORE else first - BEFORE
    if start:
        gap = text.find(" ", start, first)
        start = gap + 1 if gap >= 0 else start
    end = min(start + length, len(text))
    gap = text.rfind(" ", max(end - 30, start + 1), end) if end < len(text) else -1
    return start, gap if gap >= 0 else end


def as_value(item: Item) -> Value:
    """A stored post as the engine reads it, with what matching looks at."""
    return Value(
        external_id=item.external_id,
        text=item.text,
        title=item.title,
        tags=tuple(item.tags),
        author=Author(external_id=item.author_id, handle=item.author_handle, name=item.author_name),
        published_at=item.published_at,
        revision=item.revision,
        thread_key=item.thread_key,
        parent_id=item.parent_id,
        url=item.url,
        address=Address(item.address),
        repost=item.repost,
        languages=item.spoken,
        links=tuple(item.links),
        media=tuple(Media(**media) for media in item.media),
    )


def shown(mentions: Iterable[Mention], length: int = LENGTH) -> list[Shown]:
    """One entry for each post, in the order of the mentions; its watches beside one another. Of a
    longer text so many characters."""
    by_item: dict[int, list[Mention]] = {}
    for mention in mentions:
        by_item.setdefault(mention.item_id, []).append(mention)
    return [_shown(group, length) for group in by_item.values()]


def _shown(group: Sequence[Mention], length: int) -> Shown:
    item = group[0].item
    spans = joined(span for mention in group for span in _spans(mention))
    return Shown(item, [mention.watch for mention in group], pieces_of(item.text, spans, length))


def _spans(mention: Mention) -> Spans:
    """Where the words stand; noted with the first text, so an edited one is looked through."""
    if mention.item.edited_at is None:
        spans: Spans = mention.spans
        return spans
    try:
        matcher = compile_watches({mention.watch_id: source(mention.watch)})
    except QueryError:
        return ()
    hits = matcher.match([as_value(mention.item)])[0]
    return hits[0].spans if hits else ()


def joined(spans: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for begin, until in sorted((span[0], span[1]) for span in spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((begin, until))
    return merged
