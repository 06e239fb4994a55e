"""A table of rows for words and n-grams whose sums point where a teacher's vectors point.

As in fastText a text is the sum of its words, and a word the mean of its rows; learned by AdaGrad
on the cosine to the teacher's centred vector, cut to its main axes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.topics import kernel  # here it may load numba at once
from ildsjel.engine.topics.features import batch, kinds
from ildsjel.engine.topics.layout import LONGEST_WORD, MOST_WORDS

WORD_ROWS, GRAM_ROWS = 1 << 15, 1 << 15
DIMENSIONS = 96
EVENING = 0.5  # 0: axes as long as the teacher has them, 1: all alike
EPOCHS = 12
_AXES_FROM = 8000  # sentences
_RATE, _LEAST_RATE = 0.05, 0.002
_SEED = 0

Floats = NDArray[np.float32]


def targets(told: Any) -> tuple[list[str], Floats]:
    """Texts and the directions they should have, a row each, from what the teacher said."""
    sentences = told["sentences_vectors"].astype(np.float32)
    words = told["words_vectors"].astype(np.float32)
    centre = sentences.mean(axis=0)
    _, sizes, axes = np.linalg.svd(sentences[:_AXES_FROM] - centre, full_matrices=False)
    turn = axes[:DIMENSIONS].T * (sizes[0] / sizes[:DIMENSIONS]) ** EVENING
    both = np.vstack([(sentences - centre) @ turn, (words - words.mean(axis=0)) @ turn])
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    return [*told["sentences"].tolist(), *told["words"].tolist()], both.astype(np.float32)


def learn_table(texts: list[str], wanted: Floats) -> dict[str, NDArray[np.int8]]:
    """The rows of words and of n-grams, as whole numbers up to 127."""
    random = np.random.default_rng(_SEED)
    table = (random.standard_normal((WORD_ROWS + GRAM_ROWS, DIMENSIONS)) * 0.01).astype(np.float32)
    met = np.zeros(len(table), np.float32)
    parts = _parts(texts)
    for epoch in range(EPOCHS):
        rate = np.float32(_RATE * (1 - epoch / EPOCHS) + _LEAST_RATE)
        missed = _learn(random.permutation(len(texts)), parts, wanted, (table, met), rate)
        print(f"round {epoch + 1}: cosine {1 - missed:.3f}", flush=True)
    table[met == 0] = 0
    largest = np.quantile(np.abs(table[table != 0]), 0.999)
    small = np.clip(np.round(table / largest * 127), -127, 127).astype(np.int8)
    return {"words": small[:WORD_ROWS], "grams": small[WORD_ROWS:]}


def _parts(texts: list[str]) -> tuple[Any, Any, Any]:
    """Which words a text has (by bounds), which rows a word has (by bounds), and the rows."""
    made = batch(texts)
    begins, ends = np.empty(MOST_WORDS, np.int64), np.empty(MOST_WORDS, np.int64)
    keys = np.empty(kernel.room(1, LONGEST_WORD), np.int64)
    text_bounds, word_bounds, rows = [0], [0], list[int]()
    for text in range(len(made)):
        first, last = made.bounds[text], made.bounds[text + 1]
        for word in range(kernel.find_words(made.codes, first, last, kinds(), begins, ends)):
            span = begins[word], ends[word]
            rows.append(kernel.hash_run(made.codes, *span, *span, kinds()) % WORD_ROWS)
            count = kernel.gram_keys(made.codes, *span, kinds(), keys, 0)
            rows += (WORD_ROWS + keys[:count] % GRAM_ROWS).tolist()
            word_bounds.append(len(rows))
        text_bounds.append(len(word_bounds) - 1)
    return np.array(text_bounds), np.array(word_bounds), np.array(rows)


@kernel.compiled
def _learn(order: Any, parts: Any, wanted: Any, learned: Any, rate: Any) -> float:
    """One round over all texts; returns how far they were off (1 less the cosine, in the mean)."""
    texts, words, rows = parts
    table, met = learned
    dimensions = wanted.shape[1]
    missed = 0.0
    for text in order:
        first, last = texts[text], texts[text + 1]
        if first == last:
            continue
        made = np.zeros(dimensions, np.float32)
        for word in range(first, last):
            share = np.float32(1.0 / (words[word + 1] - words[word]))
            for at in range(words[word], words[word + 1]):
                made += table[rows[at]] * share
        length = np.float32(np.sqrt((made * made).sum()) + 1e-6)
        cosine = np.float32((made * wanted[text]).sum() / length)
        missed += 1 - cosine
        slope = (cosine * made / length - wanted[text]) / length
        steep = np.float32((slope * slope).mean())
        for word in range(first, last):
            share = np.float32(1.0 / (words[word + 1] - words[word]))
            for at in range(words[word], words[word + 1]):
                row = rows[at]
                met[row] += steep * share * share
                table[row] -= slope * (rate * share / np.sqrt(met[row] + np.float32(1e-8)))
    return missed / len(order)
