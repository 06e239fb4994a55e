"""From characters to signatures: the inner loop of finding near-duplicates.

Compiled by numba where it is installed, plain Python where it is not, with the same result to the
last bit: all arithmetic is on whole numbers of 32 bits.
"""

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.compiling import compiled
from ildsjel.engine.stories import FEWEST, SIZE

MOST_WORDS = 4000
_TABLE = 0x30000  # beyond it there are no letters


def _lower_case() -> NDArray[np.uint32]:
    """By character: its small letter or digit, 0 for what parts words."""
    found = np.zeros(_TABLE, dtype=np.uint32)
    for code in range(_TABLE):
        sign = chr(code)
        if sign.isalnum():
            found[code] = ord(sign.lower()[0])
    return found


def _multipliers() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each number of a signature, an odd factor and an addend; fixed for ever, since signatures
    are stored."""
    drawn = np.random.default_rng(20261122).integers(1, 1 << 30, size=(2, SIZE), dtype=np.int64)
    return drawn[0] | 1, drawn[1]


LOWER = _lower_case()
FACTORS, ADDENDS = _multipliers()


@compiled
def mixed(value: int) -> int:
    """Spread a hash over all its 32 bits."""
    value ^= value >> 16
    value = (value * 0x7FEB352D) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
    return value ^ (value >> 16)


@compiled
def is_left_out(codes: NDArray[np.uint32], at: int, end: int) -> bool:
    """Whether the chunk between blanks that begins here is a mention or an address."""
    if codes[at] == 64:  # @
        return True
    slashes = 0
    while at < end and codes[at] > 32:
        slashes = slashes + 1 if codes[at] == 47 else 0
        if slashes == 2:
            return True
        at += 1
    return False


@compiled
def words_of(codes: NDArray[np.uint32], start: int, end: int, words: NDArray[np.int64]) -> int:
    """Write the hash of each word between two places into `words`; returns how many."""
    found, running, at = 0, 0, start
    begins_chunk = True
    while at < end and found < words.size:
        code = codes[at]
        if begins_chunk and code > 32 and is_left_out(codes, at, end):
            while at < end and codes[at] > 32:
                at += 1
            continue
        begins_chunk = code <= 32
        sign = LOWER[code] if code < LOWER.size else 0
        if sign:
            running = ((running if running else 0x811C9DC5) ^ sign) * 0x01000193 & 0xFFFFFFFF
        elif running:
            words[found] = running
            found += 1
            running = 0
        at += 1
    if running and found < words.size:
        words[found] = running
        found += 1
    return found


@compiled
def sign_one(words: NDArray[np.int64], count: int, row: NDArray[np.uint32]) -> None:
    """Each number of the signature is the least that its own hash gives any pair of words."""
    row[:] = 0xFFFFFFFF
    for place in range(count - 1):
        pair = mixed((words[place] * 31 + words[place + 1]) & 0xFFFFFFFF)
        for number in range(row.size):
            value = mixed((pair * FACTORS[number] + ADDENDS[number]) & 0xFFFFFFFF)
            row[number] = min(row[number], value)


@compiled
def sign(codes: NDArray[np.uint32], ends: NDArray[np.int64], found: NDArray[np.uint32]) -> None:
    """Fill `found` (texts, SIZE), zeros before, from the characters of all texts in a row.

    `ends` are the places at which each text ends. Where a text has fewer than FEWEST pairs of words
    its row stays as it is.
    """
    words = np.zeros(MOST_WORDS, dtype=np.int64)
    start = 0
    for text in range(ends.size):
        count = words_of(codes, start, ends[text], words)
        start = ends[text]
        if count > FEWEST:
            sign_one(words, count, found[text])
