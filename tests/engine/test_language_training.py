"""The training of the language model: the seed decides, and what is learned is learned."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ildsjel.engine.language import LANGUAGES
from tools.language import corpus, learning, software, sources
from tools.language.corpus import Group
from tools.language.sources import Sample, mended, share

NO_NEWS = Counter[str](), Counter[str]()
TEXTS = {
    "nb": ["jeg vet ikke hva hun mener", "hvorfor er ikke veien åpen"],
    "nn": ["eg veit ikkje kva ho meiner", "kvifor er ikkje vegen open"],
    "en": ["i do not know what she means", "why is the road not open"],
}


def trained() -> tuple[learning.Net, learning.Data]:
    samples = [Sample(text, code) for code, texts in TEXTS.items() for text in texts]
    data = corpus._arrays([Group(samples, 1)])
    words = {word: 0.01 for texts in TEXTS.values() for text in texts for word in text.split()}
    lexicon = corpus.lexicon(dict.fromkeys(LANGUAGES[:4], words), NO_NEWS, {})
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
        },
        NO_NEWS,
        {},
    )
    assert _known("ikke", lexicon) == [2, 0, 2, 0]
    assert _known("og", lexicon) == [2, 2, 2, 0]


def test_parallel_news_decide_between_the_forms_of_norwegian() -> None:
    news = Counter({"timer": 20, "vi": 50}), Counter({"timar": 20, "vi": 50})
    words = {"timer": 0.001, "timar": 0.001, "vi": 0.001}
    lexicon = corpus.lexicon(dict.fromkeys(LANGUAGES[:4], words), news, {})
    assert _known("timer", lexicon) == [2, 0, 2, 2]
    assert _known("timar", lexicon) == [0, 2, 2, 2]
    assert _known("vi", lexicon) == [2, 2, 2, 2]


def test_a_dictionary_decides_on_rare_words() -> None:
    listed = {"nb": {"barnevogn"}, "da": {"barnevogn"}, "sv": {"barnvagn"}, "nn": {"barnevogn"}}
    words = {"nb": {"og": 0.02}, "nn": {"og": 0.02}, "da": {"og": 0.02}, "sv": {"och": 0.02}}
    lexicon = corpus.lexicon(words, NO_NEWS, listed)
    assert _known("barnevogn", lexicon) == [2, 2, 2, 0]
    assert _known("barnvagn", lexicon) == [0, 1, 0, 2]


def test_what_is_judged_counts_for_all_four_languages() -> None:
    judged = Group([Sample("Frivillig", "nb", ("nn", "da"))], 1, judged=True)
    parallel = Group([Sample("ei jente", "nn")], 1, parallel=True)
    plain = Group([Sample("en jente", "nb")], 1)
    found = corpus._arrays([judged, parallel, plain])
    ask, unlike = learning.ASK, learning.UNLIKE
    assert found.correct.tolist() == [[1, 1, 1, 0], [unlike, 1, ask, ask], [ask] * 4]
    assert found.whole.tolist() == [True, True, False]


def test_our_judgements_can_be_read() -> None:
    judged = sources.judgements()
    assert len(judged) > 400
    assert {code for codes in judged.values() for code in codes} == set(LANGUAGES[:4])


def test_handbooks_are_read_by_sentence_and_without_english(tmp_path: Path) -> None:
    page = tmp_path / "share/help/da/files.page"
    page.parent.mkdir(parents=True)
    page.write_text(
        "<page><title>Find en fil</title><p>Søg efter <em>navnet</em>. Klik så på den."
        "</p><p>Not translated by the team</p></page>",
        encoding="utf-8",
    )
    found = [(sample.text, sample.language) for sample in software.handbooks(tmp_path)]
    assert found == [("Find en fil", "da"), ("Søg efter navnet .", "da"), ("Klik så på den.", "da")]


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
