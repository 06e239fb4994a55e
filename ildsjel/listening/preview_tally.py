"""What a query and each part of it find in rows of posts, counted as they come."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ildsjel.engine.matching import Matcher, Query, compile_watches
from ildsjel.engine.matching.dissecting import Dissection, dissect, probes
from ildsjel.listening import archive

_OF_A_PART = 40  # hits, and other posts, of a part whose texts are kept
_NEAR_OF_A_PART = 4  # posts that nearly match in the same way, kept of a part
_TIMED_ON = 4_096  # posts by which the cost of matching is measured

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Probing:
    """A query with its parts, compiled to be held against the same posts at once."""

    query: Query

    @cached_property
    def parts(self) -> Dissection:
        return dissect(self.query)

    @cached_property
    def matcher(self) -> Matcher:
        return compile_watches(dict(probes(self.query, self.parts)))

    @cached_property
    def whole(self) -> bool:
        """Whether it looks at more of a post than its words."""
        return archive.looks_at_fields(self.query)


@dataclass(slots=True)
class Day:
    """A day's posts: all, those that were looked at, and how many of these the query found."""

    posts: int = 0
    looked_at: int = 0
    hits: int = 0

    @property
    def share(self) -> float:
        return self.looked_at / self.posts if self.posts else 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of a part that may be shown: hits, and by the number of a `Nearly` those that it alone
    finds. `details`: see `archive.Part`."""

    details: Callable[[Sequence[int]], list[dict[str, Any] | None]]
    hits: list[int]
    near: dict[int, list[int]]


@dataclass
class Tally:
    """Counts over all parts that were added. `held` and `alone` stand by the number of an
    alternative: hits that hold it, and hits that hold no other one of the same OR. `near` stands by
    the number of a `Nearly`: posts that fail by it alone."""

    probing: Probing
    days: dict[date, Day] = field(default_factory=lambda: defaultdict(Day))
    held: Counter[int] = field(default_factory=Counter)
    alone: Counter[int] = field(default_factory=Counter)
    near: Counter[int] = field(default_factory=Counter)
    kept: list[Kept] = field(default_factory=list)
    found_texts: list[str] = field(default_factory=list)
    other_texts: list[str] = field(default_factory=list)
    seconds_a_post: float = 0.0

    def add(self, part: archive.Part) -> None:
        """Count the rows of a part."""
        rows, parts = part.rows, self.probing.parts
        found = archive.matches_in(self.probing.matcher, rows, whole=self.probing.whole)
        post, probe = found["post"].to_numpy(), found["watch"].to_numpy()
        hits = post[probe == 0]
        day = self.days[part.day]
        day.posts = part.posts
        day.looked_at += len(rows)
        day.hits += len(hits)
        self._weigh(hits, post, probe, len(parts.alternatives))
        near = self._near(hits, post, probe, 1 + len(parts.alternatives))
        self._keep(part, hits, near)
        if not self.seconds_a_post and len(rows):
            self.seconds_a_post = _cost(self.probing, rows)

    @property
    def hits(self) -> int:
        return sum(day.hits for day in self.days.values())

    @property
    def looked_at(self) -> int:
        return sum(day.looked_at for day in self.days.values())

    def _weigh(self, hits: Numbers, post: Numbers, probe: Numbers, count: int) -> None:
        if not len(hits) or not count:
            return
        holds = np.zeros((len(hits), count), bool)
        inner = (probe >= 1) & (probe <= count) & np.isin(post, hits)
        holds[np.searchsorted(hits, post[inner]), probe[inner] - 1] = True
        among = np.array([each.among for each in self.probing.parts.alternatives])
        for number in range(count):
            others = holds[:, among == among[number]].sum(axis=1)
            self.held[number] += int(holds[:, number].sum())
            self.alone[number] += int((holds[:, number] & (others == 1)).sum())

    def _near(
        self, hits: Numbers, post: Numbers, probe: Numbers, first: int
    ) -> dict[int, list[int]]:
        """Posts that fail by one part alone; what is told of a post is the nearest reason."""
        told = hits
        found: dict[int, list[int]] = {}
        for number in range(len(self.probing.parts.nearly)):
            by_this = post[probe == first + number]
            fresh = by_this[~np.isin(by_this, told)]
            told = np.concatenate([told, fresh])
            self.near[number] += len(fresh)
            if len(fresh):
                found[number] = _some(fresh, _NEAR_OF_A_PART)
        return found

    def _keep(self, part: archive.Part, hits: Numbers, near: dict[int, list[int]]) -> None:
        some = _some(hits, _OF_A_PART)
        others = np.setdiff1d(np.arange(len(part.rows)), hits)
        self.found_texts += _texts(part.rows, some)
        self.other_texts += _texts(part.rows, _some(others, _OF_A_PART))
        if some or near:
            self.kept.append(Kept(part.details, some, near))


def _some(numbers: Numbers, most: int) -> list[int]:
    """At most so many of them, spread evenly."""
    if len(numbers) > most:
        numbers = numbers[np.linspace(0, len(numbers) - 1, most).astype(np.int64)]
    chosen: list[int] = numbers.tolist()
    return chosen


def _texts(rows: pa.Table, numbers: Sequence[int]) -> list[str]:
    taken = rows.select(["title", "text"]).take(pa.array(numbers, pa.int64()))
    return [f"{row['title']} {row['text']}".strip() for row in taken.to_pylist()]


def _cost(probing: Probing, rows: pa.Table) -> float:
    """Seconds that the query alone takes for a post."""
    matcher, some = compile_watches({0: probing.query}), rows.slice(0, _TIMED_ON)
    archive.matches_in(matcher, some.slice(0, 1), whole=probing.whole)
    began = time.perf_counter()
    archive.matches_in(matcher, some, whole=probing.whole)
    return (time.perf_counter() - began) / len(some)
