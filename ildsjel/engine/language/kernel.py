"""From characters to sums of weights: the inner loop of language identification.

One source for two ways of running: compiled by numba where it is installed, as plain Python where
it is not. Only whole numbers are used, so both give the same sums to the last bit. Time grows in
step with the text; nothing is kept but a word at a time.

A word is a run of letters, folded (`tables.letters`). It has features: its 1- to 5-grams with its
ends marked, itself, and itself with the word before. Each feature is a row of weights, found by its
hash; a word's vector is the sum of its rows. Chunks between blanks that are addresses, mentions or
e-mail are left out, and so are numbers, signs and emoji; of a hashtag the words are read.
"""

from collections.abc import MutableSequence, Sequence
from typing import TypeAlias

from ildsjel.engine.compiling import compiled

Numbers: TypeAlias = Sequence[int]
Filled: TypeAlias = MutableSequence[int]
Known: TypeAlias = tuple[Numbers, Numbers, Numbers]  # tables.letters, tables.composed, weights
Room: TypeAlias = tuple[Filled, Filled]  # to work in: BUFFER letters, MOST_FEATURES rows


# numba keeps compiled code by the file it comes from: all it is compiled with stands in this one.
WORD_ROWS = 1 << 18
PAIR_ROWS = 1 << 17
GRAM_ROWS = 1 << 17
ROWS = WORD_ROWS + PAIR_ROWS + GRAM_ROWS

DIMENSIONS = 24
PACKS = DIMENSIONS // 8  # numbers that a row of weights is read as, eight bytes each
LONGEST_GRAM = 5
LONGEST_WORD = 30  # letters read of a word
MOST_WORDS = 200  # words read of a text
MOST_FEATURES = 5 * (LONGEST_WORD + 2) + 2
BUFFER = LONGEST_WORD + 2

# What `tables.letters` says of a character, beside the letter it is folded to.
SEPARATOR = 0
IGNORED = 1  # apostrophes and invisible characters: no letter, and no end of a word
STOP = 2  # ends a sentence: a capital after it says nothing
FIRST_MARK = 3  # combining marks, by their place in `tables.MARKS`
FIRST_LETTER = 16  # folded codes below this are no letters

BIAS = 128  # added to a weight, so that it is a byte above zero
_EDGE = 15  # stands for an end of a word in its n-grams
_IDEOGRAPH = 0x3040  # stands for all letters beyond the table: only their being there counts
_LANES = 0x00FF00FF00FF00FF
_MASK = 0xFFFFFFFF
_SPREAD = 0x2C1B3C6D
_PRIME = 0x01000193
_START = 0x811C9DC5
_NAMELIKE = 0x9E3779B9


@compiled
def mixed(value: int) -> int:
    """The upper bits of a running hash, which its lower ones do not show."""
    return ((value * _SPREAD) >> 15) & _MASK


@compiled
def after_address(codes: Numbers, at: int, end: int) -> int:
    """Where the chunk that begins at `at` ends, if it is an address or mention; else `at`."""
    start, mail, dots, slashes = at, False, 0, 0
    while at < end and codes[at] > 32:
        mail = mail or codes[at] == 64
        dots += codes[at] == 46 and at + 1 < end and codes[at + 1] > 32
        slashes += codes[at] == 47
        at += 1
    www = dots > 1 and codes[start] | 32 == 119 and codes[start + 1] | 32 == 119
    return at if mail or (dots and slashes) or slashes > 2 or www else start


@compiled
def folded(code: int, letters: Numbers) -> int:
    """What a character counts as: a letter, or one of the kinds below FIRST_LETTER."""
    if code < len(letters):
        return int(letters[code])
    ideograph = code < 0xD7B0 or 0x20000 <= code < 0x32000
    return _IDEOGRAPH if ideograph and code >= _IDEOGRAPH else SEPARATOR


@compiled
def word_start(codes: Numbers, at: int, end: int, letters: Numbers) -> tuple[int, bool]:
    """Where the next word begins (`end`: none), and whether a sentence ended before it."""
    stopped = False
    while at < end:
        if at == 0 or codes[at - 1] <= 32:
            at = after_address(codes, at, end)
            if at == end:
                break
        kind = folded(codes[at], letters)
        if kind >= FIRST_LETTER:
            break
        stopped = stopped or kind == STOP
        at += 1
    return at, stopped


@compiled
def read_word(
    codes: Numbers, at: int, end: int, known: Known, word: Filled
) -> tuple[int, int, int]:
    """Fold the word at `at` into `word[1:]`; where it ends, its letters, and how many are capitals.

    Letters beyond LONGEST_WORD are passed over.
    """
    letters, composed, _ = known
    length = capitals = 0
    while at < end:
        kind = folded(codes[at], letters)
        if kind >= FIRST_LETTER:
            if length < LONGEST_WORD:
                length += 1
                word[length] = kind
                capitals += kind != codes[at] and codes[at] < 0x250
        elif kind >= FIRST_MARK:
            if word[length] < 0x180:
                whole = composed[(kind - FIRST_MARK) * 0x180 + word[length]]
                word[length] = whole if whole else word[length]
        elif kind != IGNORED:
            break
        at += 1
    return at, length, capitals


@compiled
def word_rows(word: Filled, length: int, start: int, before: int, rows: Filled) -> tuple[int, int]:
    """Fill in the rows of a word's features; how many, and the word's hash.

    `start` begins the hashes: names have other ones than words, since a name says little about the
    language around it. `before` is the hash of the word before, 0 at the beginning.
    """
    word[0] = word[length + 1] = _EDGE
    whole = start
    for at in range(1, length + 1):
        whole = ((whole ^ word[at]) * _PRIME) & _MASK
    whole = mixed(whole)
    rows[0] = whole & (WORD_ROWS - 1)
    rows[1] = WORD_ROWS + (mixed(((before ^ 0x5BD1) * _PRIME & _MASK) ^ whole) & (PAIR_ROWS - 1))
    count = 2
    for first in range(length + 2):
        part = start
        for last in range(first, min(first + LONGEST_GRAM, length + 2)):
            part = ((part ^ word[last]) * _PRIME) & _MASK
            if last > first or word[last] != _EDGE:
                rows[count] = WORD_ROWS + PAIR_ROWS + (mixed(part) & (GRAM_ROWS - 1))
                count += 1
    return count, whole


@compiled
def hash_start(length: int, capitals: int, sentence_start: bool) -> int:
    """Where the hashes of a word begin: a capital inside a sentence makes it a name."""
    return _NAMELIKE if capitals == 1 and length > 1 and not sentence_start else _START


@compiled
def add_word(rows: Numbers, count: int, weights: Numbers, pooled: Filled) -> None:
    """Add a word to its text's sum, and to the largest and smallest value in each dimension.

    Bytes are added up four at a time, in the sixteen-bit lanes of a number: MOST_FEATURES times 255
    does not overflow them.
    """
    for pack in range(PACKS):
        even = odd = 0
        for at in range(count):
            packed = weights[PACKS * rows[at] + pack]
            even += packed & _LANES
            odd += (packed >> 8) & _LANES
        for lane in range(4):
            dim = 8 * pack + 2 * lane
            take(pooled, dim, ((even >> (16 * lane)) & 0xFFFF) - BIAS * count)
            take(pooled, dim + 1, ((odd >> (16 * lane)) & 0xFFFF) - BIAS * count)


@compiled
def take(pooled: Filled, dim: int, value: int) -> None:
    pooled[dim] += value
    pooled[DIMENSIONS + dim] = max(pooled[DIMENSIONS + dim], value)
    pooled[2 * DIMENSIONS + dim] = min(pooled[2 * DIMENSIONS + dim], value)


@compiled
def pool(codes: Numbers, span: tuple[int, int], known: Known, room: Room, pooled: Filled) -> int:
    """Sum, largest and smallest of the word vectors of a text; how many words there are.

    `span`: where in `codes` the text begins and ends. `pooled` has room for 3 x DIMENSIONS values.
    """
    at, end = span
    word, rows = room
    words, before = 0, 0
    while words < MOST_WORDS:
        at, stopped = word_start(codes, at, end, known[0])
        if at == end:
            break
        at, length, capitals = read_word(codes, at, end, known, word)
        start = hash_start(length, capitals, stopped or words == 0)
        count, before = word_rows(word, length, start, before, rows)
        add_word(rows, count, known[2], pooled)
        words += 1
    return words


@compiled
def pool_all(
    codes: Numbers, ends: Numbers, known: Known, room: Room, found: tuple[Sequence[Filled], Filled]
) -> None:
    """`pool` for each text of a batch; text i ends before `ends[i]`, and one sign lies between.

    `found`: pooled values and number of words of each text.
    """
    at = 0
    pooled, words = found
    for text in range(len(ends)):
        words[text] = pool(codes, (at, ends[text]), known, room, pooled[text])
        at = ends[text] + 1
