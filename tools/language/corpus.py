"""The training corpus in arrays, and the lexicon that says which words a language has."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ildsjel.engine.language import tables
from tools.language import learning, software, sources
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
    dictionaries: Path
    software: Path
    home_assistant: Path


@dataclass(frozen=True)
class Group:
    """Samples of one kind, and how often each is seen in an epoch."""

    samples: list[Sample]
    times: float
    parallel: bool = False  # known of the two forms of Norwegian: it stands so in one or in both
    judged: bool = False  # known of all four languages
    synthetic: bool = False  # words without an order


def build(places: Places, seed: int) -> tuple[Data, Array, Lexicon]:
    """The corpus, how often each text comes in an epoch, and the lexicon."""
    rng = np.random.default_rng(seed)
    frequent = _frequencies(places)
    parallel = sources.parallel_words(places.texts)
    listed = {code: sources.dictionary(places.dictionaries, code) for code in LANGUAGES}
    groups = list(_sentences(places, rng))
    groups.append(Group(_without_nordic_letters(groups, rng), 1))
    groups += _word_salads(_completed(frequent, parallel, listed), rng)
    times = [group.times for group in groups for _ in group.samples]
    return _arrays(groups), np.array(times), lexicon(frequent, parallel, listed)


def _sentences(places: Places, rng: Any) -> Iterator[Group]:
    texts = places.texts
    yield from _chosen(
        sources.treebanks(texts),
        {"nb": 6, "nn": 8, "da": 6, "sv": 6, ELSE: 6},
    )
    judged = list(sources.judged_treebanks(texts, "train"))
    yield Group(judged, 6, judged=True)
    yield Group([sample._replace(also=()) for sample in judged], 5)
    yield Group(list(sources.news(texts, "train")), 1.5, parallel=True)
    yield Group(list(sources.aligned_windows(texts, "train", rng)), 0.8, parallel=True)
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
        software.handbooks(places.software), {"nb": 2, "da": 0.8, "sv": 0.6, "fi": 0.5}
    )
    yield from _chosen(
        software.windows(places.software, places.home_assistant),
        {"nb": 1.2, "nn": 2.5, "da": 1.5, "sv": 0.8, "fi": 0.4, "is": 0.8},
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
    known = (s for g in groups if not g.parallel for s in g.samples if s.language in LANGUAGES[:-1])
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


_MOST = {"nb": 100, "nn": 120, "da": 110, "sv": 80, "en": 60, "fi": 30, "is": 30, "se": 15}
_LISTED_ONLY = 2e-8  # taken as the frequency of words that only a dictionary has
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


def _completed(
    frequent: dict[str, Words], parallel: tuple[Counter[str], ...], listed: dict[str, set[str]]
) -> dict[str, Words]:
    """Frequencies with words of the news and of dictionaries that lists of common words lack."""
    found = {code: dict(words) for code, words in frequent.items()}
    for code, counts in zip(("nb", "nn"), parallel, strict=True):
        total = counts.total()
        for word, count in counts.items():
            found[code][word] = (found[code].get(word, 0.0) + count / total) / 2
    for code, words in listed.items():
        for word in sorted(words):
            found.setdefault(code, {}).setdefault(word, _LISTED_ONLY)
    return found


def lexicon(
    frequent: dict[str, Words], parallel: tuple[Counter[str], ...], listed: dict[str, set[str]]
) -> Lexicon:
    """For each word how well it is known in each of the four languages.

    0: surely not a word of it, 1: unknown, 2: a word of it, nearly as common as where it is
    commonest, or too rare to compare.
    """
    words = sorted({w for code in SCANDINAVIAN for w in (*frequent[code], *listed.get(code, ()))})
    table = np.array([[frequent[code].get(w, 0.0) for code in SCANDINAVIAN] for w in words])
    known = np.array([[w in listed.get(code, ()) for code in SCANDINAVIAN] for w in words])
    valid = _valid(table, known)
    counts = np.array([[side[w] for side in parallel] for w in words])
    for one, other in ((0, 1), (1, 0)):
        often, here = counts[:, other], counts[:, one]
        valid[(here >= 3) & (here >= often / 20), one] = 2
        valid[(often >= 8) & (here <= often / 40), one] = 0
    codes, _, ends = _codes(words)
    tabled = (tables.letters(), tables.composed(), np.zeros(1, np.int64))
    return _hashed(learning.word_hashes(codes, ends, tabled), valid)


def _valid(table: Array, known: Array) -> Array:
    """By frequency and dictionary, shape (words, 4). Nynorsk's is too small to miss a word in."""
    most = table.max(axis=1, keepdims=True)
    rare = most < 2e-6
    common = (table >= most / 20) & (table > 0)
    valid = np.ones(table.shape, np.int8)
    valid[common & (known | ~rare)] = 2
    valid[known & rare] = 2
    missed = ~known & known.any(axis=1, keepdims=True) & ~common
    missed[:, 1] &= most[:, 0] > 3e-6
    valid[missed] = 0
    valid[(np.maximum(table, 1.5e-7) < most / 150) & (most > 3e-7) & ~(known & rare)] = 0
    return valid


def _hashed(hashes: Array, valid: Array, size: int = 1 << 22) -> Lexicon:
    keys, values = np.full(size, -1, np.int64), np.zeros((size, len(SCANDINAVIAN)), np.int8)
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
        np.array([_correct(sample, group) for sample, group in pairs], np.int8),
        np.array([group.parallel or group.judged for _, group in pairs]),
        np.array([group.synthetic for _, group in pairs]),
    )


def _label(sample: Sample) -> int:
    return learning.ELSE if sample.language == ELSE else LANGUAGES.index(sample.language)


def _correct(sample: Sample, group: Group) -> list[int]:
    """What is known of each of the four: 1 correct, 0 wrong, or what the lexicon has to say."""
    named = {sample.language, *sample.also}
    if group.judged:
        return [int(code in named) for code in SCANDINAVIAN]
    if not group.parallel:
        return [learning.ASK] * len(SCANDINAVIAN)
    return [1 if code in named else learning.UNLIKE for code in ("nb", "nn")] + [learning.ASK] * 2
