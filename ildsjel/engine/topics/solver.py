"""Weights from examples: a linear support vector machine, each label against the rest, and each
group of labels that share a word of their names against the rest (`sharing`).

Dual coordinate descent (Hsieh, Chang, Lin, Keerthi, Sundararajan 2008) with a squared hinge: the
optimum is unique, and an example more or less needs only a few rounds from where it stood. Rare
labels weigh as much as common ones. Features are weighed beforehand by how well they tell one label
from the rest (Wang and Manning 2012).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.topics.features import Floats, Integers, Rows
from ildsjel.engine.topics.layout import kernel
from ildsjel.engine.topics.sharing import Signs, mixing

COST = 1.0
FOCUS = 0.5  # how strongly features that tell labels apart are preferred
_SMOOTHING = 0.1
_MOST_ROUNDS = 100
_GOOD_ENOUGH = 0.05
_SEED = 7


@dataclass(frozen=True, slots=True)
class Weights:
    """For each feature and question, sparse and dense; `duals` has a row for each example."""

    sparse: Floats
    dense: NDArray[np.float64]
    duals: NDArray[np.float64]


def focus(rows: Rows, labels: Integers, signs: Signs, features: int) -> Floats:
    """How well each feature answers some question: a factor, 1 in the mean square."""
    texts = np.repeat(labels, np.diff(rows.starts))
    sums = np.zeros((len(signs), features))
    np.add.at(sums, (texts, rows.rows), rows.values)
    those = np.stack([sums[asked].sum(axis=0) for asked in (signs > 0).T])
    inside, outside = those + _SMOOTHING, sums.sum(axis=0) - those + _SMOOTHING
    odds = np.log(inside / inside.sum(axis=1, keepdims=True))
    odds -= np.log(outside / outside.sum(axis=1, keepdims=True))
    best = np.abs(odds).max(axis=0, initial=0.0) ** FOCUS
    squares = float(((rows.values * best[rows.rows]) ** 2).sum())
    total = float((rows.values**2).sum())
    return np.asarray(best * np.sqrt(total / squares if squares else 1.0), np.float32)


def fit(rows: Rows, dense: Floats, labels: Integers, signs: Signs, features: int) -> Weights:
    """Weights at the optimum. `labels` are rows of `signs`, one for each row."""
    questions = signs.shape[1]
    start = Weights(
        np.zeros((features, questions), np.float32),
        np.zeros((dense.shape[1], questions)),
        np.zeros((len(labels), questions)),
    )
    return improve(start, rows, dense, labels, signs, rounds=_MOST_ROUNDS)


def improve(
    weights: Weights,
    rows: Rows,
    dense: Floats,
    labels: Integers,
    signs: Signs,
    *,
    rounds: int,
) -> Weights:
    """Go on from `weights` (changed in place)."""
    random = np.random.default_rng(_SEED)
    costs = _costs(labels, len(signs))
    for _ in range(rounds):
        violation = kernel().sweep(
            random.permutation(len(labels)), rows.starts, rows.rows, rows.values, dense, labels,
            signs, costs, weights.duals, weights.sparse, weights.dense,
        )  # fmt: skip
        if violation < _GOOD_ENOUGH:
            break
    return weights


def _costs(labels: Integers, classes: int) -> NDArray[np.float64]:
    """Each example's cost: the examples of a label weigh as much in sum as those of any other."""
    counts = np.bincount(labels, minlength=classes)
    present = max(1, int(np.count_nonzero(counts)))
    return np.asarray(COST * len(labels) / present / counts[labels], dtype=np.float64)


def scores(rows: Rows, dense: Floats, weights: Weights, signs: Signs) -> NDArray[np.float64]:
    """For each text and label; the higher, the likelier."""
    found = np.zeros((len(rows.starts) - 1, weights.sparse.shape[1]))
    kernel().all_scores(
        rows.starts, rows.rows, rows.values, weights.sparse, dense, weights.dense, found
    )
    # Small enough that starting the threads of a matrix product would take longer.
    return np.asarray(np.einsum("tq,ql->tl", found, mixing(signs)))
