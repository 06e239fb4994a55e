"""Runs the kernel over batches: room to work in, characters it has not met, posts to be folded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.characters import CHARACTERS
from ildsjel.engine.matching.encoding import characters_of, folded_bytes, joined, post_bytes
from ildsjel.engine.matching.kernel import match
from ildsjel.engine.matching.posts import Post
from ildsjel.engine.matching.segment import Arrays

_ROOM = 4096  # characters of a post that there is room for at first
_MATCHES = 4096

Longs = NDArray[np.int64]


class Rows(NamedTuple):
    """Matches, in order of posts and then of watches. A watch has TO_CONFIRM added where the plain
    evaluation has the last word."""

    posts: NDArray[np.int32]
    watches: Longs

    def first(self, count: int) -> "Rows":
        return Rows(self.posts[:count].copy(), self.watches[:count].copy())


@dataclass(slots=True)
class _Desk:
    """Scratch for one call at a time."""

    work: Longs
    codes: NDArray[np.int32]
    found: Rows
    one: Longs = field(default_factory=lambda: np.zeros(2, np.int64))


@dataclass(slots=True)
class Runner:
    """One segment, ready to run. Safe to share between threads: each takes a desk of its own."""

    arrays: Arrays
    zones: int = 0
    _free: list[_Desk] = field(default_factory=list)

    def __post_init__(self) -> None:
        both = int(self.arrays.table[layout.ZONES])
        self.zones = (both | both >> 16) & 0xFFFF

    def run(self, data: NDArray[np.uint8], offsets: Longs, post_at: Callable[[int], Post]) -> Rows:
        """Matches of posts given as bytes (`encoding`). `post_at` is asked for posts whose
        characters fold together."""
        rows = self._rows(data, offsets)
        while (strange := rows.posts[rows.watches == layout.STRANGE]).size:
            parts = [data[offsets[post] : offsets[post + 1]].tobytes() for post in strange]
            _meet(parts)
            rows = _with(rows, strange, self._rows(*joined(parts)))
        folds = rows.posts[rows.watches == layout.FOLDS]
        if folds.size:
            parts = [folded_bytes(post_at(int(post)), self.zones) for post in folds]
            _meet(parts)
            rows = _with(rows, folds, self._rows(*joined(parts)))
        return rows

    def run_one(self, post: Post) -> list[int]:
        """What one post matches, as the watches of `Rows`."""
        data = post_bytes(post, self.zones)
        desk = self._free.pop() if self._free else self._desk(_ROOM)
        desk.one[1] = len(data)
        count, _, why = self._call(desk, np.frombuffer(data, np.uint8), desk.one, 0)
        watches: list[int] = desk.found.watches[:count].tolist() if count else []
        if why == layout.DONE:  # else something of this post may still be marked
            self._free.append(desk)
            if not watches or watches[0] >= 0:
                return watches
        again: list[int] = self.run(*joined([data]), lambda _: post).watches.tolist()
        return again

    def _rows(self, data: NDArray[np.uint8], offsets: Longs) -> Rows:
        desk = self._free.pop() if self._free else self._desk(_ROOM)
        found: list[Rows] = []
        post = 0
        while True:
            count, stopped, why = self._call(desk, data, offsets, post)
            found.append(desk.found.first(count))
            if why == layout.DONE:
                self._free.append(desk)
                return found[0] if len(found) == 1 else _joined(found)
            if why == layout.CRAMPED:
                desk = self._desk(4 * int(desk.work[layout.ROOM]))
            elif stopped == post:
                desk.found = _room_for(4 * len(desk.found.posts))
            post = stopped

    def _call(
        self, desk: _Desk, data: NDArray[np.uint8], offsets: Longs, first: int
    ) -> tuple[int, int, int]:
        called: tuple[int, int, int] = match(
            self.arrays.table, self.arrays.body, desk.work, desk.codes, data, offsets, first,
            CHARACTERS.table, desk.found.posts, desk.found.watches,
        )  # fmt: skip
        return called

    def _desk(self, room: int) -> _Desk:
        table = self.arrays.table
        atoms, watches = int(table[layout.ATOMS]), int(table[layout.WATCHES])
        sizes = {
            layout.SEEN: atoms // 64 + 1,
            layout.FOUND: watches // 64 + 1,
            layout.FOUND_WORDS: watches // 4096 + 1,
            layout.UNSURES: watches // 64 + 1,
            layout.RUNS: layout.LONGEST_RUN,
            layout.SEEN_LIST: atoms,
            layout.HITS: atoms,
            layout.FIRST: atoms,
            layout.LAST: atoms,
            layout.STAMPS: watches,
            layout.TRIED: int(table[layout.PATTERNS]),
            layout.POINTERS_AT: 2 * int(table[layout.POINTERS]),
            layout.SPOTS: room,
            layout.FOLLOWING: room,
        }
        work = np.zeros(layout.SCRATCH + sum(sizes.values()), np.int64)
        work[layout.ROOM] = room
        begin = layout.SCRATCH
        for part, size in sizes.items():
            work[part] = begin
            begin += size
        return _Desk(work, np.zeros(3 * room, np.int32), _room_for(_MATCHES))


def _room_for(matches: int) -> Rows:
    return Rows(np.zeros(matches, np.int32), np.zeros(matches, np.int64))


def _joined(rows: Sequence[Rows]) -> Rows:
    return Rows(
        np.concatenate([each.posts for each in rows]),
        np.concatenate([each.watches for each in rows]),
    )


def _meet(parts: list[bytes]) -> None:
    text = "".join(map(characters_of, parts))
    CHARACTERS.fill(text, folded=False)
    CHARACTERS.fill(text, folded=True)


def _with(rows: Rows, posts: NDArray[np.int32], again: Rows) -> Rows:
    """Rows with what a second run over some posts brought instead of theirs."""
    kept = ~np.isin(rows.posts, posts)
    of_posts = np.concatenate([rows.posts[kept], posts[again.posts]])
    watches = np.concatenate([rows.watches[kept], again.watches])
    order = np.argsort(of_posts, kind="stable")
    return Rows(of_posts[order], watches[order])
