"""What was learned from an organisation's own choices, asked about new posts.

Nothing is said where there is too little to learn from, or too little that speaks for any answer:
no suggestion is better than a poor one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ildsjel.engine.topics import Suggestion, TopicModel, explain

FEWEST = 10  # examples before anything is suggested
FEWEST_OF_ONE = 3  # of a label, before that is
LEAST = 0.5  # as probable as that at least: right as often as not
WORDS = 4  # shown as the reason
_WORTH = 0.15  # of what the heaviest word weighs


@dataclass(frozen=True, slots=True)
class Learned:
    """A topic or desk, by its id, that a post is likely about: how probably, whether that needs no
    person (the threshold is calibrated on examples held out), and the words that weighed most."""

    id: int
    probability: float
    automatic: bool
    words: tuple[str, ...]


def suggest(model: TopicModel | None, texts: Sequence[str]) -> list[Learned | None]:
    """What each text is likely about, or None. Labels of the model are ids, as decimal numbers."""
    if model is None or len(model) < FEWEST or not texts:
        return [None] * len(texts)
    counts = np.bincount(model.examples.labels, minlength=len(model.labels)).tolist()
    enough = {label for label, n in zip(model.labels, counts, strict=True) if n >= FEWEST_OF_ONE}
    if len(enough) < 2:
        return [None] * len(texts)
    return [
        _learned(model, text, said) if said.label in enough else None
        for text, said in zip(texts, model.predict(texts), strict=True)
    ]


def _learned(model: TopicModel, text: str, said: Suggestion) -> Learned | None:
    if said.probability < LEAST:
        return None
    words = _reasons(model, text, said.label)
    if not words:
        return None
    return Learned(int(said.label), round(said.probability, 4), said.automatic, words)


def _reasons(model: TopicModel, text: str, label: str) -> tuple[str, ...]:
    """The words that spoke for the label, the heaviest first, each once."""
    weights: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for reason in explain(model, text, label):
        key = reason.word.lower()
        weights[key] = weights.get(key, 0.0) + reason.weight
        spelled.setdefault(key, reason.word)
    heaviest = max(weights.values(), default=0.0)
    if heaviest <= 0:
        return ()
    ranked = sorted(weights, key=lambda key: (-weights[key], key))
    worth = [key for key in ranked if weights[key] > heaviest * _WORTH and _explains(key)]
    return tuple(spelled[key] for key in worth[:WORDS])


def _explains(word: str) -> bool:
    return len(word) > 1 and any(character.isalpha() for character in word)
