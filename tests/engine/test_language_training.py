"""The training of the language model: the seed decides, and what is learned is learned."""

import numpy as np
import pytest

from ildsjel.engine.language import LANGUAGES
from tools.language import corpus, learning
from tools.language.corpus import Group
from tools.language.sources import Sample, mended, share

TEXTS = {
    "nb": ["jeg vet ikke hva hun mener", "hvorfor er ikke veien åpen"],
    "nn": ["eg veit ikkje kva ho meiner", "kvifor er ikkje vegen open"],
    "en": ["i do not know what she means", "why is the road not open"],
}


def trained() -> tuple[learning.Net, learning.Data]:
    samples = [Sample(text, code) for code, texts in TEXTS.items() for text in texts]
    data = corpus._arrays([Group(samples, 1)])
    words = {word: 0.01 for texts in TEXTS.values() for text in texts for word in text.split()}
    lexicon = corpus.lexicon(dict.fromkeys(LANGUAGES[:4], words))
    return learning.train(data, np.full(len(samples), 60.0), lexicon, epochs=3, seed=5), data


def test_training_learns_and_repeats_itself() -> None:
    first, _ = trained()
    second, _ = trained()
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(first, second, strict=True))
    model = learning.quantised(first)
    texts = [text for texts in TEXTS.values() for text in texts]
    scores, _, _ = model.scores(texts)
    said = [LANGUAGES[place] for place in scores.argmax(axis=1)]
    assert said == [code for code, texts in TEXTS.items() for _ in texts]


def test_the_lexicon_tells_words_apart() -> None:
    common = {"og": 0.02, "er": 0.02}
    lexicon = corpus.lexicon(
        {
            "nb": {**common, "ikke": 0.01},
            "nn": {**common, "ikkje": 0.01, "ikke": 0.00001},
            "da": {**common, "ikke": 0.01},
            "sv": {"och": 0.02},
        }
    )
    assert _known("ikke", lexicon) == [2, 0, 2, 0]
    assert _known("og", lexicon) == [2, 2, 2, 0]


def _known(word: str, lexicon: learning.Lexicon) -> list[int]:
    from ildsjel.engine.language import tables

    codes, _, ends = corpus._codes([word])
    known = (tables.letters(), tables.composed(), np.zeros(1, np.int64))
    slot = int(learning.word_hashes(codes, ends, known)[0]) & (len(lexicon.keys) - 1)
    found: list[int] = lexicon.valid[slot].tolist()
    return found


@pytest.mark.parametrize(
    ("language", "read", "meant"),
    [
        ("da", "Jeg skaI Iede efter viI", "Jeg skal lede efter vil"),
        ("is", "Ū ú veist ūađ", "Þú veist það"),
        ("nb", "Iskald", "Iskald"),
    ],
)
def test_subtitles_are_mended(language: str, read: str, meant: str) -> None:
    assert mended(read, language) == meant


def test_texts_keep_their_side_of_a_split() -> None:
    assert share("Ei setning") == share(" ei setning ")
    assert 0 <= share("") < 1
