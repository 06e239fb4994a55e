"""Why a label was suggested: what each word of the text added to its score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.text import placed
from ildsjel.engine.topics import layout
from ildsjel.engine.topics.features import (
    MOST_CHARACTERS,
    Batch,
    Floats,
    Integers,
    batch,
    keys,
    kinds,
)
from ildsjel.engine.topics.layout import kernel
from ildsjel.engine.topics.model import TopicModel, vectors_of
from ildsjel.engine.topics.sharing import mixing
from ildsjel.engine.topics.vectors import Vectors, shipped


@dataclass(frozen=True, slots=True)
class Reason:
    """A word, where it stands in the text as written, and its weight: above 0 it spoke for it."""

    word: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Words:
    """A text made ready, and where its words begin and end."""

    made: Batch
    begins: Integers
    ends: Integers


def explain(model: TopicModel, text: str, label: str | None = None) -> list[Reason]:
    """What each word added to the score of `label` (the likeliest, if left out), most first.

    Weights are beside the mean of all labels. A pair's share is halved between its words; what an
    encoder added can't be laid on words. Raises `ValueError` for an unknown label.
    """
    words = _words(text)
    if label is None:
        vectors = vectors_of(words.made, [text], model.own, model.encoder)
        label = model.labels[int(model.fit.scores(keys(words.made), vectors).argmax())]
    number = model.labels.index(label)
    weights = _from_features(model, words, number) + _from_vectors(model, words, number)
    return _placed(text, words, weights)


def _words(text: str) -> _Words:
    made = batch([text])
    begins, ends = np.empty(layout.MOST_WORDS, np.int64), np.empty(layout.MOST_WORDS, np.int64)
    count = kernel().find_words(made.codes, 0, len(made.codes), kinds(), begins, ends)
    return _Words(made, begins[:count], ends[:count])


def _from_features(model: TopicModel, words: _Words, number: int) -> NDArray[np.float64]:
    weights = np.zeros(len(words.begins))
    known = model.fit.rows(keys(words.made))
    table = model.fit.weights.sparse[known.rows] @ mixing(model.fit.signs)
    added = known.values * (table[:, number] - table.mean(axis=1))
    named = model.fit.vocabulary.keys[known.rows]
    found, owners = _occurrences(words)
    if not len(named):
        return weights
    order = np.argsort(named)
    places = np.searchsorted(named, found, sorter=order)
    feature = order[np.minimum(places, len(named) - 1)]
    here = np.flatnonzero(named[feature] == found)
    times = np.bincount(feature[here], minlength=len(named))
    share = added[feature[here]] / times[feature[here]] / 2
    for side in (0, 1):  # half to each of the two words that a feature stands for
        np.add.at(weights, owners[here, side], share)
    return weights


def _occurrences(words: _Words) -> tuple[Integers, NDArray[np.int32]]:
    codes, count = words.made.codes, len(words.begins)
    space = kernel().room(count, len(codes))
    found, owners = np.empty(space, np.int64), np.empty((space, 2), np.int32)
    total = kernel().occurrences(codes, count, words.begins, words.ends, kinds(), found, owners)
    return found[:total], owners[:total]


def _from_vectors(model: TopicModel, words: _Words, number: int) -> NDArray[np.float64]:
    """The text's vector is the sum of its words', so its score divides between them."""
    weights = np.zeros(len(words.begins))
    table = model.fit.weights.dense @ mixing(model.fit.signs)
    axis = 1  # after the constant
    for vectors in own_and_shipped(model):
        width = vectors.words.shape[1]
        part = table[axis : axis + width] * model.fit.scale[axis - 1 : axis - 1 + width, None]
        axis += width
        added = _word_vectors(words, vectors)
        length = max(float(np.linalg.norm(added.sum(axis=0))), 1e-9)
        weights += added @ (part[:, number] - part.mean(axis=1)) / length
    return weights


def _word_vectors(words: _Words, vectors: Vectors) -> Floats:
    found = np.zeros((len(words.begins), vectors.words.shape[1]), np.float32)
    buffer = np.empty(kernel().room(1, layout.LONGEST_WORD), np.int64)
    tables = vectors.words, vectors.grams
    for begin, end, row in zip(words.begins, words.ends, found, strict=True):
        kernel().word_vector(words.made.codes, begin, end, kinds(), *tables, buffer, row)
    return found


def own_and_shipped(model: TopicModel) -> list[Vectors]:
    """The tables of a model, in the order of its dense features."""
    return [shipped()] if model.own is None else [shipped(), model.own]


def _placed(text: str, words: _Words, weights: NDArray[np.float64]) -> list[Reason]:
    _, starts, stops = placed(text[:MOST_CHARACTERS])
    reasons = []
    spans = zip(words.begins.tolist(), words.ends.tolist(), weights.tolist(), strict=True)
    for begin, end, weight in spans:
        start = begin if starts is None else starts[begin]
        stop = end if stops is None else stops[end - 1]
        reasons.append(Reason(text[start:stop], start, stop, weight))
    return sorted(reasons, key=lambda reason: -abs(reason.weight))
