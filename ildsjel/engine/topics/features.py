"""Texts as features: hashed n-grams, words and pairs of words, weighed by how rare they are.

Text is folded as for matching, and letters that the languages of the North write differently count
as one: æ as ä, ø as ö. Addresses on the web count with their site alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from unicodedata import category

import numpy as np
import regex
from numpy.typing import NDArray

from ildsjel.engine.text import fold
from ildsjel.engine.topics import layout
from ildsjel.engine.topics.layout import kernel

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]

MOST_CHARACTERS = 4000  # read of a text: more says nothing new about its topic
# How much n-grams, words and pairs weigh beside each other.
BLOCK_WEIGHTS = (1.0, 1.0, 1.0)

_ADDRESS = regex.compile(r"https?://(?:www\.)?|(?<=\w\.\w{2,12})/\S*")


@dataclass(frozen=True, slots=True)
class Batch:
    """Folded texts as one run of code points; text i lies between bounds i and i + 1."""

    codes: NDArray[np.uint32]
    bounds: Integers

    def __len__(self) -> int:
        return len(self.bounds) - 1


@dataclass(frozen=True, slots=True)
class Keys:
    """The distinct features of texts and how often each occurs; text i lies between offsets."""

    offsets: Integers
    keys: Integers
    counts: Integers


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix in CSR form: a row for each text, a column for each known feature."""

    starts: Integers
    rows: NDArray[np.int32]
    values: Floats


@cache
def kinds() -> NDArray[np.uint8]:
    """How each character below 0x3000 is read: blank, letter, digit or sign."""
    return np.array([_kind(chr(code)) for code in range(0x3000)], dtype=np.uint8)


def _kind(character: str) -> int:
    major = category(character)
    if major[0] in "LM":
        return layout.LETTER
    if major[0] == "N":
        return layout.DIGIT
    return layout.SIGN if major == "So" else layout.BLANK


def readable(folded: str) -> str:
    """Folded text as features see it; each character stays in its place."""
    if "/" in folded:
        folded = _ADDRESS.sub(lambda match: " " * len(match[0]), folded)
    return folded.replace("æ", "ä").replace("ø", "ö")


def batch(texts: Sequence[str]) -> Batch:
    """Texts made ready for the kernel."""
    cleaned = [readable(fold(text[:MOST_CHARACTERS])) for text in texts]
    bounds = np.zeros(len(cleaned) + 1, np.int64)
    np.cumsum([len(text) for text in cleaned], out=bounds[1:])
    joined = "".join(cleaned).encode("utf-32-le", "replace")
    return Batch(np.frombuffer(joined, dtype=np.uint32), bounds)


def keys(texts: Batch) -> Keys:
    """The distinct features of each text."""
    space = sum(
        kernel().room(min(int(length), layout.MOST_WORDS), int(length))
        for length in np.diff(texts.bounds)
    )
    offsets = np.zeros(len(texts) + 1, np.int64)
    found, counts = np.empty(space, np.int64), np.empty(space, np.int64)
    total = kernel().all_keys(texts.codes, texts.bounds, kinds(), offsets, found, counts)
    return Keys(offsets, found[:total], counts[:total])


class Vocabulary:
    """Features that are known, each with a row number and a weight by rarity.

    `keys` are distinct; `rarity` is the inverse document frequency, of the same length.
    """

    def __init__(self, keys: Integers, rarity: Floats) -> None:
        self.keys, self.rarity = keys, rarity
        size = 1 << max(4, int(2 * len(keys)).bit_length())
        self._slots, self._rows = np.full(size, -1, np.int64), np.zeros(size, np.int32)
        kernel().fill_table(keys, self._slots, self._rows)

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self, found: Keys) -> Rows:
        """The features that are known, each block of a text at its weight in length."""
        starts = np.zeros(len(found.offsets), np.int64)
        rows, values = np.empty(len(found.keys), np.int32), np.empty(len(found.keys), np.float32)
        weights = np.array(BLOCK_WEIGHTS, np.float32)
        total = kernel().all_known(
            found.offsets, found.keys, found.counts, self._slots, self._rows, self.rarity,
            weights, starts, rows, values,
        )  # fmt: skip
        return Rows(starts, rows[:total], values[:total])

    def with_new(self, found: Keys, documents: int) -> "Vocabulary":
        """With the features of one more text; those that were known keep row and weight."""
        new = np.setdiff1d(found.keys, self.keys)
        rarity = np.full(len(new), rarity_of(np.ones(1), documents + 1)[0], np.float32)
        return Vocabulary(np.concatenate([self.keys, new]), np.concatenate([self.rarity, rarity]))


def rarity_of(frequencies: NDArray[np.float64] | Integers, documents: int) -> Floats:
    """Smoothed inverse document frequency."""
    return (np.log((1.0 + documents) / (1.0 + frequencies)) + 1.0).astype(np.float32)


def vocabulary(found: Keys) -> Vocabulary:
    """All features of the texts, with their rarity among them."""
    distinct, frequencies = np.unique(found.keys, return_counts=True)
    return Vocabulary(distinct, rarity_of(frequencies, len(found.offsets) - 1))
