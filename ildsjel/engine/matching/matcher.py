"""All watches compiled into one matcher: batches of posts in, matches out.

A matcher never changes: `changed` makes another that shares all that stays. What was put in since
lies in a small part of its own, until `compacted` lays all out anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

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
from ildsjel.engine.matching.nodes import Query, Zone, terms_of
from ildsjel.engine.matching.oracle import find
from ildsjel.engine.matching.posts import Post, as_post
from ildsjel.engine.matching.programs import Program, compile_query

if TYPE_CHECKING:
    from ildsjel.engine.matching.runner import Runner

MOST_APART = 256  # watches put in since all were laid out, after which it is time to do so again
Pairs = NDArray[np.int64]
MATCHES = pa.schema([("post", pa.uint32()), ("watch", pa.int64())])


@dataclass(frozen=True, slots=True)
class Hit:
    """A watch that matched. `spans` are what it found, as (from, until) in the post's `text`;
    empty where only the title, the tags or a field hold it."""

    watch_id: int
    spans: Spans


@dataclass(frozen=True)
class _LaidOut:
    """Watches that are laid out together, when they are first matched. `programs` are kept only
    where they will soon be laid out again."""

    ids: tuple[int, ...] = ()
    queries: tuple[Query, ...] = ()
    frequency: Frequency = field(default_factory=dict)
    programs: tuple[Program, ...] = ()

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

    def living(self) -> Iterator[int]:
        return (number for number in range(len(self.watches.ids)) if number not in self.gone)

    def matches(self, batch: Batch) -> Pairs:
        """Rows of (post, number of a watch), in no order."""
        if not self.watches.ids:
            return np.zeros((0, 2), np.int64)
        if not kernels.is_worth_it(len(batch), len(self.watches.ids)):
            return self._plainly(batch)
        rows = self.watches.runner.run(*batch.data(self.watches.runner.zones), batch.at)
        if self.gone:
            rows = rows[~np.isin(rows[:, 1], list(self.gone))]
        unsure = np.flatnonzero(rows[:, 2] != 1)
        wrong = [
            place
            for place, (post, number, _) in zip(unsure, rows[unsure].tolist(), strict=True)
            if not self._confirms(batch.at(post), number)
        ]
        return np.delete(rows, wrong, 0)[:, :2].astype(np.int64)

    def _plainly(self, batch: Batch) -> Pairs:
        found: list[tuple[int, int]] = []
        for post in range(len(batch)):
            document = Document(batch.at(post))
            for number in self.watches.index.candidates(document) - self.gone:
                if find(self.watches.queries[number].root, document) is not None:
                    found.append((post, number))
        return np.array(found, np.int64).reshape(-1, 2)

    def matches_of(self, post: Post) -> list[int]:
        """Numbers of the watches that one post matches, in no order."""
        if not self.watches.ids:
            return []
        if not kernels.is_worth_it(1, len(self.watches.ids)):
            return [number for _, number in self._plainly(Batch([post])).tolist()]
        return [
            number
            for number, how in self.watches.runner.run_one(post)
            if number not in self.gone and (how == 1 or self._confirms(post, number))
        ]

    def _confirms(self, post: Post, number: int) -> bool:
        return find(self.watches.queries[number].root, Document(post)) is not None


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
            for post, number in part.matches(batch).tolist():
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
        pairs = [(part.matches(batch), part.watches.id_of) for part in self._parts]
        post = np.concatenate([rows[:, 0] for rows, _ in pairs])
        watch = np.concatenate([id_of[rows[:, 1]] for rows, id_of in pairs])
        order = np.lexsort((watch, post))
        columns = [pa.array(post[order].astype(np.uint32)), pa.array(watch[order])]
        return pa.RecordBatch.from_arrays(columns, schema=MATCHES)

    def watches_of(self, post: Post) -> list[int]:
        """The ids of the watches that one post matches, in order."""
        return sorted(
            part.watches.ids[number] for part in self._parts for number in part.matches_of(post)
        )

    def changed(self, put: Mapping[int, str | Query], taken: Collection[int] = ()) -> "Matcher":
        """A matcher with these watches put in (or in place of their old queries) and those taken
        out. Costs as much as the watches put in since the last `compacted`. Raises `QueryError`."""
        old = self._recent.without({*put, *taken})
        new = {watch: _read(query) for watch, query in put.items()}
        kept, before = list(old.living()), old.watches
        frequency = self._base.watches.frequency
        recent = _LaidOut(
            (*(before.ids[number] for number in kept), *new),
            (*(before.queries[number] for number in kept), *new.values()),
            frequency,
            (
                *(before.programs[number] for number in kept),
                *(compile_query(query, frequency) for query in new.values()),
            ),
        )
        return Matcher(self._base.without({*put, *taken}), _Part(recent))

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


def compile_watches(
    watches: Mapping[int, str | Query], frequency: Frequency | None = None
) -> Matcher:
    """Make a matcher of queries by watch id.

    `frequency` may give the share of posts that hold a (folded) word, from 0 to 1, as measured by
    `measure`; without it, words are taken to be rarer the longer they are. It changes speed, never
    the result. Raises `QueryError` for a query that cannot be read.
    """
    queries = tuple(_read(query) for query in watches.values())
    return Matcher(_Part(_LaidOut(tuple(watches), queries, frequency or {})))


def _read(query: str | Query) -> Query:
    return query if isinstance(query, Query) else parse(query)


def _hit(part: _Part, number: int, document: Document) -> Hit:
    return Hit(
        part.watches.ids[number],
        text_spans(find(part.watches.queries[number].root, document) or ()),
    )
