"""From scores to probabilities, and from which probability on nobody needs to look.

Everything here is fitted on scores of examples that the scoring model had not seen (cross-fitting).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.topics.features import Integers

Scores = NDArray[np.float64]

FOLDS = 5
FEWEST = 20  # examples below which nothing is routed without a person
_SHARPNESS = np.geomspace(0.25, 16.0, 49)
_USUAL = 3.0  # sharpness where there is too little to fit one


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How scores are read, and what was measured on examples held out.

    `threshold`: probability from which at least `accuracy` of the suggestions are right, or None
    if there is no such. `held_out` is the share right of all, `automatic_share` and
    `automatic_accuracy` what the threshold gives where it was chosen on other folds.
    """

    accuracy: float
    sharpness: float = _USUAL
    threshold: float | None = None
    held_out: float | None = None
    automatic_share: float | None = None
    automatic_accuracy: float | None = None


def probabilities(scores: Scores, sharpness: float) -> Scores:
    """Softmax of the scores times `sharpness` (temperature scaling, Guo et al. 2017)."""
    scaled = scores * sharpness
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def folds_of(labels: Integers, groups: Sequence[int], count: int = FOLDS) -> Integers:
    """A fold for each example: labels spread evenly, equal groups (same text) kept together."""
    random = np.random.default_rng(0)
    chosen: dict[int, int] = {}
    following = 0
    for example in np.lexsort((random.permutation(len(labels)), labels)):
        if groups[example] not in chosen:
            chosen[groups[example]] = following % count
            following += 1
    return np.array([chosen[group] for group in groups], np.int64)


def calibrate(scores: Scores, labels: Integers, folds: Integers, accuracy: float) -> Calibration:
    """Fit on held-out scores, a row for each example."""
    if len(labels) < FEWEST:
        return Calibration(accuracy=accuracy)
    sharpness = min(_SHARPNESS, key=lambda value: _loss(scores, labels, float(value)))
    sure = probabilities(scores, float(sharpness)).max(axis=1)
    right = scores.argmax(axis=1) == labels
    share, reached = _tried(sure, right, folds, accuracy)
    return Calibration(
        accuracy=accuracy,
        sharpness=float(sharpness),
        threshold=threshold_for(sure, right, accuracy),
        held_out=float(right.mean()),
        automatic_share=share,
        automatic_accuracy=reached,
    )


def _loss(scores: Scores, labels: Integers, sharpness: float) -> float:
    chance = probabilities(scores, sharpness)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chance, 1e-9)).mean())


def threshold_for(sure: Scores, right: NDArray[np.bool_], accuracy: float) -> float | None:
    """The lowest probability from which on at least `accuracy` of the examples are right."""
    order = np.argsort(-sure, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(reached >= accuracy)
    return float(sure[order[good[-1]]]) if len(good) else None


def _tried(
    sure: Scores, right: NDArray[np.bool_], folds: Integers, accuracy: float
) -> tuple[float, float | None]:
    """Share and accuracy of what would be automatic, each fold by the threshold of the others."""
    automatic = np.zeros(len(sure), bool)
    for fold in np.unique(folds):
        held = folds == fold
        threshold = threshold_for(sure[~held], right[~held], accuracy)
        if threshold is not None:
            automatic[held] = sure[held] >= threshold
    return float(automatic.mean()), float(right[automatic].mean()) if automatic.any() else None
