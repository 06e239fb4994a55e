"""Runs the kernel over batches: room to work in, characters it has not met, posts to be folded."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
_WORN_OUT = 1 << 30  # a serial number after which the scratch is cleared

Rows = NDArray[np.int32]  # (post, watch, 1 or 2: to be confirmed)


@dataclass(slots=True)
class _Desk:
    """Scratch for one call at a time."""

    scratch: NDArray[np.int32]
    codes: NDArray[np.int32]
    matches: Rows
    one: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, np.int64))


@dataclass(slots=True)
class Runner:
    """One segment, ready to run. Safe to share between threads: each takes a desk of its own."""

    arrays: Arrays
    zones: int = 0
    _free: list[_Desk] = field(default_factory=list)

    def __post_init__(self) -> None:
        both = int(self.arrays.header[layout.ZONES])
        self.zones = (both | both >> 16) & 0xFFFF

    def run(
        self,
        data: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        post_at: Callable[[int], Post],
    ) -> Rows:
        """Matches of posts given as bytes (`encoding`); in order of posts, of watches in none.
        `post_at` is asked for posts whose characters fold together."""
        rows = self._rows(data, offsets)
        while (strange := rows[rows[:, 1] == layout.STRANGE, 0]).size:
            parts = [data[offsets[post] : offsets[post + 1]].tobytes() for post in strange]
            _meet(parts)
            rows = _with(rows, strange, self._rows(*joined(parts)))
        folds = rows[rows[:, 1] == layout.FOLDS, 0]
        if folds.size:
            parts = [folded_bytes(post_at(int(post)), self.zones) for post in folds]
            _meet(parts)
            rows = _with(rows, folds, self._rows(*joined(parts)))
        return rows

    def run_one(self, post: Post) -> list[tuple[int, int]]:
        """Matches of one post: (watch, 1 or 2: to be confirmed)."""
        data = post_bytes(post, self.zones)
        desk = self._free.pop() if self._free else self._desk(_ROOM)
        offsets = desk.one
        offsets[1] = len(data)
        count, _, why = self._call(desk, np.frombuffer(data, np.uint8), offsets, 0)
        self._free.append(desk)
        if not count and why == layout.DONE:
            return []
        found = desk.matches[:count, 1:].tolist() if why == layout.DONE else [(-1, 0)]
        if found[0][0] >= 0:
            return [(watch, how) for watch, how in found]
        rows = self.run(*joined([data]), lambda _: post)
        return [(watch, how) for _, watch, how in rows.tolist()]

    def _rows(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Rows:
        desk = self._free.pop() if self._free else self._desk(_ROOM)
        found: list[Rows] = []
        post = 0
        while True:
            count, stopped, why = self._call(desk, data, offsets, post)
            found.append(desk.matches[:count].copy())
            if why == layout.DONE:
                self._free.append(desk)
                return found[0] if len(found) == 1 else np.concatenate(found)
            if why == layout.CRAMPED:
                desk = self._desk(4 * int(desk.scratch[layout.ROOM]))
            elif stopped == post:
                desk.matches = np.zeros((2 * len(desk.matches), 3), np.int32)
            post = stopped

    def _call(
        self, desk: _Desk, data: NDArray[np.uint8], offsets: NDArray[np.int64], first: int
    ) -> tuple[int, int, int]:
        if max(desk.scratch[layout.SERIAL], desk.scratch[layout.TOKEN]) > _WORN_OUT:
            desk.scratch[layout.SERIAL] = desk.scratch[layout.TOKEN] = 0
            desk.scratch[layout.SCRATCH :] = 0
        tables, arrays = CHARACTERS.tables, self.arrays
        called: tuple[int, int, int] = match(
            arrays.header, arrays.keys, arrays.body, desk.scratch, desk.codes,
            data, offsets, first,
            tables.index, tables.entries, tables.expansions, desk.matches,
        )  # fmt: skip
        return called

    def _desk(self, room: int) -> _Desk:
        header = self.arrays.header
        atoms, watches = int(header[layout.ATOMS]), int(header[layout.WATCHES])
        sizes = {
            layout.SEEN: atoms,
            layout.FIRST: atoms,
            layout.LAST: atoms,
            layout.SEEN_LIST: atoms + 1,
            layout.STAMPS: watches,
            layout.TRIED: int(header[layout.PATTERNS]),
            layout.POINTERS_AT: 2 * int(header[layout.POINTERS]),
            layout.SPOTS: room,
            layout.FOLLOWING: room,
        }
        scratch = np.zeros(layout.SCRATCH + sum(sizes.values()), np.int32)
        scratch[layout.ROOM] = room
        begin = layout.SCRATCH
        for part, size in sizes.items():
            scratch[part] = begin
            begin += size
        return _Desk(scratch, np.zeros(3 * room, np.int32), np.zeros((_MATCHES, 3), np.int32))


def _meet(parts: list[bytes]) -> None:
    text = "".join(map(characters_of, parts))
    CHARACTERS.fill(text, folded=False)
    CHARACTERS.fill(text, folded=True)


def _with(rows: Rows, posts: NDArray[np.int32], again: Rows) -> Rows:
    """Rows with what a second run over some posts brought instead of theirs."""
    again[:, 0] = posts[again[:, 0]]
    kept = rows[~np.isin(rows[:, 0], posts)]
    whole = np.concatenate([kept, again])
    ordered: Rows = whole[np.argsort(whole[:, 0], kind="stable")]
    return ordered
