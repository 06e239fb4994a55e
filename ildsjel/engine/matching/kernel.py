"""The inner loop: from the bytes of posts to the watches that match, compiled by numba.

For each post: decode and fold by table, cut into tokens, hash each token as it is read, note which
of the segment's atoms (words, runs of words, prefixes, suffixes, patterns) it holds and where, and
look at those watches alone that are filed under one of them: each at most once, by what remains to
be asked of it there. Time grows in step with the post. What only Python can tell is left to it:
posts whose characters fold together come back to be folded, and matches that hang on inflection or
capitals to be confirmed.

This module imports numba and is itself imported only when the kernel is first used.
"""

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.compiling import Bytes, Ints, Longs, compiled
from ildsjel.engine.matching.kernel_folding import fold_part
from ildsjel.engine.matching.kernel_judging import judge, write_down
from ildsjel.engine.matching.kernel_reading import read_part, read_spelled
from ildsjel.engine.matching.layout import (
    CRAMPED,
    DONE,
    FOLDED,
    FOLDS,
    FULL,
    KEY_PART,
    STRANGE,
    TAG_PART,
    TEXT_PART,
    TITLE_PART,
)

_KEY_KIND = 4


@compiled
def read_zones(
    table: Longs, body: Ints, work: Longs, codes: Ints, length: int,
    part: int, zones: int, position: int, folded: bool,
) -> int:  # fmt: skip
    """Read a part as each of its zones (one in four bits), in each of the spellings that are
    looked for; returns the next position."""
    asked = table[layout.ZONES]
    following = position
    while True:
        zone = zones & 15
        for nordic in range(2):
            if not asked >> (zone + 16 * nordic) & 1:
                continue
            if part == KEY_PART:
                read_spelled(table, body, work, codes, 0, length, zone, _KEY_KIND, nordic, 0)
            else:
                following = read_part(
                    table, body, work, codes, length, zone, nordic, position, folded
                )
        zones >>= 4
        if zones == 0:
            return following


@compiled
def read_post(
    table: Longs, body: Ints, work: Longs, codes: Ints, data: Bytes, at: int, end: int,
    characters: Ints,
) -> int:  # fmt: skip
    """Read all parts of a post; returns DONE, or why it cannot be read."""
    part, zones, position = TEXT_PART, 0, 0
    while True:
        folded = at < end and data[at] == FOLDED
        length, at = fold_part(data, at, end, characters, codes, work)
        if length < 0:
            return length
        position = read_zones(table, body, work, codes, length, part, zones, position, folded)
        if at >= end:
            return DONE
        part = int(data[at + 1])
        at += 2
        zones = 0
        if part == TITLE_PART:
            zones = 1 << 4
        elif part == KEY_PART:
            zones = int(data[at])
            at += 1
        elif part > TAG_PART:
            zones = part - 1


@compiled
def forget(work: Longs) -> None:
    """Make ready for the next post."""
    seen = work[layout.SEEN]
    for number in range(work[layout.SEEN_COUNT]):
        work[seen + (work[work[layout.SEEN_LIST] + number] >> 6)] = 0
    for counter in (layout.SEEN_COUNT, layout.HIT_COUNT, layout.SPOT_COUNT, layout.MARKS):
        work[counter] = 0
    work[layout.SERIAL] += 1


@compiled
def match(
    table: Longs, body: Ints, work: Longs, codes: Ints, data: Bytes, offsets: Longs, first: int,
    characters: Ints, posts: Ints, watches: Longs,
) -> tuple[int, int, int]:  # fmt: skip
    """Match posts from `first` on; `data` from offset to offset is a post.

    Writes matches to `posts` and `watches`, in order of both: the watch, with TO_CONFIRM if need
    be, or STRANGE or FOLDS. Returns how many, the post at which it stopped, and why: DONE, FULL or
    CRAMPED. Where it was FULL, what that post matches stays marked for the next call.
    """
    count = 0
    for post in range(first, len(offsets) - 1):
        forget(work)
        read = read_post(
            table, body, work, codes, data, offsets[post], offsets[post + 1], characters
        )
        if read < STRANGE + FOLDS or work[layout.SPOT_COUNT] >= work[layout.ROOM]:
            return count, post, CRAMPED
        if read == DONE:
            judge(table, body, work)
        if count + work[layout.MARKS] + 1 > len(posts):
            return count, post, FULL
        if read != DONE:
            posts[count], watches[count] = post, read
            count += 1
        count = write_down(table, work, post, posts, watches, count)
    return count, len(offsets) - 1, DONE
