"""The kernel judges: the watches filed under what a post holds, and those that match in order."""

import numpy as np

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.compiling import Ints, Longs, compiled, inlined
from ildsjel.engine.matching.kernel_looking import has_bit, set_bit
from ildsjel.engine.matching.layout import (
    ACCEPT,
    ATOM,
    GAP,
    PHRASE,
    TO_CONFIRM,
    UNSURE,
)

# The place of the lowest bit, by the six upper bits of a de Bruijn sequence times it.
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_TOP = np.uint64(58)
_PLACES = np.zeros(64, np.int64)
for _place in range(64):
    _PLACES[(0x03F79D71B4CB0A89 << _place & (1 << 64) - 1) >> 58] = _place


@inlined
def lowest(bits: int) -> int:
    """The number of the lowest bit of a number that is not 0."""
    return int(_PLACES[np.int64((np.uint64(bits & -bits) * _DE_BRUIJN) >> _TOP)])


@compiled
def start_of(table: Longs, body: Ints, work: Longs, ref: int, pointer: int) -> int:
    """Set the pointers of an atom or phrase to its first words; -1 where a word is not there."""
    seen, first, pointer = work[layout.SEEN], work[layout.FIRST], work[layout.POINTERS_AT] + pointer
    if ref >= 0:
        if not has_bit(work, seen, ref):
            return -1
        work[pointer] = work[first + ref]
        return 1
    phrase = table[layout.LISTS] - 1 - ref
    length = int(body[phrase])
    for number in range(length):
        if not has_bit(work, seen, body[phrase + 1 + number]):
            return -1
    for number in range(length):
        work[pointer + number] = work[first + body[phrase + 1 + number]]
    return length


@compiled
def next_place(work: Longs, length: int, pointer: int) -> int:
    """Where an atom or phrase stands next, -1 for nowhere any more. Pointers only move on."""
    spots, following = work[layout.SPOTS], work[layout.FOLLOWING]
    pointer += work[layout.POINTERS_AT]
    while work[pointer] >= 0:
        position = work[spots + work[pointer]]
        work[pointer] = work[following + work[pointer]]
        whole = True
        for number in range(1, length):
            here = work[pointer + number]
            while here >= 0 and work[spots + here] < position + number:
                here = work[following + here]
            work[pointer + number] = here
            if here < 0:
                return -1
            if work[spots + here] != position + number:
                whole = False
                break
        if whole:
            return int(position)
    return -1


@compiled
def follows(table: Longs, body: Ints, work: Longs, left: int, right: int, between: int) -> bool:
    """Whether the right stands after the left with at most so many words between."""
    one = start_of(table, body, work, left, 0)
    if one < 0:
        return False
    middle = table[layout.POINTERS]
    other = start_of(table, body, work, right, middle)
    if other < 0:
        return False
    last = -1 - between - GAP  # where the left ended, the latest time before the right begins
    waiting = next_place(work, one, 0)
    while True:
        place = next_place(work, other, middle)
        if place < 0:
            return False
        while waiting >= 0 and waiting + one <= place:
            last = waiting + one - 1
            waiting = next_place(work, one, 0)
        if last >= place - 1 - between:
            return True


@compiled
def is_near(table: Longs, body: Ints, work: Longs, listed: int) -> bool:
    """A list: words between, ordered, how many left, how many right, and these."""
    listed += table[layout.LISTS]
    between, ordered = body[listed], body[listed + 1]
    middle = listed + 4 + body[listed + 2]
    for one in range(listed + 4, middle):
        for other in range(middle, middle + body[listed + 3]):
            if follows(table, body, work, body[one], body[other], between):
                return True
            if not ordered and follows(table, body, work, body[other], body[one], between):
                return True
    return False


@compiled
def holds_places(table: Longs, body: Ints, work: Longs, operation: int, argument: int) -> bool:
    if operation == PHRASE:
        length = start_of(table, body, work, -1 - argument, 0)
        return length > 0 and next_place(work, length, 0) >= 0
    return is_near(table, body, work, argument)


@inlined
def run(table: Longs, body: Ints, work: Longs, at: int) -> int:
    """0: the post does not match, 1: it does, 2: it does if the plain evaluation says so."""
    code, found = table[layout.CODE], 1
    while at >= 0:
        here = code + at
        operation, argument = body[here] & 3, body[here] >> 2
        if operation == ATOM:
            holds = has_bit(work, work[layout.SEEN], argument)
        elif operation == UNSURE:
            found = 2
            holds = True
        else:
            holds = holds_places(table, body, work, operation, argument)
        at = int(body[here + 1] if holds else body[here + 2])
    return found if at == ACCEPT else 0


@inlined
def mark(work: Longs, watch: int) -> None:
    """Note that a watch matches."""
    work[work[layout.FOUND] + (watch >> 6)] |= np.int64(1) << (watch & 63)
    work[work[layout.FOUND_WORDS] + (watch >> 12)] |= np.int64(1) << (watch >> 6 & 63)
    work[layout.MARKS] += 1


@compiled
def judge(table: Longs, body: Ints, work: Longs) -> None:
    """Mark the watches that match, of those filed under what the post holds."""
    serial, stamps = work[layout.SERIAL], work[layout.STAMPS]
    for number in range(work[layout.HIT_COUNT]):
        at = work[work[layout.HITS] + number]
        middle = at + 2 + body[at]
        end = middle + 2 * body[at + 1]
        for place in range(at + 2, middle):
            mark(work, body[place])
        for place in range(middle, end, 2):
            watch = int(body[place] >> 1)
            if body[place] & 1:
                if work[stamps + watch] == serial:
                    continue
                work[stamps + watch] = serial
            found = run(table, body, work, body[place + 1])
            if found:
                mark(work, watch)
            if found == 2:
                set_bit(work, work[layout.UNSURES], watch)


@compiled
def write_down(
    table: Longs, work: Longs, post: int, posts: Ints, watches: Longs, count: int
) -> int:
    """Write the watches that match in order and forget them; returns how many are written now."""
    found, unsures, words = work[layout.FOUND], work[layout.UNSURES], work[layout.FOUND_WORDS]
    for top in range((table[layout.WATCHES] >> 12) + 1):
        while work[words + top] != 0:
            word = top << 6 | lowest(work[words + top])
            work[words + top] &= work[words + top] - 1
            bits = work[found + word]
            work[found + word] = 0
            while bits != 0:
                watch = word << 6 | lowest(bits)
                bits &= bits - 1
                if has_bit(work, unsures, watch):
                    watch |= TO_CONFIRM
                posts[count], watches[count] = post, watch
                count += 1
            work[unsures + word] = 0
    return count
