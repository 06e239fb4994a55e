"""The kernel folds: from the UTF-8 of a part to folded characters with their classes."""

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.characters import COMPLEX, CUT, EXPANDS, PAGES
from ildsjel.engine.matching.compiling import Bytes, Ints, Longs, compiled, inlined
from ildsjel.engine.matching.layout import CRAMPED, CUT_HERE, FOLDED, FOLDS, PART, STRANGE

_MOST_CHARACTERS = 200_000  # MAX_TEXT, which the kernel sees to where no Python has
_MOST_OF_ONE = 18  # characters that one may fold to


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
def end_of_kept(data: Bytes, at: int, end: int) -> int:
    """Where the part ends, or before that the characters of it that are searched."""
    count = 0
    while at < end and data[at] != PART and count < _MOST_CHARACTERS:
        _, at = decode(data, at, end)
        count += 1
    return at


@inlined
def fold_ascii(
    data: Bytes, at: int, end: int, page: int, characters: Ints, codes: Ints, length: int
) -> tuple[int, int]:
    """Fold up to the next character that is not ASCII."""
    while at < end and data[at] < 0x80:
        codes[length] = characters[page + data[at]]
        length += 1
        at += 1
    return length, at


@compiled
def fold_other(
    data: Bytes, at: int, end: int, half: int, characters: Ints, codes: Ints, length: int
) -> tuple[int, int]:
    """Fold one character, with the mark before it; a length below 0 says why it cannot be."""
    cut = 0
    if data[at] == CUT_HERE:
        cut = CUT
        at += 1
        if at >= end:
            return length, at
    code, at = decode(data, at, end)
    page = characters[half + (code >> 8)]
    if page < 0:
        return STRANGE, at
    entry = characters[page + (code & 255)]
    if entry >= 0:
        codes[length] = entry | cut
        length += 1
    elif entry <= EXPANDS:
        run = EXPANDS - entry
        for place in range(run + 1, run + 1 + characters[run]):
            codes[length] = characters[place]
            length += 1
    elif entry == COMPLEX:
        return FOLDS, at
    return length, at


@compiled
def fold_part(
    data: Bytes, at: int, end: int, characters: Ints, codes: Ints, work: Longs
) -> tuple[int, int]:
    """Decode and fold to the end of a part: how many characters (or why not), and where it ends.
    A 0 stands behind the characters."""
    length = 0
    room = work[layout.ROOM] - _MOST_OF_ONE - 2
    folded = at < end and data[at] == FOLDED
    half = PAGES if folded else 0
    at += folded
    stop = end
    if end - at > _MOST_CHARACTERS and not folded:
        stop = end_of_kept(data, at, end)
    page = characters[half]
    while at < stop and data[at] != PART:
        if length + stop - at > room:
            return -CRAMPED - 10, at
        length, at = fold_ascii(data, at, stop, page, characters, codes, length)
        if at < stop and data[at] != PART:
            length, at = fold_other(data, at, stop, half, characters, codes, length)
            if length < 0:
                return length, at
    while at < end and data[at] != PART:
        at += 1
    codes[length] = 0
    return length, at
