"""The trained model: weights of features, and a small network over what they sum up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.language import tables

LANGUAGES = ("nb", "nn", "da", "sv", "fi", "is", "fo", "se", "en", "other")
SCANDINAVIAN = LANGUAGES[:4]  # written so alike that a short text may be correct in several

LENGTHS = (1, 2, 4, 8, 16)  # words: up to so many, and more
_BATCH = 8192
# Texts that go through the network together. Products of this size stay on one core: threads of
# the library for linear algebra would burn more while they wait than they save.
_AT_ONCE = 48

Floats = NDArray[np.float32]
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`weights` has a row of DIMENSIONS for each feature. The network has one hidden layer
    over `inputs` and gives a score for each of LANGUAGES, and one for each of SCANDINAVIAN. Scores
    are divided by a temperature, one for each of LENGTHS, so that they become probabilities that
    hold (Guo et al. 2017).
    """

    weights: Whole
    scale: float
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    temperatures: Floats

    def scores(self, texts: Sequence[str]) -> tuple[Floats, Floats, Whole]:
        """Log-odds of the languages (n x 10), of being correct in the four (n x 4), words (n)."""
        parts = [self._scores(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        if not parts:
            return (
                np.zeros((0, 10), np.float32),
                np.zeros((0, 4), np.float32),
                np.zeros(0, np.int64),
            )
        scores: Floats = np.concatenate([part for part, _ in parts])
        words = np.concatenate([part for _, part in parts])
        warmth: Floats = self.temperatures[np.searchsorted(LENGTHS, words)][:, None]
        languages: Floats = (scores[:, : len(LANGUAGES)] / warmth).astype(np.float32)
        return languages, scores[:, len(LANGUAGES) :], words

    def _scores(self, texts: Sequence[str]) -> tuple[Floats, Whole]:
        pooled, words = pool(texts, self.weights)
        values = inputs(pooled, words, self.scale)
        few = range(0, len(values), _AT_ONCE)
        return np.concatenate([self._network(values[at : at + _AT_ONCE]) for at in few]), words

    def _network(self, values: Floats) -> Floats:
        hidden: Floats = np.maximum(values @ self.hidden + self.hidden_bias, 0)
        return np.asarray(hidden @ self.output + self.output_bias)


def inputs(pooled: Whole, words: Whole, scale: float) -> Floats:
    """What the network sees: sums by the root of the number of words, extremes, and that number."""
    count = np.maximum(words, 1)[:, None].astype(np.float32)
    values = pooled.astype(np.float32) * np.float32(scale)
    values[:, : values.shape[1] // 3] /= np.sqrt(count)
    return np.concatenate([values, np.log(count) / 4, 1 / count], axis=1, dtype=np.float32)


def pool(texts: Sequence[str], weights: Whole) -> tuple[Whole, Whole]:
    """Pooled word vectors, shape (n, 3 x DIMENSIONS), and the number of words, shape (n,)."""
    joined = "\n".join(texts)
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    known = (tables.letters(), tables.composed(), weights)
    return _pool_compiled(codes, ends, known) if _compiles() else _pool_plainly(codes, ends, known)


def _compiles() -> bool:
    from ildsjel.engine.language import kernel

    return hasattr(kernel.pool_all, "py_func")


def _pool_compiled(codes: Whole, ends: Whole, known: tuple[Whole, ...]) -> tuple[Whole, Whole]:
    from ildsjel.engine.language import kernel

    pooled = np.zeros((len(ends), 3 * kernel.DIMENSIONS), dtype=np.int64)
    words = np.zeros(len(ends), dtype=np.int64)
    room = (np.zeros(kernel.BUFFER, np.int64), np.zeros(kernel.MOST_FEATURES, np.int64))
    _pool_all(codes, ends, known, room, (pooled, words))
    return pooled, words


def _pool_plainly(codes: Whole, ends: Whole, known: tuple[Whole, ...]) -> tuple[Whole, Whole]:
    """The same without numba: on lists, which plain Python reads faster than arrays."""
    from ildsjel.engine.language import kernel

    pooled = [[0] * (3 * kernel.DIMENSIONS) for _ in ends]
    words = [0] * len(ends)
    room = ([0] * kernel.BUFFER, [0] * kernel.MOST_FEATURES)
    listed = tuple(_listed(table) for table in known)
    _pool_all(codes.tolist(), ends.tolist(), listed, room, (pooled, words))
    return np.array(pooled, dtype=np.int64).reshape(len(ends), -1), np.array(words, dtype=np.int64)


def _pool_all(*arguments: Any) -> None:
    from ildsjel.engine.language import kernel

    kernel.pool_all(*arguments)


_lists: dict[int, tuple[Whole, list[int]]] = {}


def _listed(table: Whole) -> list[int]:
    """A table as a list, made once; the table is kept too, so that its id stays its own."""
    if id(table) not in _lists:
        _lists[id(table)] = table, table.tolist()
    return _lists[id(table)][1]


@cache
def shipped() -> Model:
    """The model that comes with the package."""
    with (
        resources.as_file(resources.files(__package__) / "model.npz") as path,
        np.load(path) as kept,
    ):
        return Model(
            kept["weights"].view(np.int64),
            float(kept["scale"]),
            *(kept[name].astype(np.float32) for name in ("w1", "b1", "w2", "b2", "temperatures")),
        )
