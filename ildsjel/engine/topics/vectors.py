"""What words mean, as vectors: a table that comes with the package, and one learned from own posts.

A word's vector is the mean of a row for the word and of rows for its n-grams, so that compounds,
dialects and slips of the pen have one too (Bojanowski et al. 2017). A text's vector is the sum of
its words', brought to length 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.topics import layout
from ildsjel.engine.topics.features import Batch, Floats, Keys, Rows, batch, keys, kinds, vocabulary
from ildsjel.engine.topics.layout import kernel

TABLE = "meanings.npz"
OWN_DIMENSIONS = 48
OWN_ROWS = (1 << 13, 1 << 14)  # for words, for n-grams
FEWEST_POSTS = 200  # below this, what stands beside what says little
_ROUNDS = 3
_SEED = 20


@dataclass(frozen=True, slots=True)
class Vectors:
    """Rows for words and for n-grams, found by hash: int8, of equal width."""

    words: NDArray[np.int8]
    grams: NDArray[np.int8]

    def of(self, texts: Batch) -> Floats:
        """A vector of length 1 for each text; zeros where nothing is known."""
        found = np.zeros((len(texts), self.words.shape[1]), np.float32)
        kernel().text_vectors(texts.codes, texts.bounds, kinds(), self.words, self.grams, found)
        length = np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        return np.asarray(found / length, np.float32)


@cache
def shipped() -> Vectors:
    """The table of the package: see docs/topics.md for how it was made and from what."""
    data = files("ildsjel.engine.topics").joinpath(TABLE).read_bytes()
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return Vectors(arrays["words"], arrays["grams"])


def learned(posts: Sequence[str]) -> Vectors | None:
    """Vectors from an organisation's own posts, without labels; None if there are too few.

    Latent semantic analysis: a randomised SVD (Halko et al. 2011) of posts by words, weighed by
    rarity; each n-gram gets the mean of the words it occurs in.
    """
    if len(posts) < FEWEST_POSTS:
        return None
    texts = batch(posts)
    found = _words_only(keys(texts))
    words = vocabulary(found)
    meaning = _main_axes(words.rows(found), len(words))
    return _tables(texts, {int(key): row for key, row in zip(words.keys, meaning, strict=True)})


def _words_only(found: Keys) -> Keys:
    """Without n-grams and pairs."""
    kept = found.keys >> 32 == layout.WORDS
    before = np.concatenate([[0], np.cumsum(kept)])
    return Keys(before[found.offsets], found.keys[kept], found.counts[kept])


def _main_axes(matrix: Rows, words: int) -> NDArray[np.float64]:
    """A row for each word: its part in the main axes, each as long as the root of its size."""
    axes = np.random.default_rng(_SEED).standard_normal((words, OWN_DIMENSIONS))
    for _ in range(_ROUNDS):
        plain = np.linalg.qr(axes)[0]
        axes = _times_itself(matrix, plain)
    squares, turn = np.linalg.eigh(plain.T @ axes)
    squares = np.where(squares > squares.max() * 1e-9, squares, 0.0)
    found = (plain @ turn) * squares**0.25
    return np.pad(found, ((0, 0), (0, OWN_DIMENSIONS - found.shape[1])))


def _times_itself(matrix: Rows, axes: NDArray[np.float64]) -> NDArray[np.float64]:
    texts = len(matrix.starts) - 1
    middle, out = np.zeros((texts, axes.shape[1])), np.zeros_like(axes)
    nothing = np.zeros((texts, 0), np.float32)
    kernel().all_scores(
        matrix.starts, matrix.rows, matrix.values, axes, nothing, np.zeros((0, 1)), middle
    )
    kernel().spread(matrix.starts, matrix.rows, matrix.values, middle, out)
    return out


def _tables(texts: Batch, meaning: dict[int, NDArray[np.float64]]) -> Vectors:
    words, grams = (np.zeros((size, OWN_DIMENSIONS)) for size in OWN_ROWS)
    begins, ends = np.empty(layout.MOST_WORDS, np.int64), np.empty(layout.MOST_WORDS, np.int64)
    buffer, seen = np.empty(kernel().room(1, layout.LONGEST_WORD), np.int64), set[int]()
    for text in range(len(texts)):
        first, last = texts.bounds[text], texts.bounds[text + 1]
        for word in range(kernel().find_words(texts.codes, first, last, kinds(), begins, ends)):
            span = begins[word], ends[word]
            key = int(kernel().hash_run(texts.codes, *span, *span, kinds()))
            row = meaning[key | layout.WORDS << 32]
            if key not in seen:
                seen.add(key)
                words[key % len(words)] += row
                count = kernel().gram_keys(texts.codes, *span, kinds(), buffer, 0)
                np.add.at(grams, buffer[:count] % len(grams), row)
    return Vectors(_small(words), _small(grams))


def _small(rows: NDArray[np.float64]) -> NDArray[np.int8]:
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.round(rows / length * 127), np.int8)
