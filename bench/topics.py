"""Learning topics from few examples beside a peer, on the same held-out texts in one run.

    python -m bench.topics --intents FOLDER [--seeds 3]

The folder holds xSID's validation part: da_valid.jsonl and no_valid.jsonl with text, intent,
dialect and id. Sentences are parallel, so folds go by id: no translation of a held-out sentence is
learned from. Five folds, `--seeds` times; 8, 32 or all examples a label from the other four. A peer
that is not installed is left out: `uv sync --group bench`.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

from bench.common import machine, table
from ildsjel.engine.topics import Example, train

Learner = Callable[[list[Example]], Callable[[Sequence[str]], list[str]]]
Sentences = dict[str, list[Example]]  # by id
SIZES = {"8": 8, "32": 32, "all": None}
FOLDS = 5


def main() -> None:
    options = _options()
    print(machine(), end="\n\n")
    danish = _read(options.intents / "da_valid.jsonl", "")
    bokmal = _read(options.intents / "no_valid.jsonl", "B")
    rows = []
    for name, learner in _learners():
        for language, sentences in (("da", danish), ("nb", bokmal)):
            scores = [_score(learner, sentences, size, options.seeds) for size in SIZES.values()]
            rows.append([name, language, *scores, f"{_speed(learner, sentences):,.0f}"])
    print(table(["% right", "language", *SIZES, "texts/s"], rows), end="\n\n")
    print(_automatic({"da": danish, "nb": bokmal}), end="\n\n")
    print(_dialects(options.intents / "no_valid.jsonl", bokmal))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.topics", description=(__doc__ or "")[:84])
    parser.add_argument("--intents", type=Path, required=True, help="folder of xSID's files")
    parser.add_argument("--seeds", type=int, default=3, help="how often folds are drawn")
    return parser.parse_args()


def _read(path: Path, dialect: str) -> Sentences:
    """By id; without a dialect those that have none."""
    found: Sentences = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if (row["dialect"] or "") == dialect:
            found[row["id"].split("/")[0]].append(Example(row["text"], row["intent"]))
    return found


def _learners() -> Iterator[tuple[str, Learner]]:
    yield "ildsjel", _ildsjel
    if find_spec("sklearn"):
        yield "TF-IDF + LR", _scikit_learn
    else:
        print("scikit-learn: not installed")


def _ildsjel(examples: list[Example]) -> Callable[[Sequence[str]], list[str]]:
    model = train(examples)
    return lambda texts: [found.label for found in model.predict(texts)]


def _scikit_learn(examples: list[Example]) -> Callable[[Sequence[str]], list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    regression = LogisticRegression(C=10, class_weight="balanced", max_iter=500)
    model = make_pipeline(make_union(grams, words), regression)
    model.fit([each.text for each in examples], [each.label for each in examples])
    return lambda texts: list(model.predict(texts))


def _folds(sentences: Sentences, size: int | None, seed: int) -> Iterator[tuple[list[str], ...]]:
    """Ids to learn from, at most `size` a label, and ids held out; labels spread evenly."""
    draw = random.Random(seed)
    ids = sorted(sentences, key=lambda each: (sentences[each][0].label, draw.random()))
    for fold in range(FOLDS):
        kept, taken = [], defaultdict[str, int](int)
        rest = [each for place, each in enumerate(ids) if place % FOLDS != fold]
        for each in draw.sample(rest, len(rest)):
            label = sentences[each][0].label
            taken[label] += 1
            if size is None or taken[label] <= size:
                kept.append(each)
        yield kept, ids[fold::FOLDS]


def _score(learner: Learner, sentences: Sentences, size: int | None, seeds: int) -> str:
    shares = []
    for seed in range(seeds):
        for kept, held in _folds(sentences, size, seed):
            predict = learner([each for id_ in kept for each in sentences[id_]])
            shares.append(_right(predict, [each for id_ in held for each in sentences[id_]]))
    return f"{100 * fmean(shares):.1f}"


def _right(predict: Callable[[Sequence[str]], list[str]], held: list[Example]) -> float:
    found = predict([each.text for each in held])
    return fmean(label == each.label for label, each in zip(found, held, strict=True))


def _speed(learner: Learner, sentences: Sentences) -> float:
    examples = [each for some in sentences.values() for each in some]
    predict, texts = learner(examples), [each.text for each in examples] * 10
    predict(texts[:100])
    start = time.process_time()
    predict(texts)
    return len(texts) / (time.process_time() - start)


def _automatic(languages: dict[str, Sentences]) -> str:
    """What train measures by itself, each fold by the threshold of the others."""
    rows = []
    for language, sentences in languages.items():
        found = train(each for some in sentences.values() for each in some).calibration
        shares = (found.held_out, found.automatic_share, found.automatic_accuracy)
        rows.append([language, *(f"{100 * (share or 0):.1f}" for share in shares)])
    return table(["threshold for 95 %", "right of all", "automatic", "right of these"], rows)


def _dialects(path: Path, bokmal: Sentences) -> str:
    """Learned from Bokmål alone, asked in dialects, by ids that were held out."""
    asked = {name: _read(path, name) for name in "BNTV"}
    shares = defaultdict[str, list[float]](list)
    for kept, held in _folds(bokmal, None, 0):
        predict = _ildsjel([each for id_ in kept for each in bokmal[id_]])
        for name, sentences in asked.items():
            shares[name].append(_right(predict, [e for id_ in held for e in sentences[id_]]))
    rows = [[name, f"{100 * fmean(found):.1f}"] for name, found in shares.items()]
    return table(["learned from Bokmål, asked in", "% right"], rows)


if __name__ == "__main__":
    main()
