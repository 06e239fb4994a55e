"""Learning the weights: stochastic gradient descent over the corpus, on one core, with a seed.

Two things are learned at once: in which language a text was written (cross-entropy), and in which
of the four Scandinavian ones it is correct (a logistic loss for each, wherever that is known).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ildsjel.engine.language import kernel, tables
from ildsjel.engine.language.model import LENGTHS, Model
from tools.language.network import (
    FOUR,
    LANGUAGES,
    MOST_WORDS,
    Net,
    State,
    Words,
    backward,
    forward,
    loss,
    rooms,
    started,
)

ELSE = LANGUAGES  # the label of texts that are none of the four, where more is not known
ASK, UNLIKE = -1, -2  # ask the lexicon; other words were chosen there, so wrong unless it knows all
HIDDEN = 64
RATE, LAST_RATE = 0.05, 0.001

Array = Any


class Data(NamedTuple):
    """The corpus: where texts stand in `codes`, labels, for each of the four what is known of it
    being correct there, whether that holds for the whole text, and whether it was made up of words.
    """

    codes: Array
    starts: Array
    ends: Array
    labels: Array
    correct: Array
    whole: Array
    synthetic: Array


class Lexicon(NamedTuple):
    """An open hash table: for a word's hash how well each of the four languages knows it."""

    keys: Array
    valid: Array


@njit
def word_hashes(codes: Array, ends: Array, known: Array) -> Array:
    """The hash of each of many words, for the lexicon."""
    word, rows = np.zeros(kernel.BUFFER, np.int64), np.zeros(kernel.MOST_FEATURES, np.int64)
    found = np.zeros(len(ends), np.int64)
    at = 0
    for i in range(len(ends)):
        first, _ = kernel.word_start(codes, at, ends[i], known[0])
        if first < ends[i]:
            _, length, _ = kernel.read_word(codes, first, ends[i], known, word)
            start = kernel.hash_start(length, 0, True)
            found[i] = kernel.word_rows(word, length, start, 0, rows)[1]
        at = ends[i] + 1
    return found


@njit
def read(codes: Array, span: tuple[int, int], known: Array, words: Words, plain: bool) -> int:
    """Fill in the words of a text; how many there are. `plain`: capitals make no names."""
    at, end = span
    word = np.zeros(kernel.BUFFER, np.int64)
    n, before = 0, 0
    while n < MOST_WORDS:
        at, stopped = kernel.word_start(codes, at, end, known[0])
        if at == end:
            break
        at, length, capitals = kernel.read_word(codes, at, end, known, word)
        start = kernel.hash_start(length, capitals, stopped or n == 0 or plain)
        words.counts[n], before = kernel.word_rows(word, length, start, before, words.rows[n])
        words.hashes[n] = before
        words.names[n] = start != kernel.hash_start(1, 0, True)
        n += 1
    return n


@njit
def window(n: int) -> tuple[int, int]:
    """The whole text half the time, else one to ten words of it."""
    if np.random.random() < 0.5 or n < 2:
        return 0, n
    size = min(n, 1 + np.random.randint(0, 10))
    first = 0 if np.random.random() < 0.4 else np.random.randint(0, n - size + 1)
    return first, first + size


@njit
def validity(words: Words, first: int, last: int, lexicon: Lexicon, valid: Array) -> None:
    """For each of the four: 0, some word is surely none of its; 2, all are its; 1, unknown."""
    size = len(lexicon.keys) - 1
    valid[:] = 2
    for w in range(first, last):
        if words.names[w]:
            continue
        slot = words.hashes[w] & size
        while lexicon.keys[slot] != words.hashes[w] and lexicon.keys[slot] != -1:
            slot = (slot + 1) & size
        for of in range(FOUR):
            known = lexicon.keys[slot] != -1
            valid[of] = min(valid[of], lexicon.valid[slot, of] if known else 1)


@njit
def wanted(data: Data, i: int, target: Array) -> None:
    """Shares of languages; ones for all that a text labelled ELSE may be in."""
    target[:] = 0
    if data.labels[i] == ELSE:
        target[FOUR:] = 1
        return
    target[data.labels[i]] = 1
    if data.whole[i] and data.labels[i] < FOUR:
        right = data.correct[i] == 1
        for of in range(FOUR):
            target[of] = right[of] / max(right.sum(), 1)


@njit
def correct(data: Data, i: int, size: int, valid: Array, holds: Array) -> None:
    """For each of the four 1 where `size` words of text `i` are correct, 0 where not, -1 unknown.

    Long texts seldom fit two languages.
    """
    label = data.labels[i]
    for of in range(FOUR):
        known = data.correct[i, of]
        if label == of or known >= 0:
            holds[of] = known if known >= 0 else 1
        elif label >= FOUR:
            holds[of] = 0 if size > 2 else -1
        elif known == UNLIKE:
            holds[of] = -1 if valid[of] == 2 else 0
        elif valid[of] == 1:
            holds[of] = 0 if size > 6 else -1
        else:
            holds[of] = valid[of] // 2


@njit
def drop(words: Words, first: int, last: int, pairs: bool) -> None:
    """Leave out words, pairs and n-grams now and then, so that no feature is relied on alone."""
    for w in range(first, last):
        words.keep[w, 0] = np.random.random() > 0.25
        words.keep[w, 1] = pairs and np.random.random() > 0.3
        words.keep[w, 2:] = np.random.random() > 0.1 or not words.keep[w, 0]
    if first > 0:
        words.keep[first, 1] = False


@njit
def epoch(
    order: Array, given: tuple[Data, Lexicon, Array], learned: tuple[Net, Net],
    room: tuple[Words, State], rates: tuple[float, float],
) -> float:  # fmt: skip
    """One pass over the texts in `order`; the mean loss. `given`: data, lexicon, tables."""
    data, lexicon, known = given
    words, state = room
    target, holds, valid = np.zeros(LANGUAGES), np.zeros(FOUR, np.int64), np.zeros(FOUR, np.int64)
    total = 0.0
    for step in range(len(order)):
        i = order[step]
        plain = np.random.random() < 0.1
        n = read(data.codes, (data.starts[i], data.ends[i]), known, words, plain)
        if n == 0:
            continue
        first, last = (0, n) if data.whole[i] else window(n)
        wanted(data, i, target)
        validity(words, first, last, lexicon, valid)
        correct(data, i, last - first, valid, holds)
        drop(words, first, last, not data.synthetic[i])
        forward(words, first, last, learned[0], state)
        total += loss(target, holds, state)
        rate = rates[0] + (rates[1] - rates[0]) * step / len(order)
        backward(words, (first, last, rate), learned[0], learned[1], state)
    return total / len(order)


@njit
def seeded(seed: int) -> None:
    np.random.seed(seed)


def train(data: Data, times: Array, lexicon: Lexicon, epochs: int, seed: int) -> Net:
    """The weights after `epochs`; `times` says how often each text comes in one."""
    rng = np.random.default_rng(seed)
    learned = started(rng, HIDDEN)
    given = (data, lexicon, (tables.letters(), tables.composed(), np.zeros(1, np.int64)))
    room = rooms(HIDDEN)
    for turn in range(epochs):
        order = np.repeat(np.arange(len(times)), (times + rng.random(len(times))).astype(int))
        rng.shuffle(order)
        rates = tuple(RATE * (1 - done / epochs) + LAST_RATE for done in (turn, turn + 1))
        seeded(seed * 100 + turn)
        mean = epoch(order, given, learned, room, rates)
        print(f"epoch {turn + 1}: {len(order):,} texts, loss {mean:.4f}", flush=True)
    return learned[0]


def quantised(net: Net) -> Model:
    """The weights as bytes: the few beyond the 99.95th percentile are cut off."""
    used = np.abs(net.rows).sum(axis=1) > 0
    scale = float(np.quantile(np.abs(net.rows[used]), 0.9995)) / 127
    whole = np.clip(np.rint(net.rows / scale), -127, 127).astype(np.int16) + kernel.BIAS
    packed = np.ascontiguousarray(whole.astype(np.uint8)).reshape(-1).view(np.int64)
    return Model(packed, scale, *net[1:], np.ones(len(LENGTHS) + 1, np.float32))
