"""A learned topic model: trained from examples, corrected, made to forget, kept as bytes.

It holds hashed features of its examples, never their text. Forgetting trains anew without the
example: the result is the same, to the byte, as if it had never been there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ildsjel.engine.topics import solver
from ildsjel.engine.topics.calibration import (
    Calibration,
    Scores,
    calibrate,
    folds_of,
    probabilities,
)
from ildsjel.engine.topics.features import (
    Batch,
    Floats,
    Integers,
    Keys,
    Rows,
    Vocabulary,
    batch,
    keys,
    vocabulary,
)
from ildsjel.engine.topics.sharing import Signs, parts_of, signs_of
from ildsjel.engine.topics.vectors import Vectors, learned, shipped

ALTERNATIVES = 2  # beside the first: the top three
ACCURACY = 0.95  # at which a suggestion may be carried out without a person
_MEANING = 1.0  # how much vectors weigh beside a block of features
_ROUNDS = 6
_AT_ONCE = 400  # examples looked at again after a correction
_BATCH = 4096


class Encoder(Protocol):
    """Texts as vectors of one length: an array of float32, a row for each text."""

    def __call__(self, texts: Sequence[str], /) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Example:
    """A text that belongs to a label (a topic, a desk). By `key` it can be forgotten."""

    text: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The likeliest label, its probability, the next ones, and whether it needs no person."""

    label: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]
    automatic: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """What is kept of examples: hashed features, raw vectors, label numbers and keys.

    `widths`: of how many columns each kind of vector is, in order.
    """

    found: Keys
    vectors: Floats
    widths: tuple[int, ...]
    labels: Integers
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def where(self, kept: Integers) -> "Examples":
        """Only some of them, by place."""
        chosen = [self.keys[place] for place in kept]
        found = select(self.found, kept)
        vectors = self.vectors[kept]
        return Examples(found, vectors, self.widths, self.labels[kept], tuple(chosen))

    def and_one(self, other: "Examples") -> "Examples":
        """With those of `other` after them."""
        a, b = self.found, other.found
        found = Keys(
            np.concatenate([a.offsets, b.offsets[1:] + a.offsets[-1]]),
            np.concatenate([a.keys, b.keys]),
            np.concatenate([a.counts, b.counts]),
        )
        return Examples(
            found,
            np.concatenate([self.vectors, other.vectors]),
            self.widths,
            np.concatenate([self.labels, other.labels]),
            self.keys + other.keys,
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """What is learned: known features and their focus, how vectors are centred, weights; and the
    `parts` of names that labels share, with the `signs` that follow from labels and parts.
    """

    vocabulary: Vocabulary
    focus: Floats
    centre: Floats
    scale: Floats
    weights: solver.Weights
    parts: tuple[str, ...]
    signs: Signs

    def rows(self, found: Keys) -> Rows:
        """Known features at their weight."""
        rows = self.vocabulary.rows(found)
        return replace(rows, values=rows.values * self.focus[rows.rows])

    def dense(self, vectors: Floats) -> Floats:
        """Vectors centred and scaled, after a constant."""
        constant = np.ones((len(vectors), 1), np.float32)
        return np.hstack([constant, (vectors - self.centre) * self.scale])

    def scores(self, found: Keys, vectors: Floats) -> Scores:
        """For each text and label; the higher, the likelier."""
        return solver.scores(self.rows(found), self.dense(vectors), self.weights, self.signs)


class TopicModel:
    """Suggests labels for texts. Not to be changed by several threads at once."""

    def __init__(
        self,
        labels: Sequence[str],
        examples: Examples,
        *,
        own: Vectors | None,
        encoder: Encoder | None,
        fit: Fit,
        calibration: Calibration,
    ) -> None:
        self.labels, self.examples, self.own, self.encoder = list(labels), examples, own, encoder
        self.fit, self.calibration = fit, calibration

    def __len__(self) -> int:
        """How many examples it has learned from."""
        return len(self.examples)

    def predict(self, texts: Sequence[str]) -> list[Suggestion]:
        """A suggestion for each text."""
        found: list[Suggestion] = []
        for start in range(0, len(texts), _BATCH):
            found += self._predict(texts[start : start + _BATCH])
        return found

    def _predict(self, texts: Sequence[str]) -> list[Suggestion]:
        made = batch(texts)
        scores = self.fit.scores(keys(made), vectors_of(made, texts, self.own, self.encoder))
        chances = probabilities(scores, self.calibration.sharpness)
        best = np.argsort(-chances, axis=1, kind="stable")[:, : 1 + ALTERNATIVES]
        likely = np.take_along_axis(chances, best, axis=1)
        bound = self.calibration.threshold
        return [
            Suggestion(
                self.labels[places[0]],
                sure[0],
                tuple((self.labels[i], p) for i, p in zip(places[1:], sure[1:], strict=True)),
                bound is not None and sure[0] >= bound,
            )
            for places, sure in zip(best.tolist(), likely.tolist(), strict=True)
        ]

    def correct(self, text: str, label: str, key: str = "") -> None:
        """Learn one example more, in milliseconds; a new label may come with it.

        What is known of rarity, focus and calibration stays until `refit`, which may run later.
        """
        if label not in self.labels:
            self._add_label(label)
        made = batch([text])
        one = Examples(
            keys(made),
            vectors_of(made, [text], self.own, self.encoder),
            self.examples.widths,
            np.array([self.labels.index(label)], np.int64),
            (key or str(len(self)),),
        )
        self._make_room(one.found)
        self.examples = self.examples.and_one(one)
        self._look_again()

    def _make_room(self, found: Keys) -> None:
        old, weights = self.fit, self.fit.weights
        known = old.vocabulary.with_new(found, len(self))
        more = len(known) - len(old.vocabulary)
        usual = np.float32(np.median(old.focus)) if len(old.focus) else np.float32(1)
        questions = weights.duals.shape[1]
        grown = solver.Weights(
            np.vstack([weights.sparse, np.zeros((more, questions), np.float32)]),
            weights.dense.copy(),
            np.vstack([weights.duals, np.zeros((1, questions))]),
        )
        focus = np.concatenate([old.focus, np.full(more, usual, np.float32)])
        self.fit = replace(old, vocabulary=known, focus=focus, weights=grown)

    def _add_label(self, label: str) -> None:
        """The new label shares what others shared already; more of it is found by `refit`."""
        place, weights = len(self.labels), self.fit.weights
        self.labels.append(label)
        wider = solver.Weights(
            np.insert(weights.sparse, place, 0, axis=1),
            np.insert(weights.dense, place, 0, axis=1),
            np.insert(weights.duals, place, 0, axis=1),
        )
        signs = signs_of(self.labels, self.fit.parts)
        self.fit = replace(self.fit, weights=wider, signs=signs)

    def _look_again(self) -> None:
        """The newest example with others, some at random where there are many."""
        newest = len(self.examples) - 1
        others = np.random.default_rng(newest).permutation(newest)[:_AT_ONCE]
        kept = np.sort(np.append(others, newest))
        some = self.examples.where(kept)
        rows, dense = self.fit.rows(some.found), self.fit.dense(some.vectors)
        duals = self.fit.weights.duals
        part = replace(self.fit.weights, duals=duals[kept])
        solver.improve(part, rows, dense, some.labels, self.fit.signs, rounds=_ROUNDS)
        duals[kept] = part.duals

    def forget(self, key: str) -> int:
        """Forget the examples with this key, as if they had never been; returns how many."""
        kept = [place for place, other in enumerate(self.examples.keys) if other != key]
        gone = len(self.examples) - len(kept)
        if gone:
            self.examples = self.examples.where(np.array(kept, np.int64))
            self.refit()
        return gone

    def refit(self) -> None:
        """Learn all examples anew and calibrate: after corrections, when there is time."""
        labels, numbers = np.unique(self.examples.labels, return_inverse=True)
        self.labels = [self.labels[number] for number in labels]
        self.examples = replace(self.examples, labels=numbers.astype(np.int64))
        self.fit = fit(self.examples, self.labels)
        self.calibration = cross_fit(self.examples, self.labels, self.calibration.accuracy)


def train(
    examples: Iterable[Example],
    *,
    unlabelled: Sequence[str] = (),
    encoder: Encoder | None = None,
    accuracy: float = ACCURACY,
) -> TopicModel:
    """Learn labels from examples in any of the languages, mixed or not.

    `unlabelled`: the organisation's own posts, from which the meaning of its words is learned too
    (at least 200). `encoder`: further vectors; must be given again when the model is loaded.
    `accuracy`: what automatic suggestions must reach on held-out examples. Raises `ValueError`
    without an example.
    """
    given = list(examples)
    if not given:
        raise ValueError("there is no example to learn from")
    labels = sorted({example.label for example in given})
    number = {label: place for place, label in enumerate(labels)}
    texts = [example.text for example in given]
    own, made = learned(unlabelled), batch(texts)
    vectors = vectors_of(made, texts, own, encoder)
    kept = Examples(
        keys(made),
        vectors,
        widths_of(vectors, own),
        np.array([number[example.label] for example in given], np.int64),
        tuple(example.key or str(place) for place, example in enumerate(given)),
    )
    return TopicModel(
        labels,
        kept,
        own=own,
        encoder=encoder,
        fit=fit(kept, labels),
        calibration=cross_fit(kept, labels, accuracy),
    )


def fit(examples: Examples, labels: Sequence[str]) -> Fit:
    """Learn from examples, whose labels are given by number."""
    parts = parts_of(labels)
    signs = signs_of(labels, parts)
    known = vocabulary(examples.found)
    rows = known.rows(examples.found)
    focus = solver.focus(rows, examples.labels, signs, len(known))
    centre = examples.vectors.sum(axis=0) / np.float32(max(1, len(examples)))
    scale = _scale(examples.vectors - centre, examples.widths)
    empty = solver.Weights(np.zeros((0, 0), np.float32), np.zeros((0, 0)), np.zeros((0, 0)))
    bare = Fit(known, focus, centre, scale, empty, parts, signs)
    weights = solver.fit(
        bare.rows(examples.found), bare.dense(examples.vectors), examples.labels, signs,
        len(known),
    )  # fmt: skip
    return replace(bare, weights=weights)


def _scale(centred: Floats, widths: Sequence[int]) -> Floats:
    """A factor for each column, so that each kind of vector has the same length in the mean."""
    factors, column = np.zeros(centred.shape[1], np.float32), 0
    for width in widths:
        part = centred[:, column : column + width]
        length = float(np.linalg.norm(part, axis=1).sum()) / max(1, len(part))
        factors[column : column + width] = _MEANING / length if length > 1e-6 else 0.0
        column += width
    return factors


def cross_fit(examples: Examples, labels: Sequence[str], accuracy: float) -> Calibration:
    """Calibrate on examples that were held out, each fold by the others."""
    same = [hash(_features(examples.found, place)) for place in range(len(examples))]
    folds = folds_of(examples.labels, same)
    scores = np.zeros((len(examples), len(labels)))
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        seen, unseen = examples.where(np.flatnonzero(folds != fold)), examples.where(held)
        if len(seen):
            scores[held] = fit(seen, labels).scores(unseen.found, unseen.vectors)
    return calibrate(scores, examples.labels, folds, accuracy)


def vectors_of(
    made: Batch, texts: Sequence[str], own: Vectors | None, encoder: Encoder | None
) -> Floats:
    """All vectors of texts beside each other: shipped, own, the encoder's."""
    parts = [shipped().of(made)]
    if own is not None:
        parts.append(own.of(made))
    if encoder is not None:
        parts.append(np.asarray(encoder(texts), np.float32))
    return np.hstack(parts)


def widths_of(vectors: Floats, own: Vectors | None) -> tuple[int, ...]:
    """How many columns each kind of vector has; what is over is the encoder's."""
    widths = [shipped().words.shape[1]]
    if own is not None:
        widths.append(own.words.shape[1])
    rest = vectors.shape[1] - sum(widths)
    return (*widths, rest) if rest else tuple(widths)


def select(found: Keys, places: Integers) -> Keys:
    """The features of some texts, by place."""
    spans = [(int(found.offsets[i]), int(found.offsets[i + 1])) for i in places]
    offsets = np.zeros(len(places) + 1, np.int64)
    np.cumsum([b - a for a, b in spans], out=offsets[1:])
    if not spans:
        return Keys(offsets, found.keys[:0], found.counts[:0])
    return Keys(
        offsets,
        np.concatenate([found.keys[a:b] for a, b in spans]),
        np.concatenate([found.counts[a:b] for a, b in spans]),
    )


def _features(found: Keys, place: int) -> bytes:
    return found.keys[found.offsets[place] : found.offsets[place + 1]].tobytes()
