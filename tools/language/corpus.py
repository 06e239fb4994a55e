"""The training corpus in arrays, and the lexicon that says which words a language has."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ildsjel.engine.language import tables
from tools.language import learning, sources
from tools.language.learning import Data, Lexicon
from tools.language.sources import ELSE, LANGUAGES, SCANDINAVIAN, Sample

Array = Any
Words = dict[str, float]


@dataclass(frozen=True)
class Places:
    """Where the sources lie on this machine; docs/language-model.md says where they come from."""

    texts: Path
    mediawiki: Path
    udhr: Path
    wikipedia: Path
    subtitles: Path
    emoji: Path


@dataclass(frozen=True)
class Group:
    """Samples of one kind, and how often each is seen in an epoch."""

    samples: list[Sample]
    times: float
    exact: bool = False  # `also` is complete: what is not named there is wrong
    synthetic: bool = False  # words without an order


def build(places: Places, seed: int) -> tuple[Data, Array, Lexicon]:
    """The corpus, how often each text comes in an epoch, and the lexicon."""
    rng = np.random.default_rng(seed)
    frequent = _frequencies(places)
    groups = list(_sentences(places, rng))
    groups.append(Group(_without_nordic_letters(groups, rng), 1))
    groups += _word_salads(frequent, rng)
    times = [group.times for group in groups for _ in group.samples]
    return _arrays(groups), np.array(times), lexicon(frequent)


def _sentences(places: Places, rng: Any) -> Iterator[Group]:
    texts = places.texts
    yield from _chosen(
        sources.treebanks(texts, "train"),
        {"nb": 6, "nn": 8, "da": 6, "sv": 6, ELSE: 6},
    )
    yield Group(list(sources.news(texts, "train")), 1.5, exact=True)
    yield Group(list(sources.aligned_windows(texts, "train", rng)), 0.8, exact=True)
    yield from _chosen(
        sources.common_voice(texts, "train"), {"nb": 3, "da": 3, "sv": 3, "fi": 2, "is": 0.7}
    )
    yield from _chosen(
        sources.subtitles(texts, "train"), {"nb": 4, "da": 4, "sv": 2, "fi": 1, "is": 5}
    )
    yield from _chosen(
        sources.interface(places.mediawiki, "train"),
        {**dict.fromkeys(LANGUAGES, 1), "nn": 3, "fo": 8, "se": 8},
    )
    yield from _chosen(
        sources.declarations(places.udhr, "train"), {**dict.fromkeys(LANGUAGES, 10), "other": 0.7}
    )
    yield from _chosen(
        sources.emoji_names(places.emoji),
        {**dict.fromkeys(LANGUAGES, 0.5), "fo": 2, "other": 0.08},
    )


def _chosen(samples: Iterator[Sample], times: dict[str, float]) -> Iterator[Group]:
    every = list(samples)
    for language, number in times.items():
        yield Group([sample for sample in every if sample.language == language], number)


def _without_nordic_letters(groups: Sequence[Group], rng: Any) -> list[Sample]:
    """An eighth of the texts as people write them on a keyboard that lacks the letters."""
    known = (s for g in groups if not g.exact for s in g.samples if s.language in LANGUAGES[:-1])
    taken = (sample for sample in known if rng.random() < 0.125)
    bare = (
        sample._replace(text=plain(sample.text))
        for sample in taken
        if plain(sample.text) != sample.text
    )
    return list(bare)


def plain(text: str) -> str:
    text = text.translate(str.maketrans("øØðÐđĐŧŋ", "oOdDdDtn")).replace("æ", "ae")
    text = text.replace("þ", "th")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_MOST = {"nb": 80, "nn": 100, "da": 80, "sv": 60, "en": 60, "fi": 30, "is": 30}
_NEAR = {"de", "nl", "af", "et", "fr", "es", "it", "pt", "la", "lb"}


def _frequencies(places: Places) -> dict[str, Words]:
    codes = [path.name.split("-")[1].split(".")[0] for path in places.wikipedia.glob("topwords-*")]
    named = sorted("nb" if code == "no" else code for code in codes)
    return {code: sources.frequencies(places.wikipedia, places.subtitles, code) for code in named}


def _word_salads(frequent: dict[str, Words], rng: Any) -> Iterator[Group]:
    """Thousands of texts for each language that there is a list of words for."""
    for code, words in frequent.items():
        number = _MOST.get(code, 6 if code in _NEAR else 1.5)
        language = code if code in LANGUAGES else "other"
        yield Group(_salad(words, int(1000 * number), language, rng), 1, synthetic=True)


def _salad(words: Words, count: int, language: str, rng: Any, longest: int = 12) -> list[Sample]:
    """Texts of words drawn by their frequency, flattened so that rare words come too."""
    names = np.array([word for word in words if any(c.isalpha() for c in word)], dtype=object)
    weight = np.array([words[word] for word in names]) ** 0.7
    drawn = rng.choice(len(names), size=(count, longest), p=weight / weight.sum())
    sizes = rng.integers(1, longest + 1, size=count)
    pairs = zip(drawn, sizes, strict=True)
    return [Sample(" ".join(names[row[:size]]), language) for row, size in pairs]


def lexicon(frequent: dict[str, Words]) -> Lexicon:
    """For each word how well it is known in each of the four languages.

    0: surely not a word of it, 1: unknown, 2: nearly as common as where it is commonest.
    """
    lists = [frequent[code] for code in SCANDINAVIAN]
    words = sorted({word for each in lists for word in each})
    table = np.array([[each.get(word, 0.0) for each in lists] for word in words])
    most = table.max(axis=1, keepdims=True)
    valid = np.ones(table.shape, np.int64)
    valid[table >= most / 20] = 2
    valid[(np.maximum(table, 1.5e-7) < most / 150) & (most > 3e-7)] = 0
    codes, _, ends = _codes(words)
    known = (tables.letters(), tables.composed(), np.zeros(1, np.int64))
    return _hashed(learning.word_hashes(codes, ends, known), valid)


def _hashed(hashes: Array, valid: Array, size: int = 1 << 21) -> Lexicon:
    keys, values = np.full(size, -1, np.int64), np.zeros((size, len(SCANDINAVIAN)), np.int64)
    for key, row in zip(hashes.tolist(), valid, strict=True):
        slot = key & (size - 1)
        while keys[slot] not in (-1, key):
            slot = (slot + 1) & (size - 1)
        keys[slot] = key
        values[slot] = np.maximum(values[slot], row)
    return Lexicon(keys, values)


def _codes(texts: Sequence[str]) -> tuple[Array, Array, Array]:
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
    return codes, np.concatenate([[0], ends[:-1] + 1]), ends


def _arrays(groups: Sequence[Group]) -> Data:
    pairs = [(sample, group) for group in groups for sample in group.samples]
    return Data(
        *_codes([" ".join(sample.text.split()) for sample, _ in pairs]),
        np.array([_label(sample) for sample, _ in pairs], np.int64),
        np.array([bool(sample.also) for sample, _ in pairs]),
        np.array([group.exact for _, group in pairs]),
        np.array([group.synthetic for _, group in pairs]),
    )


def _label(sample: Sample) -> int:
    return learning.ELSE if sample.language == ELSE else LANGUAGES.index(sample.language)
