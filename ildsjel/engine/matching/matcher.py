"""All watches compiled into one matcher: batches of posts in, matches out.

A matcher never changes: `changed` makes another that shares all that stays. What was put in since
lies in a small part of its own, until `compacted` lays all out anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ildsjel.engine.items import Item
from ildsjel.engine.matching import kernels
from ildsjel.engine.matching.anchors import Frequency
from ildsjel.engine.matching.batches import Batch, Texts
from ildsjel.engine.matching.document import Document
from ildsjel.engine.matching.explanation import Spans, text_spans
from ildsjel.engine.matching.grammar import parse
from ildsjel.engine.matching.index import Index
from ildsjel.engine.matching.layout import TO_CONFIRM
from ildsjel.engine.matching.nodes import Query, Zone, terms_of
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.matching.posts import Post, as_post
from ildsjel.engine.matching.programs import Filed, compile_query
from ildsjel.engine.matching.sources import Source

if TYPE_CHECKING:
    from ildsjel.engine.matching.runner import Runner

MOST_APART = 128  # watches put in since all were laid out, after which it is time to do so again
Longs = NDArray[np.int64]
Rows = tuple[NDArray[np.int32], Longs]  # posts, and a watch that each matches
NOTHING: Final = (np.zeros(0, np.int32), np.zeros(0, np.int64))
Readable = str | Source | Query
MATCHES = pa.schema([("post", pa.uint32()), ("watch", pa.int64())])


@dataclass(frozen=True, slots=True)
class Hit:
    """A watch that matched. `spans` are what it found, as (from, until) in the post's `text`;
    empty where only the title, the tags or a field hold it."""

    watch_id: int
    spans: Spans


@dataclass(frozen=True)
class _LaidOut:
    """Watches that are laid out together, when they are first matched; in order of ids, so that
    what is in order of their numbers is in order of ids too. `programs` are kept only
    where they will soon be laid out again."""

    ids: tuple[int, ...] = ()
    queries: tuple[Query, ...] = ()
    frequency: Frequency = field(default_factory=dict)
    programs: tuple[Filed, ...] = ()

    @cached_property
    def runner(self) -> "Runner":
        made = self.programs or [compile_query(each, self.frequency) for each in self.queries]
        return kernels.runner(made)

    @cached_property
    def index(self) -> Index:
        return Index(self.queries, self.frequency)

    @cached_property
    def asks_language(self) -> bool:
        terms = (term for query in self.queries for term in terms_of(query.root))
        return any(term.zone is Zone.LANGUAGE for term in terms)

    @cached_property
    def id_of(self) -> NDArray[np.int64]:
        return np.array(self.ids, np.int64)

    @cached_property
    def number_of(self) -> dict[int, int]:
        return {watch: number for number, watch in enumerate(self.ids)}


@dataclass(frozen=True, slots=True)
class _Part:
    """Watches that are laid out together, without those `gone` since, told by their numbers."""

    watches: _LaidOut = field(default_factory=_LaidOut)
    gone: frozenset[int] = frozenset()

    def without(self, watches: Collection[int]) -> "_Part":
        known = self.watches.number_of
        return replace(self, gone=self.gone | {known[each] for each in watches if each in known})

    def ids_of(self, rows: Rows) -> Rows:
        """The same with the ids of the watches in place of their numbers."""
        return rows[0], self.watches.id_of[rows[1]]

    def living(self) -> Iterator[int]:
        return (number for number in range(len(self.watches.ids)) if number not in self.gone)

    def matches(self, batch: Batch) -> Rows:
        """What a batch matches, watches by their numbers; in order."""
        if not self.watches.ids:
            return NOTHING
        if not kernels.is_worth_it(len(batch), len(self.watches.ids)):
            return self._plainly(batch)
        posts, watches = self.watches.runner.run(*batch.data(self.watches.runner.zones), batch.at)
        if self.gone:
            kept = ~np.isin(watches & ~TO_CONFIRM, list(self.gone))
            posts, watches = posts[kept], watches[kept]
        unsure = np.flatnonzero(watches >= TO_CONFIRM)
        if not unsure.size:
            return posts, watches
        watches[unsure] -= TO_CONFIRM
        wrong = unsure[~self._confirmed(batch, posts[unsure], watches[unsure])]
        return np.delete(posts, wrong), np.delete(watches, wrong)

    def _confirmed(
        self, batch: Batch, posts: NDArray[np.int32], watches: Longs
    ) -> NDArray[np.bool_]:
        """What the plain evaluation says of these pairs, in order of posts."""
        found = np.zeros(len(posts), bool)
        document, at = None, -1
        for number, (post, watch) in enumerate(zip(posts.tolist(), watches.tolist(), strict=True)):
            if document is None or post != at:
                document, at = Document(batch.at(post)), post
            found[number] = self._holds(watch, document)
        return found

    def _holds(self, number: int, document: Document) -> bool:
        return find(self.watches.queries[number].root, document) is not None

    def _plainly(self, batch: Batch) -> Rows:
        found: list[tuple[int, int]] = []
        for post in range(len(batch)):
            document = Document(batch.at(post))
            candidates = sorted(self.watches.index.candidates(document) - self.gone)
            found += [(post, number) for number in candidates if self._holds(number, document)]
        rows = np.array(found, np.int64).reshape(-1, 2)
        return rows[:, 0].astype(np.int32), rows[:, 1]

    def matches_of(self, post: Post) -> list[int]:
        """Ids of the watches that one post matches, in order."""
        if not self.watches.ids:
            return []
        ids = self.watches.ids
        if not kernels.is_worth_it(1, len(ids)):
            return [ids[number] for number in self._plainly(Batch([post]))[1].tolist()]
        found = self.watches.runner.run_one(post)
        if not self.gone and (not found or max(found) < TO_CONFIRM):
            return [ids[number] for number in found]
        return [ids[number] for number in self._sure(found, post)]

    def _sure(self, found: Sequence[int], post: Post) -> Iterator[int]:
        """Those of them that are still there and, where need be, are confirmed."""
        document: Document | None = None
        for each in found:
            number = each & ~TO_CONFIRM
            if number in self.gone:
                continue
            if each != number:
                document = document or Document(post)
                if not self._holds(number, document):
                    continue
            yield number


@dataclass(frozen=True)
class Matcher:
    """Compiled watches; safe to share between threads. Made by `compile_watches`."""

    _base: _Part
    _recent: _Part = field(default_factory=_Part)

    def match(
        self, items: Sequence[Item | Post], among: Collection[int] | None = None
    ) -> list[list[Hit]]:
        """For each item its hits with their places, in order of watch id; those of the watches
        `among` alone, where that is given."""
        posts = [each if isinstance(each, Post) else as_post(each) for each in items]
        hits: list[list[Hit]] = [[] for _ in posts]
        batch = Batch(posts)
        for part in self._parts:
            by_post: dict[int, list[int]] = {}
            matches = part.matches(batch)
            for post, number in zip(*(each.tolist() for each in matches), strict=True):
                if among is None or part.watches.ids[number] in among:
                    by_post.setdefault(post, []).append(number)
            for post, numbers in by_post.items():
                document = Document(posts[post])
                hits[post] += [_hit(part, number, document) for number in numbers]
        return [sorted(each, key=lambda hit: hit.watch_id) for each in hits]

    def matches(self, posts: Sequence[Post] | Texts) -> pa.RecordBatch:
        """(post, watch) of every match, as `MATCHES` has it, in order of both. `post` counts from 0
        in `posts`: whole posts, texts, or an Arrow column of texts."""
        batch = Batch(posts)
        of_posts, watches = self._base.ids_of(self._base.matches(batch))
        if self._recent.watches.ids:
            later, more = self._recent.ids_of(self._recent.matches(batch))
            if len(later):
                of_posts, watches = np.r_[of_posts, later], np.r_[watches, more]
                order = np.lexsort((watches, of_posts))
                of_posts, watches = of_posts[order], watches[order]
        columns = [pa.array(of_posts.view(np.uint32)), pa.array(watches)]
        return pa.RecordBatch.from_arrays(columns, schema=MATCHES)

    def watches_of(self, post: Post) -> list[int]:
        """The ids of the watches that one post matches, in order."""
        found = self._base.matches_of(post)
        if self._recent.watches.ids:
            found = sorted([*found, *self._recent.matches_of(post)])
        return found

    def changed(self, put: Mapping[int, Readable], taken: Collection[int] = ()) -> "Matcher":
        """A matcher with these watches put in (or in place of their old queries) and those taken
        out. Costs as much as the watches put in since the last `compacted`. Raises `QueryError`."""
        old = self._recent.without({*put, *taken})
        frequency = self._base.watches.frequency
        recent = {
            watch: (old.watches.queries[number], old.watches.programs[number])
            for watch, number in old.watches.number_of.items()
            if number not in old.gone
        }
        for watch, source in put.items():
            query = _read(source)
            recent[watch] = (query, compile_query(query, frequency))
        ids = tuple(sorted(recent))
        queries = tuple(recent[watch][0] for watch in ids)
        programs = tuple(recent[watch][1] for watch in ids)
        laid_out = _LaidOut(ids, queries, frequency, programs)
        return Matcher(self._base.without({*put, *taken}), _Part(laid_out))

    @property
    def asks_language(self) -> bool:
        """Whether any watch looks at the languages of a post."""
        return any(part.watches.asks_language for part in self._parts)

    @property
    def wants_compaction(self) -> bool:
        """Whether so much has changed that laying all out anew is worth its time."""
        return len(self._recent.watches.ids) + len(self._base.gone) > MOST_APART

    def compacted(self, frequency: Frequency | None = None) -> "Matcher":
        """The same watches laid out together, by the shares of posts given, or those known."""
        known = self._base.watches.frequency if frequency is None else frequency
        watches = {
            part.watches.ids[number]: part.watches.queries[number]
            for part in self._parts
            for number in part.living()
        }
        return compile_watches(watches, known)

    @property
    def _parts(self) -> tuple[_Part, _Part]:
        return self._base, self._recent


def compile_watches(watches: Mapping[int, Readable], frequency: Frequency | None = None) -> Matcher:
    """Make a matcher of queries by watch id.

    `frequency` may give the share of posts that hold a (folded) word, from 0 to 1, as measured by
    `measure`; without it, words are taken to be rarer the longer they are. It changes speed, never
    the result. Raises `QueryError` for a query that cannot be read.
    """
    ids = tuple(sorted(watches))
    queries = tuple(_read(watches[each]) for each in ids)
    return Matcher(_Part(_LaidOut(ids, queries, frequency or {})))


def _read(query: Readable) -> Query:
    match query:
        case Query():
            return query
        case Source():
            return query.read()
        case _:
            return parse(query)


def _hit(part: _Part, number: int, document: Document) -> Hit:
    return Hit(
        part.watches.ids[number],
        text_spans(find(part.watches.queries[number].root, document) or ()),
    )
