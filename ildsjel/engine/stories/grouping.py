"""Which posts are one story: those that say nearly the same, one soon after another.

Posts with one signature stand in one wording, as long as no more than `OVER` lies between a post
and the next. Two wordings belong together where they have a key in common, are at least `ALIKE`
alike, and no more than `OVER` lies between them. A story is all that hangs together so (single
linkage), which is why it does not matter in which order posts arrive, or in which batches.

A key leads to `MOST_AT_A_KEY` wordings at most, those with the least codes: a campaign of 100,000
texts costs each of them no more than a campaign of a hundred. Beyond that number wordings still
join by any of those at any of their keys; only then might another order give another story.

    grouping = Grouping()
    grouping.take([Post(1, signature, at), Post(2, other, later)])
    grouping.groups()  # [[Wording, Wording], ...]
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.stories import ALIKE, SIZE, Signatures, is_empty, keys

OVER = timedelta(days=7)  # nothing said for so long: what is said then is another story
MOST_AT_A_KEY = 32

Signature = NDArray[np.uint32]
Buckets = Mapping[int, Iterable[int]]  # by key, the codes that stand there


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """A post by its number, with the signature of its text (not an empty one)."""

    number: int
    signature: Signature
    at: datetime


@dataclass(slots=True, eq=False)
class Wording:
    """One text as it was said from `first_at` to `last_at`.

    `story` and `number` are the caller's, None where it is new: wordings that already have the same
    story belong together.
    """

    code: int
    signature: Signature
    first_at: datetime
    last_at: datetime
    story: int | None = None
    number: int | None = None
    posts: list[int] = field(default_factory=list)  # those that were taken in


def codes(rows: Signatures) -> NDArray[np.int64]:
    """One number for each signature, the same for the same signature."""
    mixed = np.full(len(rows), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for place in range(SIZE):
        mixed = (mixed ^ rows[:, place].astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
    return mixed.view(np.int64)


class Grouping:
    """Groups posts beside what is known of earlier ones.

    `wordings` are those that new posts may belong to: all with a code of theirs, or with a code at
    one of their keys. `buckets` are those in use, `earlier` older ones that are only read. What has
    changed stands in `touched`, `absorbed`, `added` and `removed`.
    """

    def __init__(
        self,
        wordings: Iterable[Wording] = (),
        buckets: Buckets | None = None,
        earlier: Buckets | None = None,
    ) -> None:
        self.touched: dict[Wording, None] = {}  # in order; said anew, or more often
        self.absorbed: dict[Wording, Wording] = {}  # what has become part of another
        self.added: set[tuple[int, int]] = set()  # (key, code)
        self.removed: set[tuple[int, int]] = set()
        self._by_code: dict[int, list[Wording]] = defaultdict(list)
        for wording in wordings:
            self._by_code[wording.code].append(wording)
        self._buckets = {key: set(found) for key, found in (buckets or {}).items()}
        self._earlier = {key: set(found) for key, found in (earlier or {}).items()}
        self._parents: dict[object, object] = {}

    def take(self, posts: Sequence[Post]) -> None:
        """Put each post into its wording, and join what belongs together."""
        if not posts:
            return
        rows = np.stack([post.signature for post in posts])
        found = keys(rows).tolist()
        fresh: dict[Wording, list[int]] = {}
        for place, (post, code) in enumerate(zip(posts, codes(rows).tolist(), strict=True)):
            fresh[self._placed(post, code)] = found[place]
        for wording, where in fresh.items():
            if wording not in self.absorbed:
                self.touched[wording] = None
                self._meet(wording, where)

    def groups(self) -> list[list[Wording]]:
        """The wordings that were touched with those that belong to them, as far as known here;
        those that were absorbed too."""
        together: dict[object, list[Wording]] = defaultdict(list)
        for wording in chain(*self._by_code.values(), self.absorbed):
            together[self._root(wording)].append(wording)
        roots = {self._root(wording): None for wording in self.touched}
        return [together[root] for root in roots]

    def _placed(self, post: Post, code: int) -> Wording:
        """The post's wording: a new one, or one that reaches to it now, with all between."""
        spans = self._by_code[code]
        near = [each for each in spans if _near(each, post.at, post.at)]
        if not near:
            near = [Wording(code, post.signature, post.at, post.at)]
            spans.append(near[0])
        kept = near[0]
        kept.posts.append(post.number)
        kept.first_at = min(post.at, *(each.first_at for each in near))
        kept.last_at = max(post.at, *(each.last_at for each in near))
        for other in near[1:]:
            self._absorb(kept, other)
        return kept

    def _absorb(self, kept: Wording, other: Wording) -> None:
        kept.posts += other.posts
        other.posts = []
        self._by_code[other.code].remove(other)
        self.absorbed[other] = kept
        self.touched.pop(other, None)
        self._join(kept, other)

    def _meet(self, wording: Wording, where: Sequence[int]) -> None:
        """Look behind the wording's keys for what belongs to it, and leave its code there."""
        met: set[int] = set()
        for key in where:
            met |= self._buckets.get(key, set()) | self._earlier.get(key, set())
            self._leave(key, wording.code)
        others = [
            other
            for code in met
            for other in self._by_code.get(code, ())
            if _near(other, wording.first_at, wording.last_at)
            and self._root(other) != self._root(wording)
        ]
        for other in _alike(wording, others):
            self._join(wording, other)

    def _leave(self, key: int, code: int) -> None:
        """Put the code under the key, where there is room or another has to make it."""
        bucket = self._buckets.setdefault(key, set())
        if code in bucket:
            return
        if len(bucket) >= MOST_AT_A_KEY:
            highest = max(bucket)
            if code > highest:
                return
            bucket.remove(highest)
            self._note(key, highest, self.removed, self.added)
        bucket.add(code)
        self._note(key, code, self.added, self.removed)

    @staticmethod
    def _note(
        key: int, code: int, done: set[tuple[int, int]], undone: set[tuple[int, int]]
    ) -> None:
        if (key, code) in undone:
            undone.remove((key, code))
        else:
            done.add((key, code))

    def _join(self, one: Wording, other: Wording) -> None:
        self._parents[self._root(other)] = self._root(one)

    def _root(self, wording: Wording) -> object:
        node: object = wording if wording.story is None else wording.story
        path = []
        while (above := self._parents.get(node, node)) != node:
            path.append(node)
            node = above
        for each in path:
            self._parents[each] = node
        return node


def _near(wording: Wording, first_at: datetime, last_at: datetime) -> bool:
    return wording.first_at - last_at <= OVER and first_at - wording.last_at <= OVER


def _alike(wording: Wording, others: Sequence[Wording]) -> list[Wording]:
    if not others:
        return []
    same = np.stack([other.signature for other in others]) == wording.signature
    shares = np.count_nonzero(same, axis=1) / SIZE
    return [other for other, share in zip(others, shares.tolist(), strict=True) if share >= ALIKE]


def posts_of(numbers: Sequence[int], rows: Signatures, moments: Sequence[datetime]) -> list[Post]:
    """The posts whose texts say enough to be recognised."""
    given = zip(numbers, rows, moments, strict=True)
    return [Post(number, row, at) for number, row, at in given if not is_empty(row)]
