"""Texts kept out of training: half of them to calibrate with, half of them to measure on."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ildsjel.engine.language.model import LANGUAGES, LENGTHS, Model
from tools.language import sources
from tools.language.corpus import Places
from tools.language.sources import ELSE, Sample

Array = Any


def measured_sets(texts: Path, mediawiki: Path) -> dict[str, list[Sample]]:
    """The half to measure on, by task; beside it tweets, which are never trained or tuned on."""
    found = _sets(texts, mediawiki)
    kept = {name: [s for s in each if sources.measured(s.text)] for name, each in found.items()}
    return {**kept, "tweets nb nn": list(_tweets(texts))}


def _sets(texts: Path, mediawiki: Path) -> dict[str, list[Sample]]:
    """Shaped like the tasks that published identifiers are judged on."""
    return {
        "sentences": list(sources.judged_treebanks(texts, "test")),
        "news pairs": list(sources.news(texts, "test")),
        "first five": first_words(_mixed(texts), 5),
        "subtitles": list(sources.subtitles(texts, "test")),
        "interface": [s for s in sources.interface(mediawiki, "test") if _long(s)],
    }


def _long(sample: Sample) -> bool:
    """Other languages are many: a twentieth of them is enough."""
    some = sample.language != "other" or sources.share(sample.text) < 0.05
    return len(sample.text) > 20 and some


def _tweets(texts: Path) -> Iterable[Sample]:
    forms = {"bokmål": "nb", "nynorsk": "nn"}
    return (Sample(t, forms[form]) for t, form in sources.tweets(texts) if form in forms)


def _mixed(texts: Path) -> list[Sample]:
    """News and encyclopaedic sentences of at least six words, some hundreds a language."""
    every = [*sources.news(texts, "test"), *sources.common_voice(texts, "test")]
    most = {"nb": 900, "nn": 900, "da": 900, "sv": 900, "fi": 600, "is": 600}
    kept: list[Sample] = []
    for language, number in most.items():
        fits = [s for s in every if s.language == language and len(s.text.split()) > 5]
        kept += fits[:number]
    return kept


def first_words(samples: Iterable[Sample], number: int) -> list[Sample]:
    return [s._replace(text=" ".join(s.text.split()[:number])) for s in samples]


def calibrated(model: Model, places: Places) -> dict[str, Array]:
    """The model's arrays with temperatures that make its probabilities hold on held-out texts."""
    found = _sets(places.texts, places.mediawiki)
    every = [s for each in found.values() for s in each if not sources.measured(s.text)]
    every += [cut for k in (1, 2, 3, 8) for cut in first_words(every[::3], k)]
    every = [s for s in every if s.text]
    scores, _, words = model.scores([s.text for s in every])
    right = np.array([_rights(s) for s in every])
    place = np.searchsorted(LENGTHS, words)
    warmth = [_warmth(scores[place == b], right[place == b]) for b in range(len(LENGTHS) + 1)]
    return {
        "weights": model.weights.view(np.uint8),
        "scale": np.float32(model.scale),
        "w1": model.hidden,
        "b1": model.hidden_bias,
        "w2": model.output,
        "b2": model.output_bias,
        "temperatures": np.array(warmth, np.float32),
    }


def _rights(sample: Sample) -> list[bool]:
    """Which languages an answer may name."""
    if sample.language == ELSE:
        return [code not in LANGUAGES[:4] for code in LANGUAGES]
    return [code == sample.language for code in LANGUAGES]


def _warmth(scores: Array, right: Array) -> float:
    """The temperature with the smallest cross-entropy, from 0.5 to 4."""
    tried = np.exp(np.linspace(np.log(0.5), np.log(4), 60))
    return float(min(tried, key=lambda warmth: _entropy(scores / warmth, right)))


def _entropy(scores: Array, right: Array) -> float:
    chances = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-99))
    chances /= chances.sum(axis=1, keepdims=True)
    return float(-np.log(np.maximum((chances * right).sum(axis=1), 1e-9)).sum())
