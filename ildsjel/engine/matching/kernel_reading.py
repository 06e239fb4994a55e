"""The kernel reads: the tokens of a part, their hashes, and the atoms that they are."""

import numpy as np

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.characters import (
    CODE,
    CUT,
    DIGIT,
    EMOJI,
    FLAG,
    MARK,
    MORE,
    UNDERSCORE,
    UPPER,
    WORD,
)
from ildsjel.engine.matching.compiling import Hashes, Ints, Longs, Table, compiled
from ildsjel.engine.matching.layout import (
    ANY,
    EXACT,
    GAP,
    GRAM,
    ONE,
    PREFIX,
    SUFFIX,
)

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_ODD = np.uint64(1)
_WORD_KIND, _TAG_KIND, _NAME_KIND, _EMOJI_KIND, _KEY_KIND = range(5)
_HASH_SIGN, _AT_SIGN, _DOT, _DASH = 35, 64, 46, 45
_JOINS = WORD | UNDERSCORE


@compiled
def step(value: np.uint64, code: np.uint64) -> np.uint64:
    """A running hash with one more character."""
    mixed = (value ^ code) * _SPREAD
    return mixed ^ (mixed >> _HALF)


@compiled
def finish(value: np.uint64, how: int) -> np.uint64:
    """The hash of what was read so far, as something to be found in this way; never 0."""
    mixed = (value ^ np.uint64(how)) * _STIR
    return (mixed ^ (mixed >> _HALF)) | _ODD


@compiled
def begin(seed: int, zone: int, kind: int, nordic: int) -> np.uint64:
    """Where the hash of a token begins."""
    return step(np.uint64(seed), np.uint64(zone << 16 | kind << 8 | nordic))


@compiled
def hash_keys(seed: int, codes: Ints, ends: Ints, about: Table, found: Hashes) -> None:
    """Hash the keys of atoms: `codes` up to each of `ends`; `about`: zone, kind, spelling, how."""
    at = 0
    for number in range(len(ends)):
        value = begin(seed, about[number, 0], about[number, 1], about[number, 2])
        how = about[number, 3]
        until = ends[number]
        for place in range(at, until):
            here = at + until - 1 - place if how == SUFFIX else place
            value = step(value, np.uint64(codes[here]))
        found[number] = finish(value, how)
        at = until


@compiled
def fill_table(hashes: Hashes, held: Ints, shift: int, keys: Hashes, values: Ints) -> None:
    """Put values into an empty table by their hashes."""
    for number in range(len(hashes)):
        place = np.int64(hashes[number] >> np.uint64(shift))
        while keys[place] != 0:
            place = (place + 1) & (len(keys) - 1)
        keys[place] = hashes[number]
        values[place] = held[number]


@compiled
def look_up(header: Longs, keys: Hashes, body: Ints, value: np.uint64) -> int:
    """The value of a key, -1 where it is not in the table. Lists have values below -1."""
    place = np.int64(value >> np.uint64(header[layout.SHIFT]))
    while keys[place] != 0:
        if keys[place] == value:
            return int(body[header[layout.VALUES] + place])
        place = (place + 1) & (len(keys) - 1)
    return -1


@compiled
def sight(header: Longs, body: Ints, work: Ints, atom: int, position: int) -> None:
    """Note that the post holds an atom, and where, if that matters."""
    serial = work[layout.SERIAL]
    if work[work[layout.SEEN] + atom] != serial:
        work[work[layout.SEEN] + atom] = serial
        work[work[layout.FIRST] + atom] = -1
        work[work[layout.SEEN_LIST]] += 1
        work[work[layout.SEEN_LIST] + work[work[layout.SEEN_LIST]]] = atom
    if not body[header[layout.PLACED] + atom]:
        return
    number = work[work[layout.SPOTS]]
    work[work[layout.SPOTS]] = number + 1
    if number + 1 >= work[layout.ROOM]:
        return  # cramped: seen to at the end of the post
    work[work[layout.SPOTS] + number + 1] = position
    work[work[layout.FOLLOWING] + number + 1] = -1
    if work[work[layout.FIRST] + atom] < 0:
        work[work[layout.FIRST] + atom] = number + 1
    else:
        work[work[layout.FOLLOWING] + work[work[layout.LAST] + atom]] = number + 1
    work[work[layout.LAST] + atom] = number + 1


@compiled
def fits(codes: Ints, start: int, end: int, pattern: Ints) -> bool:
    """Whether a whole token is as a pattern says; see `wildcards.fits`."""
    at, here, star, resume = 0, start, -1, start
    while here < end:
        if at < len(pattern) and pattern[at] == ANY:
            star, resume = at, here
            at += 1
        elif at < len(pattern) and (pattern[at] == ONE or pattern[at] == codes[here] & CODE):
            at += 1
            here += 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    while at < len(pattern) and pattern[at] == ANY:
        at += 1
    return at == len(pattern)


@compiled
def try_patterns(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    listed: int,
    position: int,
) -> None:
    """Hold a token against the patterns of a list, each once a token."""
    token = work[layout.TOKEN]
    for place in range(listed + 1, listed + 1 + body[header[layout.LISTS] + listed]):
        pattern = body[header[layout.LISTS] + place]
        if work[work[layout.TRIED] + pattern] == token:
            continue
        work[work[layout.TRIED] + pattern] = token
        text = header[layout.PATTERN_TEXT] + pattern
        codes_at = header[layout.PATTERN_CODES]
        wanted = body[codes_at + body[text] : codes_at + body[text + 1]]
        if fits(codes, start, end, wanted):
            sight(header, body, work, body[header[layout.PATTERN_ATOM] + pattern], position)


@compiled
def read_grams(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    base: np.uint64,
    position: int,
) -> None:
    """Find the patterns of which a token holds a piece, and try them."""
    grams = header[layout.GRAMS]
    work[layout.TOKEN] += 1
    for at in range(start, end):
        value = base
        for length in range(1, min(3, end - at) + 1):
            value = step(value, np.uint64(codes[at + length - 1] & CODE))
            if grams >> length & 1:
                found = look_up(header, keys, body, finish(value, GRAM + length))
                if found < -1:
                    try_patterns(header, keys, body, work, codes, start, end, -2 - found, position)


@compiled
def read_suffixes(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    base: np.uint64,
    position: int,
) -> None:
    lengths = header[layout.SUFFIXES]
    value = base
    for length in range(1, end - start + 1):
        value = step(value, np.uint64(codes[end - length] & CODE))
        if lengths >> min(length, 62) & 1:
            found = look_up(header, keys, body, finish(value, SUFFIX))
            if found >= 0:
                sight(header, body, work, found, position)
        if lengths >> min(length, 62) == 0:
            break


@compiled
def read_token(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    base: np.uint64,
    position: int,
) -> None:
    """Note every atom that a token is, begins with, ends with or fits."""
    lengths = header[layout.PREFIXES]
    value = base
    for at in range(start, end):
        value = step(value, np.uint64(codes[at] & CODE))
        if lengths >> min(at + 1 - start, 62) & 1:
            found = look_up(header, keys, body, finish(value, PREFIX))
            if found >= 0:
                sight(header, body, work, found, position)
    found = look_up(header, keys, body, finish(value, EXACT))
    if found >= 0:
        sight(header, body, work, found, position)
    if header[layout.SUFFIXES]:
        read_suffixes(header, keys, body, work, codes, start, end, base, position)
    if header[layout.GRAMS]:
        read_grams(header, keys, body, work, codes, start, end, base, position)


@compiled
def in_nordic(codes: Ints, start: int, end: int, to: int) -> int:
    """Write a token with å=aa, ø=ö=oe and æ=ä=ae to another place; returns where it ends."""
    for at in range(start, end):
        code = codes[at] & CODE
        first, second = code, 0
        if code == 0xE5:
            first, second = 97, 97
        elif code in (0xF8, 0xF6):
            first, second = 111, 101
        elif code in (0xE6, 0xE4):
            first, second = 97, 101
        codes[to] = first
        to += 1
        if second:
            codes[to] = second
            to += 1
    return to


@compiled
def emit(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    kind: int,
    zone: int,
    position: int,
) -> None:
    """Read a token in one zone, in each of the spellings that are looked for."""
    if header[layout.ZONES] >> zone & 1:
        base = begin(header[layout.SEED], zone, kind, 0)
        read_token(header, keys, body, work, codes, start, end, base, position)
    if header[layout.ZONES] >> (16 + zone) & 1:
        base = begin(header[layout.SEED], zone, kind, 1)
        first = work[layout.ROOM]
        last = in_nordic(codes, start, end, first)
        read_token(header, keys, body, work, codes, first, last, base, position)


@compiled
def emit_both(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    kind: int,
    zones: int,
    position: int,
) -> None:
    """Read a token in the one or two zones of its part: the lower and the upper four bits."""
    emit(header, keys, body, work, codes, start, end, kind, zones & 15, position)
    if zones >> 4:
        emit(header, keys, body, work, codes, start, end, kind, zones >> 4, position)


@compiled
def name_end(codes: Ints, start: int, end: int, joins: int) -> int:
    """The end of words with dots and dashes between them."""
    at = start
    while at < end and codes[at] & joins:
        at += 1
    while True:
        here = at
        while here < end and (codes[here] & CODE == _DOT or codes[here] & CODE == _DASH):
            here += 1
        if here == at or here >= end or not codes[here] & joins:
            return at
        while here < end and codes[here] & joins:
            here += 1
        at = here


@compiled
def sign_end(codes: Ints, start: int, end: int) -> int:
    """Where the tag or name that begins here ends; `start` if none does. See `text.SIGN`."""
    if start > 0 and (codes[start - 1] & _JOINS or codes[start - 1] & CODE == _DOT):
        return start
    at = start + 1
    if at >= end or not codes[at] & _JOINS:
        return start
    if codes[start] & CODE == _HASH_SIGN:
        while at < end and codes[at] & (_JOINS | MARK):
            at += 1
        return at
    at = name_end(codes, at, end, _JOINS)
    if at + 1 < end and codes[at] & CODE == _AT_SIGN and codes[at + 1] & WORD:
        return name_end(codes, at + 1, end, WORD)
    return at


@compiled
def short_end(codes: Ints, start: int, end: int) -> int:
    """Where `@name` ends in `@name.example.org`."""
    at = start + 1
    while at < end and codes[at] & CODE != _DOT and codes[at] & CODE != _AT_SIGN:
        at += 1
    return at


@compiled
def shape(code: int) -> int:
    """1: a capital, 2: a digit, 3: another letter, 0: no letter."""
    if code & UPPER:
        return 1
    if code & DIGIT:
        return 2
    return 3 if code & WORD else 0


@compiled
def is_cut(codes: Ints, start: int, at: int, end: int) -> bool:
    """Whether a word of a tag begins here; see `document.camel_cuts`."""
    if codes[at] & CUT:
        return True
    if codes[at] & (MORE | MARK):
        return False
    before, after = at - 1, at + 1
    while before > start and codes[before] & (MORE | MARK):
        before -= 1
    while after < end and codes[after] & (MORE | MARK):
        after += 1
    here, left = shape(codes[at]), shape(codes[before])
    if here != left and (here == 2 or left == 2) and here != 0 and left != 0:
        return True
    right = shape(codes[after]) if after < end else 0
    return here == 1 and (left == 3 or (left == 1 and right == 3))


@compiled
def read_camel(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    start: int,
    end: int,
    zones: int,
    position: int,
    folded: bool,
) -> int:
    """Read a tag word by word, where capitals or digits show them; returns the next position."""
    at, found = start + 1, False
    while at < end and not found:
        found = codes[at] & CUT != 0 if folded else is_cut(codes, start, at, end)
        at += 1
    if not found:
        return position
    at = start
    while at < end:
        if not codes[at] & WORD:
            at += 1
            continue
        until = at + 1
        while until < end and codes[until] & (WORD | MARK):
            if codes[until] & CUT if folded else is_cut(codes, start, until, end):
                break
            until += 1
        emit_both(header, keys, body, work, codes, at, until, _WORD_KIND, zones, position)
        position += 1
        at = until
    return position + GAP


@compiled
def read_sign(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    at: int,
    length: int,
    zones: int,
    position: int,
) -> None:
    end = sign_end(codes, at, length)
    if end == at:
        return
    kind = _TAG_KIND if codes[at] & CODE == _HASH_SIGN else _NAME_KIND
    emit_both(header, keys, body, work, codes, at, end, kind, zones, position)
    if kind == _NAME_KIND:
        short = short_end(codes, at, end)
        if short < end:
            emit_both(header, keys, body, work, codes, at, short, kind, zones, position)


@compiled
def read_part(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    length: int,
    zones: int,
    position: int,
) -> int:
    """Read the tokens of a part whose characters lie in `codes`; returns the next position."""
    at = 0
    while at < length:
        code = codes[at]
        if code & WORD:
            end = at + 1
            while end < length and codes[end] & (WORD | MARK):
                end += 1
            emit_both(header, keys, body, work, codes, at, end, _WORD_KIND, zones, position)
            position += 1
            at = end
            continue
        if code & EMOJI:
            end = at + 2 if code & FLAG and at + 1 < length and codes[at + 1] & FLAG else at + 1
            emit_both(header, keys, body, work, codes, at, end, _EMOJI_KIND, zones, position)
            at = end
            continue
        if code & CODE == _HASH_SIGN or code & CODE == _AT_SIGN:
            read_sign(header, keys, body, work, codes, at, length, zones, position)
        at += 1
    return position + GAP


@compiled
def read_tags(
    header: Longs,
    keys: Hashes,
    body: Ints,
    work: Ints,
    codes: Ints,
    length: int,
    zones: int,
    position: int,
    folded: bool,
) -> int:
    """Read the tags of a part once more, word by word; returns the next position."""
    for at in range(length):
        if codes[at] & CODE == _HASH_SIGN:
            end = sign_end(codes, at, length)
            if end > at:
                position = read_camel(
                    header, keys, body, work, codes, at + 1, end, zones, position, folded
                )
    return position
