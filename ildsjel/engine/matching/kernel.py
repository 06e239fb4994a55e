"""The inner loop: from the bytes of posts to the watches that match, compiled by numba.

For each post: decode and fold by table, cut into tokens, hash each token as it is read, note which
of the segment's atoms (words, prefixes, suffixes, patterns) it holds and where, and run the short
programs of those watches that are filed under one of them. Time grows in step with the post; each
watch is run once at most. What only Python can tell is left to it: posts whose characters fold
together come back to be folded, and matches that hang on inflection or capitals to be confirmed.

This module imports numba and is itself imported only when the kernel is first used.
"""

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.characters import (
    COMPLEX,
    CUT,
    EXPANDS,
    PAGES,
)
from ildsjel.engine.matching.compiling import Bytes, Hashes, Ints, Longs, Table, compiled
from ildsjel.engine.matching.kernel_judging import judge
from ildsjel.engine.matching.kernel_reading import emit, read_part, read_tags
from ildsjel.engine.matching.layout import (
    CRAMPED,
    CUT_HERE,
    DONE,
    FOLDED,
    FOLDS,
    FULL,
    KEY_PART,
    PART,
    STRANGE,
    TAG_PART,
    TEXT_PART,
    TITLE_PART,
)

_KEY_KIND = 4
_MOST_CHARACTERS = 200_000  # MAX_TEXT, which the kernel sees to where no Python has


@compiled
def decode(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """The character at a place of UTF-8 and where the next begins; U+FFFD for what is none."""
    byte = int(data[at])
    if byte < 0x80:
        return byte, at + 1
    size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    if byte < 0xC2 or byte > 0xF4 or at + size > end:
        return 0xFFFD, at + 1
    code = byte & (0x7F >> size)
    for place in range(at + 1, at + size):
        follows = int(data[place])
        if follows & 0xC0 != 0x80:
            return 0xFFFD, at + 1
        code = code << 6 | (follows & 0x3F)
    return (code, at + size) if code < 0x110000 else (0xFFFD, at + 1)


@compiled
def fold_part(
    data: Bytes, at: int, end: int, index: Ints, entries: Ints, expansions: Ints, codes: Ints
) -> tuple[int, int]:
    """Decode and fold to the end of a part: how many characters (or why not), and where it ends."""
    length = count = 0
    folded = at < end and data[at] == FOLDED
    first = PAGES if folded else 0
    at += folded
    cut = 0
    while at < end and data[at] != PART:
        if length + 20 > len(codes) // 3:
            return -CRAMPED - 10, at
        if data[at] == CUT_HERE:
            cut = CUT
            at += 1
            continue
        code, at = decode(data, at, end)
        count += 1
        if count > _MOST_CHARACTERS and not folded:
            continue
        page = index[first + (code >> 8)]
        if page < 0:
            return STRANGE, at
        entry = entries[page + (code & 255)]
        if entry >= 0:
            codes[length] = entry | cut
            length += 1
        elif entry <= EXPANDS:
            for place in range(
                EXPANDS - entry + 1, EXPANDS - entry + 1 + expansions[EXPANDS - entry]
            ):
                codes[length] = expansions[place]
                length += 1
        elif entry == COMPLEX:
            return FOLDS, at
        cut = 0
    return length, at


@compiled
def read_post(
    header: Longs, keys: Hashes, body: Ints, work: Ints, codes: Ints,
    data: Bytes, at: int, end: int, index: Ints, entries: Ints, expansions: Ints,
) -> int:  # fmt: skip
    """Read all parts of a post; returns DONE, or why it cannot be read."""
    part, zones, position = TEXT_PART, 0, 0
    while True:
        folded = at < end and data[at] == FOLDED
        length, at = fold_part(data, at, end, index, entries, expansions, codes)
        if length < 0:
            return length
        if part == KEY_PART:
            emit(header, keys, body, work, codes, 0, length, _KEY_KIND, zones, 0)
        else:
            position = read_part(header, keys, body, work, codes, length, zones, position)
            position = read_tags(header, keys, body, work, codes, length, zones, position, folded)
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
def match(
    header: Longs, keys: Hashes, body: Ints, work: Ints, codes: Ints,
    data: Bytes, offsets: Longs, first: int,
    index: Ints, entries: Ints, expansions: Ints, matches: Table,
) -> tuple[int, int, int]:  # fmt: skip
    """Match posts from `first` on; `data` from offset to offset is a post.

    Writes (post, watch, 1 or 2) or (post, STRANGE or FOLDS, 0) into `matches`. Returns how many,
    the post at which it stopped, and why: DONE, FULL or CRAMPED.
    """
    count = 0
    for post in range(first, len(offsets) - 1):
        work[layout.SERIAL] += 1
        work[work[layout.SEEN_LIST]] = 0
        work[work[layout.SPOTS]] = 0
        read = read_post(
            header,
            keys,
            body,
            work,
            codes,
            data,
            offsets[post],
            offsets[post + 1],
            index,
            entries,
            expansions,
        )
        if read < STRANGE + FOLDS or work[work[layout.SPOTS]] + 1 >= work[layout.ROOM]:
            return count, post, CRAMPED
        if read < 0:
            if count + 1 >= len(matches):
                return count, post, FULL
            matches[count, 0], matches[count, 1], matches[count, 2] = post, read, 0
            count += 1
            continue
        kept = judge(header, body, work, post, matches, count)
        if kept < 0:
            return count, post, FULL
        count = kept
    return count, len(offsets) - 1, DONE
