"""From characters to features and scores: the inner loops of learning topics.

Compiled by numba where it is installed, plain Python where it is not, with the same result up to
rounding. Time grows in step with the text; nothing is kept between texts.

A word is a run of letters, or of digits (each counts as 0), or one sign such as an emoji. Features
are of three blocks: the 2- to 5-grams of each word with its ends marked; words and pairs of
neighbours; ordered pairs of the beginnings of words that stand near each other.
A feature's key is its block above a 32-bit hash.

This module is imported only when it is first used: `layout.kernel`.
"""

from typing import Any

import numpy as np

from ildsjel.engine.compiling import compiled
from ildsjel.engine.topics.layout import (
    BEGINNING,
    BLANK,
    BLOCKS,
    DIGIT,
    LETTER,
    LONGEST_GRAM,
    LONGEST_WORD,
    MOST_WORDS,
    PAIRS,
    REACH,
    SHORTEST_GRAM,
    SIGN,
    WORDS,
)

_MASK = 0xFFFFFFFF
_PRIME = 0x01000193
_START = 0x811C9DC5
_EDGE = 3
_ZERO = 48


@compiled
def mixed(value: int) -> int:
    """Spread a running hash over all its 32 bits."""
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & _MASK
    value ^= value >> 12
    value = (value * 0x297A2D39) & _MASK
    return value ^ (value >> 15)


@compiled
def step(value: int, code: int) -> int:
    """One character more."""
    return ((value ^ code) * _PRIME) & _MASK


@compiled
def kind_of(code: int, kinds: Any) -> int:
    """BLANK, LETTER, DIGIT or SIGN; beyond the table everything is a letter or a sign."""
    if code < len(kinds):
        return int(kinds[code])
    return SIGN if 0x1F000 <= code < 0x20000 else LETTER


@compiled
def find_words(codes: Any, start: int, end: int, kinds: Any, begins: Any, ends: Any) -> int:
    """Fill where words begin and end between two places; returns how many there are."""
    count, at = 0, start
    while at < end and count < len(begins):
        kind = kind_of(codes[at], kinds)
        first = at
        at += 1
        if kind == BLANK:
            continue
        while kind != SIGN and at < end and kind_of(codes[at], kinds) == kind:
            at += 1
        begins[count], ends[count] = first, min(at, first + LONGEST_WORD)
        count += 1
    return count


@compiled
def letter_at(codes: Any, at: int, begin: int, end: int, kinds: Any) -> int:
    """The character as features see it: an edge outside of the word, and 0 for any digit."""
    if at < begin or at >= end:
        return _EDGE
    return _ZERO if kind_of(codes[at], kinds) == DIGIT else int(codes[at])


@compiled
def hash_run(codes: Any, first: int, last: int, begin: int, end: int, kinds: Any) -> int:
    """Hash of the characters from `first` up to `last`, of a word that may end before."""
    value = _START
    for at in range(first, last):
        value = step(value, letter_at(codes, at, begin, end, kinds))
    return mixed(value)


@compiled
def gram_keys(codes: Any, begin: int, end: int, kinds: Any, keys: Any, count: int) -> int:
    """Append the keys of a word's n-grams; returns the new count."""
    for first in range(begin - 1, end):
        value = _START
        for at in range(first, min(first + LONGEST_GRAM, end + 1)):
            value = step(value, letter_at(codes, at, begin, end, kinds))
            if at - first + 1 >= SHORTEST_GRAM:
                keys[count] = mixed(value)
                count += 1
    return count


@compiled
def occurrences(
    codes: Any, words: int, begins: Any, ends: Any, kinds: Any, keys: Any, owners: Any
) -> int:
    """Fill the key of each feature's occurrence, and the two words it stands for (often the same).

    `keys` has room for `room(…)` of them; returns how many there are.
    """
    whole = np.empty(words, np.int64)
    short = np.empty(words, np.int64)
    count = 0
    for word in range(words):
        begin, end = begins[word], ends[word]
        whole[word] = hash_run(codes, begin, end, begin, end, kinds)
        short[word] = hash_run(codes, begin, min(end, begin + BEGINNING), begin, end, kinds)
        until = gram_keys(codes, begin, end, kinds, keys, count)
        owners[count:until, :] = word
        count = until
    for word in range(words):
        keys[count], owners[count, 0], owners[count, 1] = whole[word] | WORDS << 32, word, word
        count += 1
        for other in range(word + 1, min(words, word + REACH)):
            if other == word + 1:
                both = mixed(step(whole[word], whole[other]))
                keys[count], owners[count, 0], owners[count, 1] = both | WORDS << 32, word, other
                count += 1
            both = mixed(step(short[word], short[other] ^ 0x55))
            keys[count], owners[count, 0], owners[count, 1] = both | PAIRS << 32, word, other
            count += 1
    return count


@compiled
def room(words: int, characters: int) -> int:
    """How many occurrences a text of so many words and characters can have at most."""
    return (LONGEST_GRAM - SHORTEST_GRAM + 1) * (characters + 2 * words) + (REACH + 1) * words


@compiled
def look_up(key: int, slots: Any, rows: Any) -> int:
    """The row of a key in an open-addressed table whose size is a power of two; -1 if unknown."""
    mask = len(slots) - 1
    at = (key ^ (key >> 29)) & mask
    while slots[at] != -1:
        if slots[at] == key:
            return int(rows[at])
        at = (at + 1) & mask
    return -1


@compiled
def fill_table(keys: Any, slots: Any, rows: Any) -> None:
    """Enter keys with their places as rows into an empty table (all slots -1)."""
    mask = len(slots) - 1
    for row in range(len(keys)):
        at = (keys[row] ^ (keys[row] >> 29)) & mask
        while slots[at] != -1:
            at = (at + 1) & mask
        slots[at], rows[at] = keys[row], row


@compiled
def distinct(keys: Any, count: int, counts: Any) -> int:
    """Sort the first `count` keys, drop repeats and count them; returns how many stay."""
    ordered = np.sort(keys[:count])
    kept = 0
    for at in range(count):
        if at and ordered[at] == ordered[at - 1]:
            counts[kept - 1] += 1
            continue
        keys[kept], counts[kept] = ordered[at], 1
        kept += 1
    return kept


@compiled
def all_keys(codes: Any, bounds: Any, kinds: Any, offsets: Any, keys: Any, counts: Any) -> int:
    """The distinct keys of each text, one after another, with `offsets`; returns how many."""
    begins, ends = np.empty(MOST_WORDS, np.int64), np.empty(MOST_WORDS, np.int64)
    total = 0
    for text in range(len(bounds) - 1):
        words = find_words(codes, bounds[text], bounds[text + 1], kinds, begins, ends)
        space = room(words, bounds[text + 1] - bounds[text])
        owners = np.empty((space, 2), np.int32)
        found = np.empty(space, np.int64)
        count = occurrences(codes, words, begins, ends, kinds, found, owners)
        kept = distinct(found, count, counts[total:])
        keys[total : total + kept] = found[:kept]
        total += kept
        offsets[text + 1] = total
    return total


@compiled
def weigh(rows: Any, values: Any, blocks: Any, count: int, weights: Any) -> None:
    """Bring each block of one text's features to its weight in length (L2), in place."""
    squares = np.zeros(BLOCKS)
    for at in range(count):
        squares[blocks[at]] += values[at] * values[at]
    for at in range(count):
        if squares[blocks[at]] > 0.0:
            values[at] *= weights[blocks[at]] / np.sqrt(squares[blocks[at]])


@compiled
def known(
    keys: Any,
    counts: Any,
    slots: Any,
    found: Any,
    rarity: Any,
    weights: Any,
    rows: Any,
    values: Any,
) -> int:
    """Rows and weighed values of the features of a text that the table knows; returns how many."""
    blocks = np.empty(len(keys), np.int64)
    kept = 0
    for at in range(len(keys)):
        row = look_up(keys[at], slots, found)
        if row >= 0:
            rows[kept], blocks[kept] = row, keys[at] >> 32
            values[kept] = (1.0 + np.log(counts[at])) * rarity[row]
            kept += 1
    weigh(rows, values, blocks, kept, weights)
    return kept


@compiled
def all_known(
    offsets: Any, keys: Any, counts: Any, slots: Any, found: Any, rarity: Any, weights: Any,
    starts: Any, rows: Any, values: Any,
) -> int:  # fmt: skip
    """`known` for many texts: fills a CSR matrix and returns the number of its entries."""
    total = 0
    for text in range(len(offsets) - 1):
        a, b = offsets[text], offsets[text + 1]
        total += known(
            keys[a:b], counts[a:b], slots, found, rarity, weights, rows[total:], values[total:]
        )
        starts[text + 1] = total
    return total


@compiled
def word_vector(
    codes: Any, begin: int, end: int, kinds: Any, whole: Any, parts: Any, keys: Any, out: Any
) -> None:
    """Add the vector of a word to `out`: the mean of its own row and those of its n-grams."""
    count = gram_keys(codes, begin, end, kinds, keys, 0)
    own = whole[hash_run(codes, begin, end, begin, end, kinds) % len(whole)]
    share = 1.0 / (count + 1)
    for axis in range(len(out)):
        out[axis] += own[axis] * share
    for at in range(count):
        part = parts[keys[at] % len(parts)]
        for axis in range(len(out)):
            out[axis] += part[axis] * share


@compiled
def text_vectors(codes: Any, bounds: Any, kinds: Any, whole: Any, parts: Any, out: Any) -> None:
    """The sum of the vectors of the words of each text, into the rows of `out` (zeros before)."""
    begins, ends = np.empty(MOST_WORDS, np.int64), np.empty(MOST_WORDS, np.int64)
    keys = np.empty(room(1, LONGEST_WORD), np.int64)
    for text in range(len(bounds) - 1):
        words = find_words(codes, bounds[text], bounds[text + 1], kinds, begins, ends)
        for word in range(words):
            word_vector(codes, begins[word], ends[word], kinds, whole, parts, keys, out[text])


@compiled
def all_scores(
    starts: Any, rows: Any, values: Any, weights: Any, dense: Any, dense_weights: Any, out: Any
) -> None:
    """Scores of each text for each label: sparse and dense features times their weights."""
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1]):
            row, value = weights[rows[at]], values[at]
            for label in range(out.shape[1]):
                out[text, label] += value * row[label]
        for axis in range(dense.shape[1]):
            for label in range(out.shape[1]):
                out[text, label] += dense[text, axis] * dense_weights[axis, label]


@compiled
def sweep(
    order: Any, starts: Any, rows: Any, values: Any, dense: Any, labels: Any, signs: Any,
    costs: Any, duals: Any, weights: Any, dense_weights: Any,
) -> float:  # fmt: skip
    """One round of dual coordinate descent over the examples in `order`, all questions at once.

    Squared hinge loss, L2 penalty (Hsieh et al. 2008, algorithm 1). `signs` has for each label what
    is asked for in each column (`sharing.signs_of`), `costs` are the examples' penalties. Returns
    the largest violation of optimality met.
    """
    classes = duals.shape[1]
    score, change = np.empty(classes), np.empty(classes)
    worst = 0.0
    for place in range(len(order)):
        example = order[place]
        length = 0.0
        score[:] = 0.0
        for at in range(starts[example], starts[example + 1]):
            value = values[at]
            length += value * value
            for label in range(classes):
                score[label] += value * weights[rows[at], label]
        for axis in range(dense.shape[1]):
            value = dense[example, axis]
            length += value * value
            for label in range(classes):
                score[label] += value * dense_weights[axis, label]
        slack = 0.5 / costs[example]
        for label in range(classes):
            sign = signs[labels[example], label]
            slope = sign * score[label] - 1.0 + slack * duals[example, label]
            before = duals[example, label]
            after = max(0.0, before - slope / (length + slack))
            worst = max(worst, abs(slope) if before > 0.0 else max(0.0, -slope))
            duals[example, label] = after
            change[label] = (after - before) * sign
        for at in range(starts[example], starts[example + 1]):
            for label in range(classes):
                weights[rows[at], label] += change[label] * values[at]
        for axis in range(dense.shape[1]):
            for label in range(classes):
                dense_weights[axis, label] += change[label] * dense[example, axis]
    return worst


@compiled
def spread(starts: Any, rows: Any, values: Any, left: Any, out: Any) -> None:
    """The transposed matrix times `left` (a row for each text), added to `out`."""
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1]):
            value = values[at]
            for axis in range(left.shape[1]):
                out[rows[at], axis] += value * left[text, axis]
