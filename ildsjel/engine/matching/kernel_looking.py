"""The kernel looks up: hashes of what was read, and the atoms that the post is found to hold."""

import numpy as np

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.characters import CODE
from ildsjel.engine.matching.compiling import Ints, Longs, Table, compiled, inlined
from ildsjel.engine.matching.layout import (
    ANY,
    ATOM_BITS,
    FILE_MASK,
    GOES_ON,
    GRAM,
    HEADER,
    LONGEST_GRAM,
    MISSING,
    NO_ATOM,
    ONE,
    PLACED,
    RUN,
    STARTS,
    SUFFIX,
    WITHIN,
)

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_ODD = np.uint64(1)
_SIX = np.uint64(63)


@inlined
def step(value: np.uint64, code: np.uint64) -> np.uint64:
    """A running hash with one more character."""
    mixed = (value ^ code) * _SPREAD
    return mixed ^ (mixed >> _HALF)


@inlined
def finish(value: np.uint64, how: int) -> np.uint64:
    """The hash of what was read so far, as something to be found in this way; never 0."""
    mixed = (value ^ np.uint64(how)) * _STIR
    return (mixed ^ (mixed >> _HALF)) | _ODD


@inlined
def begin(seed: int, zone: int, kind: int, nordic: int) -> np.uint64:
    """Where the hash of a token begins."""
    return step(np.uint64(seed), np.uint64(zone << 16 | kind << 8 | nordic))


@inlined
def linked(run: np.uint64, word: np.uint64) -> np.uint64:
    """The hash of a run of words with one more; of the first two, given both as words."""
    return finish(step(run * _STIR, word), RUN)


@compiled
def hash_keys(seed: int, codes: Ints, ends: Ints, about: Table, found: Longs) -> None:
    """Hash the keys of atoms: `codes` up to each of `ends`; `about`: zone, kind, spelling, how."""
    at = 0
    for number in range(len(ends)):
        value = begin(seed, about[number, 0], about[number, 1], about[number, 2])
        how = about[number, 3]
        until = ends[number]
        for place in range(at, until):
            here = at + until - 1 - place if how == SUFFIX else place
            value = step(value, np.uint64(codes[here]))
        found[number] = np.int64(finish(value, how))
        at = until


@compiled
def hash_runs(before: Longs, words: Longs, found: Longs) -> None:
    """Hash runs of words: those without their last word, and that word."""
    for number in range(len(words)):
        found[number] = np.int64(linked(np.uint64(before[number]), np.uint64(words[number])))


@compiled
def fill_table(hashes: Longs, held: Longs, table: Longs) -> None:
    """Put values into an empty table by their hashes."""
    for number in range(len(hashes)):
        place = np.int64(np.uint64(hashes[number]) >> np.uint64(table[layout.SHIFT]))
        while table[HEADER + 2 * place] != 0:
            place = (place + 1) & table[layout.MASK]
        table[HEADER + 2 * place] = hashes[number]
        table[HEADER + 2 * place + 1] = held[number]


@inlined
def look_up(table: Longs, value: np.uint64) -> int:
    """The value of a key, MISSING where it is not in the table."""
    key = np.int64(value)
    place = np.int64(value >> np.uint64(table[layout.SHIFT]))
    while True:
        held = table[HEADER + 2 * place]
        if held == key:
            return int(table[HEADER + 2 * place + 1])
        if held == 0:
            return MISSING
        place = (place + 1) & table[layout.MASK]


@inlined
def may_hold(table: Longs, value: np.uint64) -> bool:
    """Whether the table may hold a prefix, suffix or piece: most that it does not are ruled out by
    bits that lie close together."""
    number = np.int64(value >> np.uint64(16)) & table[layout.FILTER_MASK]
    return bool(table[table[layout.FILTER] + number] >> np.int64(value >> np.uint64(8) & _SIX) & 1)


@compiled
def fill_filter(hashes: Longs, table: Longs) -> None:
    """Set the bits of prefixes, suffixes and pieces."""
    for number in range(len(hashes)):
        value = np.uint64(hashes[number])
        place = table[layout.FILTER] + (
            np.int64(value >> np.uint64(16)) & table[layout.FILTER_MASK]
        )
        table[place] |= np.int64(1) << np.int64(value >> np.uint64(8) & _SIX)


@inlined
def look_up_piece(table: Longs, value: np.uint64) -> int:
    """The same as `look_up`, for what is seldom there."""
    return look_up(table, value) if may_hold(table, value) else MISSING


@inlined
def has_bit(work: Longs, bits: int, number: int) -> bool:
    return bool(work[bits + (number >> 6)] >> (number & 63) & 1)


@inlined
def set_bit(work: Longs, bits: int, number: int) -> None:
    work[bits + (number >> 6)] |= np.int64(1) << (number & 63)


@compiled
def note_place(work: Longs, atom: int, position: int, new: bool) -> None:
    """Add an occurrence to those of an atom."""
    number = work[layout.SPOT_COUNT]
    work[layout.SPOT_COUNT] = number + 1
    if number + 1 >= work[layout.ROOM]:
        return  # cramped: seen to at the end of the post
    work[work[layout.SPOTS] + number] = position
    work[work[layout.FOLLOWING] + number] = -1
    if new:
        work[work[layout.FIRST] + atom] = number
    else:
        work[work[layout.FOLLOWING] + work[work[layout.LAST] + atom]] = number
    work[work[layout.LAST] + atom] = number


@inlined
def sight(work: Longs, found: int, position: int) -> None:
    """Note that the post holds an atom, told by its value, and where, if that matters."""
    atom = found & NO_ATOM
    new = not has_bit(work, work[layout.SEEN], atom)
    if new:
        set_bit(work, work[layout.SEEN], atom)
        work[work[layout.SEEN_LIST] + work[layout.SEEN_COUNT]] = atom
        work[layout.SEEN_COUNT] += 1
        file = found >> ATOM_BITS & FILE_MASK
        if file:
            work[work[layout.HITS] + work[layout.HIT_COUNT]] = file
            work[layout.HIT_COUNT] += 1
    if found & PLACED:
        note_place(work, atom, position, new)


@inlined
def follow_runs(table: Longs, work: Longs, word: np.uint64, found: int, position: int) -> None:
    """Lead the runs so far on by a word; `found` is its value, 0 for a word that no watch has."""
    kept, runs = 0, work[layout.RUNS]
    if found & WITHIN:
        for number in range(work[layout.RUN_COUNT]):
            run = linked(np.uint64(work[runs + number]), word)
            longer = look_up(table, run)
            if longer == MISSING:
                continue
            if longer & NO_ATOM != NO_ATOM:
                sight(work, longer, position)
            if longer & GOES_ON:
                work[runs + kept] = np.int64(run)
                kept += 1
    if found & STARTS:
        work[runs + kept] = np.int64(word)
        kept += 1
    work[layout.RUN_COUNT] = kept


@compiled
def fits(codes: Ints, start: int, end: int, body: Ints, at: int, until: int) -> bool:
    """Whether a whole token is as a pattern of the body says; see `wildcards.fits`."""
    first = at
    here, star, resume = start, -1, start
    while here < end:
        if at < until and body[at] == ANY:
            star, resume = at, here
            at += 1
        elif at < until and (body[at] == ONE or body[at] == codes[here] & CODE):
            at += 1
            here += 1
        elif star >= first:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    while at < until and body[at] == ANY:
        at += 1
    return at == until


@compiled
def try_patterns(
    table: Longs, body: Ints, work: Longs, codes: Ints, start: int, end: int,
    listed: int, position: int,
) -> None:  # fmt: skip
    """Hold a token against the patterns of a list, each once a token."""
    token = work[layout.TOKEN]
    text, begin_at = table[layout.PATTERN_TEXT], table[layout.PATTERN_CODES]
    for place in range(listed + 1, listed + 1 + body[listed]):
        pattern = body[place]
        if work[work[layout.TRIED] + pattern] == token:
            continue
        work[work[layout.TRIED] + pattern] = token
        at, until = begin_at + body[text + pattern], begin_at + body[text + pattern + 1]
        if fits(codes, start, end, body, at, until):
            sight(work, table[table[layout.PATTERN_VALUES] + pattern], position)


@compiled
def read_grams(
    table: Longs, body: Ints, work: Longs, codes: Ints, start: int, end: int,
    base: np.uint64, position: int,
) -> None:  # fmt: skip
    """Find the patterns of which a token holds a piece, and try them."""
    grams = table[layout.GRAMS]
    work[layout.TOKEN] += 1
    for at in range(start, end):
        value = base
        for length in range(1, min(LONGEST_GRAM, end - at) + 1):
            value = step(value, np.uint64(codes[at + length - 1] & CODE))
            if grams >> length & 1:
                found = look_up_piece(table, finish(value, GRAM + length))
                if found != MISSING:
                    listed = table[layout.LISTS] + found
                    try_patterns(table, body, work, codes, start, end, listed, position)


@compiled
def read_suffixes(
    table: Longs, work: Longs, codes: Ints, start: int, end: int, base: np.uint64, position: int
) -> None:
    lengths = table[layout.SUFFIXES]
    value = base
    for length in range(1, end - start + 1):
        value = step(value, np.uint64(codes[end - length] & CODE))
        if lengths >> min(length, 62) & 1:
            found = look_up_piece(table, finish(value, SUFFIX))
            if found != MISSING:
                sight(work, found, position)
        if lengths >> min(length, 62) == 0:
            break
