"""The kernel's judging: the programs of the watches filed under what a post holds."""

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.compiling import Ints, Longs, Table, compiled
from ildsjel.engine.matching.layout import (
    ACCEPT,
    ATOM,
    GAP,
    PHRASE,
    UNSURE,
)


@compiled
def start_of(header: Longs, body: Ints, work: Ints, ref: int, pointer: int) -> int:
    """Set the pointers of an atom or phrase to its first words; -1 where a word is not there."""
    if ref >= 0:
        if work[work[layout.SEEN] + ref] != work[layout.SERIAL]:
            return -1
        work[work[layout.POINTERS_AT] + pointer] = work[work[layout.FIRST] + ref]
        return 1
    phrase = -1 - ref
    for number in range(body[header[layout.LISTS] + phrase]):
        atom = body[header[layout.LISTS] + phrase + 1 + number]
        if work[work[layout.SEEN] + atom] != work[layout.SERIAL]:
            return -1
        work[work[layout.POINTERS_AT] + pointer + number] = work[work[layout.FIRST] + atom]
    return int(body[header[layout.LISTS] + phrase])


@compiled
def next_place(work: Ints, length: int, pointer: int) -> int:
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
def follows(header: Longs, body: Ints, work: Ints, left: int, right: int, between: int) -> bool:
    """Whether the right stands after the left with at most so many words between."""
    one = start_of(header, body, work, left, 0)
    if one < 0:
        return False
    middle = header[layout.POINTERS]
    other = start_of(header, body, work, right, middle)
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
def is_near(header: Longs, body: Ints, work: Ints, listed: int) -> bool:
    """A list: words between, ordered, how many left, how many right, and these."""
    listed += header[layout.LISTS]
    between, ordered = body[listed], body[listed + 1]
    middle = listed + 4 + body[listed + 2]
    for one in range(listed + 4, middle):
        for other in range(middle, middle + body[listed + 3]):
            if follows(header, body, work, body[one], body[other], between):
                return True
            if not ordered and follows(header, body, work, body[other], body[one], between):
                return True
    return False


@compiled
def holds(header: Longs, body: Ints, work: Ints, operation: int, argument: int) -> bool:
    if operation == ATOM:
        return bool(work[work[layout.SEEN] + argument] == work[layout.SERIAL])
    if operation == PHRASE:
        length = start_of(header, body, work, -1 - argument, 0)
        return length > 0 and next_place(work, length, 0) >= 0
    return is_near(header, body, work, argument)


@compiled
def run(header: Longs, body: Ints, work: Ints, watch: int) -> int:
    """0: the post does not match, 1: it does, 2: it does if the plain evaluation says so."""
    code = header[layout.CODE]
    found = 1
    at = int(body[header[layout.ENTRIES] + watch])
    while at >= 0:
        here = code + at
        if body[here] == UNSURE:
            found = 2
            at = int(body[here + 2])
        elif holds(header, body, work, body[here], body[here + 1]):
            at = int(body[here + 2])
        else:
            at = int(body[here + 3])
    return found if at == ACCEPT else 0


@compiled
def judge(header: Longs, body: Ints, work: Ints, post: int, matches: Table, count: int) -> int:
    """Run each watch that is filed under an atom of the post; returns how many matches there are
    now, -1 where there is no room."""
    serial = work[layout.SERIAL]
    for number in range(1, work[work[layout.SEEN_LIST]] + 1):
        atom = work[work[layout.SEEN_LIST] + number]
        for place in range(
            body[header[layout.FILES] + atom], body[header[layout.FILES] + atom + 1]
        ):
            partner = body[header[layout.FILED] + 2 * place]
            if partner >= 0 and work[work[layout.SEEN] + partner] != serial:
                continue
            watch = body[header[layout.FILED] + 2 * place + 1]
            if work[work[layout.STAMPS] + watch] == serial:
                continue
            work[work[layout.STAMPS] + watch] = serial
            found = run(header, body, work, watch)
            if found:
                if count + 1 >= len(matches):
                    return -1
                matches[count, 0], matches[count, 1], matches[count, 2] = post, watch, found
                count += 1
    return count
