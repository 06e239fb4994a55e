"""What labels have in common by their names, so that they learn from each other's examples.

Of `alarm/cancel`, `alarm/set` and `reminder/cancel` the first shares a word with each other one.
Beside the question whether a text is of a label, one is learned for each word that several names
have in common: whether it is of one of these. Where names share nothing, nothing is added.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHARED = 0.3  # what the answer to a shared question weighs beside that to a label's own

Signs = NDArray[np.int8]

_WORD = re.compile(r"[^\W\d_]{3,}")


def parts_of(labels: Sequence[str]) -> tuple[str, ...]:
    """The words that at least two names have, and not all; one for each set of names."""
    having = defaultdict[str, list[str]](list)
    for label in labels:
        for part in _parts(label):
            having[part].append(label)
    shared = {
        tuple(some): part
        for part, some in sorted(having.items(), reverse=True)
        if 1 < len(some) < len(labels)
    }
    return tuple(sorted(shared.values()))


def _parts(label: str) -> set[str]:
    return {part.lower() for part in _WORD.findall(label)}


def signs_of(labels: Sequence[str], parts: Sequence[str]) -> Signs:
    """What the answers are for texts of a label (a row each): 1 yes, -1 no.

    First a column for each label, then one for each part.
    """
    own = 2 * np.eye(len(labels), dtype=np.int8) - 1
    shared = [[1 if part in _parts(label) else -1 for part in parts] for label in labels]
    return np.hstack([own, np.array(shared, np.int8).reshape(len(labels), len(parts))])


def mixing(signs: Signs) -> NDArray[np.float64]:
    """How answers add up to scores of labels, shape (columns of `signs`, labels)."""
    labels = len(signs)
    return np.vstack([np.eye(labels), SHARED * signs[:, labels:].T])
