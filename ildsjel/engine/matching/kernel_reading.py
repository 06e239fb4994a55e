"""The kernel reads: the tokens of a part, in one zone and one spelling at a time."""

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
    SIGN,
    UNDERSCORE,
    UPPER,
    WORD,
)
from ildsjel.engine.matching.compiling import Ints, Longs, compiled, inlined
from ildsjel.engine.matching.kernel_looking import (
    begin,
    finish,
    follow_runs,
    look_up,
    look_up_piece,
    read_grams,
    read_suffixes,
    sight,
    step,
)
from ildsjel.engine.matching.layout import EXACT, GAP, MISSING, NO_ATOM, PREFIX

_WORD_KIND, _TAG_KIND, _NAME_KIND, _EMOJI_KIND = range(4)
_HASH_SIGN, _AT_SIGN, _DOT, _DASH = 35, 64, 46, 45
_JOINS = WORD | UNDERSCORE


@inlined
def read_prefixes(
    table: Longs, work: Longs, codes: Ints, start: int, end: int, base: np.uint64, position: int
) -> np.uint64:
    """Note the atoms that a token begins with; returns its running hash."""
    lengths = table[layout.PREFIXES]
    value = base
    for at in range(start, end):
        value = step(value, np.uint64(codes[at] & CODE))
        if lengths >> min(at + 1 - start, 62) & 1:
            found = look_up_piece(table, finish(value, PREFIX))
            if found != MISSING:
                sight(work, found, position)
    return value


@inlined
def read_token(
    table: Longs, body: Ints, work: Longs, codes: Ints, start: int, end: int,
    base: np.uint64, position: int, is_word: bool,
) -> None:  # fmt: skip
    """Note every atom that a token is, begins with, ends with, fits, or ends a run of words for."""
    value = read_prefixes(table, work, codes, start, end, base, position)
    whole = finish(value, EXACT)
    found = look_up(table, whole)
    if found == MISSING:
        found = NO_ATOM
    if found & NO_ATOM != NO_ATOM:
        sight(work, found, position)
    if is_word:
        follow_runs(table, work, whole, found, position)
    if table[layout.SUFFIXES]:
        read_suffixes(table, work, codes, start, end, base, position)
    if table[layout.GRAMS]:
        read_grams(table, body, work, codes, start, end, base, position)


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
def read_spelled(
    table: Longs, body: Ints, work: Longs, codes: Ints, start: int, end: int,
    zone: int, kind: int, nordic: int, position: int,
) -> None:  # fmt: skip
    """Read a token of any kind."""
    base = begin(table[layout.SEED], zone, kind, nordic)
    if nordic:
        first = work[layout.ROOM]
        end = in_nordic(codes, start, end, first)
        start = first
    read_token(table, body, work, codes, start, end, base, position, kind == _WORD_KIND)


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
    table: Longs, body: Ints, work: Longs, codes: Ints, start: int, end: int,
    zone: int, nordic: int, position: int, folded: bool,
) -> int:  # fmt: skip
    """Read a tag word by word, where capitals or digits show them; returns the next position."""
    at, found = start + 1, False
    while at < end and not found:
        found = codes[at] & CUT != 0 if folded else is_cut(codes, start, at, end)
        at += 1
    if not found:
        return position
    work[layout.RUN_COUNT] = 0
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
        read_spelled(table, body, work, codes, at, until, zone, _WORD_KIND, nordic, position)
        position += 1
        at = until
    return position + GAP


@compiled
def read_tags(
    table: Longs, body: Ints, work: Longs, codes: Ints, length: int,
    zone: int, nordic: int, position: int, folded: bool,
) -> int:  # fmt: skip
    """Read the tags of a part once more, word by word; returns the next position."""
    for at in range(length):
        if codes[at] & CODE == _HASH_SIGN:
            end = sign_end(codes, at, length)
            if end > at:
                position = read_camel(
                    table, body, work, codes, at + 1, end, zone, nordic, position, folded
                )
    return position


@compiled
def read_sign(
    table: Longs, body: Ints, work: Longs, codes: Ints, at: int, length: int,
    zone: int, nordic: int, position: int,
) -> None:  # fmt: skip
    """Read the tag or name that begins here, if one does."""
    end = sign_end(codes, at, length)
    if end == at:
        return
    kind = _TAG_KIND if codes[at] & CODE == _HASH_SIGN else _NAME_KIND
    read_spelled(table, body, work, codes, at, end, zone, kind, nordic, position)
    if kind == _NAME_KIND:
        short = short_end(codes, at, end)
        if short < end:
            read_spelled(table, body, work, codes, at, short, zone, kind, nordic, position)


@compiled
def read_part(
    table: Longs, body: Ints, work: Longs, codes: Ints, length: int,
    zone: int, nordic: int, position: int, folded: bool,
) -> int:  # fmt: skip
    """Read the tokens of a part whose characters lie in `codes`; returns the next position."""
    base = begin(table[layout.SEED], zone, _WORD_KIND, nordic)
    work[layout.RUN_COUNT] = 0
    tags = False
    at = 0
    while at < length:
        code, end = codes[at], at + 1
        if code & WORD:
            while codes[end] & (WORD | MARK):
                end += 1
            if nordic:
                read_spelled(table, body, work, codes, at, end, zone, _WORD_KIND, 1, position)
            else:
                read_token(table, body, work, codes, at, end, base, position, True)
            position += 1
        elif code & EMOJI:
            if code & FLAG and codes[end] & FLAG:
                end += 1
            read_spelled(table, body, work, codes, at, end, zone, _EMOJI_KIND, nordic, position)
        elif code & SIGN:
            read_sign(table, body, work, codes, at, length, zone, nordic, position)
            tags = tags or code & CODE == _HASH_SIGN
        at = end
    if tags:
        return read_tags(table, body, work, codes, length, zone, nordic, position + GAP, folded)
    return position + GAP
